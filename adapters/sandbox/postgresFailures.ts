import type { Unavailable } from '../../core/result.ts';
import type { WriteFailure } from './records.ts';

export const unavailable = (cause: unknown): Unavailable => ({
  kind: 'unavailable',
  reason: `the provider's record store failed (${codeOf(cause) || cause})`,
});

/**
 * The failure of a statement that was sent. It is `unknown` unless the code proves that nothing was written.
 */
export const writeFailure = (cause: unknown): WriteFailure => {
  const failure = unavailable(cause);
  const nothingWritten = unsent.has(codeOf(cause)) || rolledBack.test(codeOf(cause));
  return nothingWritten ? failure : { kind: 'unknown', reason: failure.reason };
};

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

/** Codes for a statement that was never sent, since there was no connection. */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CONNECT_TIMEOUT', 'CONNECTION_ENDED']);

/**
 * SQLSTATEs that prove that nothing was written: no connection (28, 3D, 57P03), read-only (25006),
 * serialization failure (40001), deadlock (40P01), and no disk, memory or connection left (53…). A server
 * that was stopped (57P01) is not among them: it may have committed before.
 */
const rolledBack = /^(28...|3D000|57P03|25006|40001|40P01|53...)$/;
