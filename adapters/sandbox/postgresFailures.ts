import type { Unavailable } from '../../core/result.ts';
import type { EntryFailure } from './records.ts';

export const unavailable = (cause: unknown): Unavailable => ({
  kind: 'unavailable',
  reason: `the provider's book failed (${codeOf(cause) || cause})`,
});

/** Sent and not answered as it should be: written or not, who knows, unless the failure itself says so. */
export const writeFailure = (cause: unknown): EntryFailure => {
  const failure = unavailable(cause);
  const nothingWritten = unsent.has(codeOf(cause)) || rolledBack.test(codeOf(cause));
  return nothingWritten ? failure : { kind: 'unknown', reason: failure.reason };
};

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

/** There was no connection to send anything over. */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CONNECT_TIMEOUT', 'CONNECTION_ENDED']);

/**
 * SQLSTATEs that say so: not connected (28, 3D, 57P03), read-only, deadlock or no order to be found, and no
 * disk, memory or connection left (53…). A server that was stopped (57P01) may have committed before.
 */
const rolledBack = /^(28...|3D000|57P03|25006|40001|40P01|53...)$/;
