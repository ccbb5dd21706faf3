import Database from 'better-sqlite3';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';

/** Runs `work`. An outage of the database becomes an `Err`. Any other error is a bug and is thrown. */
export const orUnavailable = <T>(client: Database.Database, work: () => T): Result<T, Unavailable> => {
  if (!client.open) return err({ kind: 'unavailable', reason: 'the database is closed' });
  try {
    return ok(work());
  } catch (cause) {
    const reason = outageReason(cause);
    if (reason === null) throw cause;
    const database = cause instanceof Database.SqliteError && { code: cause.code, message: cause.message };
    return err({ kind: 'unavailable', reason, ...(database && { database }) });
  }
};

/** Why the database is unavailable. Null if the error is not an outage but a bug. */
export const outageReason = (cause: unknown): string | null => {
  if (!(cause instanceof Database.SqliteError)) return null;
  const primary = cause.code.split('_').slice(0, 2).join('_');
  return reasons[primary] ?? null;
};

/** By primary result code (https://www.sqlite.org/rescode.html). An extended code begins with its primary code. */
const reasons: Readonly<Record<string, string>> = {
  SQLITE_BUSY: 'another process locked the database for too long',
  SQLITE_CANTOPEN: 'the database file cannot be opened',
  SQLITE_CORRUPT: 'the database file is damaged',
  SQLITE_FULL: 'the disk is full',
  SQLITE_IOERR: 'the disk failed to read or write',
  SQLITE_NOMEM: 'the database is out of memory',
  SQLITE_NOTADB: 'the file is not a database',
  SQLITE_PERM: 'access to the database file is not permitted',
  SQLITE_PROTOCOL: 'the database file could not be locked',
  SQLITE_READONLY: 'the database is read-only',
};
