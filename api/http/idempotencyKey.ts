import { err, ok, type Result } from 'neverthrow';
import type { CommandKey } from '../../core/commandKey.ts';
import { parseUuid } from '../../core/id.ts';
import type { RequestFailure } from './failures.ts';

/**
 * Reads the header `Idempotency-Key`: a UUID, bare or as a quoted string (RFC 8941). A checkout's is its audit
 * GUID.
 */
export const idempotencyKeyOf = (headers: Headers): Result<string, RequestFailure> => {
  const header = headers.get('idempotency-key')?.trim() ?? '';
  return header === '' ? err({ kind: 'idempotency_key_missing' }) : parseKey(header);
};

const parseKey = (header: string): Result<string, RequestFailure> => {
  const bare =
    header.length > 1 && header.startsWith('"') && header.endsWith('"') ? header.slice(1, -1) : header;
  const key = parseUuid(bare);
  return key === null ? err({ kind: 'idempotency_key_invalid' }) : ok(key);
};

/**
 * The key of a command that takes one if it is sent; null without the header. An empty header is invalid: its sender
 * believes that the command is safe to repeat. `route` is such as `POST /orders`. `fingerprint` gets the values that
 * make the command what it is.
 */
export const optionalCommandKeyOf = (
  { headers }: Request,
  callerId: string,
  route: string,
): Result<((...values: readonly unknown[]) => CommandKey) | null, RequestFailure> => {
  const header = headers.get('idempotency-key');
  if (header === null) return ok(null);
  return parseKey(header.trim()).map((key) => (...values) => ({
    callerId,
    route,
    key,
    fingerprint: JSON.stringify(values),
  }));
};
