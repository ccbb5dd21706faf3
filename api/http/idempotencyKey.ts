import { err, ok, type Result } from 'neverthrow';
import { parseUuid } from '../../core/id.ts';
import type { RequestFailure } from './failures.ts';

/**
 * Reads the header `Idempotency-Key`: a UUID, bare or as a quoted string (RFC 8941). A checkout's is its audit
 * GUID.
 */
export const idempotencyKeyOf = (headers: Headers): Result<string, RequestFailure> => {
  const header = headers.get('idempotency-key')?.trim() ?? '';
  if (header === '') return err({ kind: 'idempotency_key_missing' });
  const bare =
    header.length > 1 && header.startsWith('"') && header.endsWith('"') ? header.slice(1, -1) : header;
  const key = parseUuid(bare);
  return key === null ? err({ kind: 'idempotency_key_invalid' }) : ok(key);
};
