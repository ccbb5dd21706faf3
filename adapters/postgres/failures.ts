import { err, ok } from 'neverthrow';
import postgres from 'postgres';
import type { AsyncResult, DatabaseWords } from '../../core/result.ts';

/** Runs a query. An outage of the database becomes the error `unavailable`; a bug still throws. */
export const orUnavailable = async <T>(query: () => Promise<T>): AsyncResult<T> => {
  try {
    return ok(await query());
  } catch (cause) {
    const reason = outageReason(cause) ?? refusalReason(cause);
    if (reason === null) throw cause;
    const database = databaseWordsOf(cause);
    return err({
      kind: 'unavailable',
      reason,
      ...(isLockTimeout(cause) && { rowsHeld: true }),
      ...(database !== null && { database }),
    });
  }
};

/**
 * Why the server lets this process in no more; null if it does. A start ends with it, because waiting does not mend a wrong
 * password. For a process that runs it is an outage: the password is being changed, or the database restored.
 */
const refusalReason = (cause: unknown): string | null => {
  if (!(cause instanceof Error)) return null;
  return cause instanceof postgres.PostgresError && levelOf(cause) === 'FATAL'
    ? `the database refuses the connection: ${cause.message}`
    : refusalReason(cause.cause);
};

/** PostgreSQL sends the level in its language and in English. PgBouncer sends only the first, and that in English. */
const levelOf = ({ severity, severity_local: local }: Partial<postgres.PostgresError>): string | undefined =>
  severity ?? local;

/** True if somebody else held a lock for too long. The server has rolled the statement back. */
const isLockTimeout = (cause: unknown): boolean =>
  cause instanceof Error &&
  ((cause instanceof postgres.PostgresError && cause.code === '55P03') || isLockTimeout(cause.cause));

/** The error code and words of the server, the driver or the system. Drizzle wraps the driver's error. */
const databaseWordsOf = (cause: unknown): DatabaseWords | null => {
  if (!(cause instanceof Error)) return null;
  return 'code' in cause && typeof cause.code === 'string'
    ? { code: cause.code, message: cause.message }
    : databaseWordsOf(cause.cause);
};

/** True if a statement failed because a product would have had less than no units. */
export const isStockShort = (cause: unknown): boolean =>
  cause instanceof postgres.PostgresError && cause.code === '23514' && cause.table_name === 'stock';

/** The words of the server are in its language, so the function that found out is asked for. */
const isPartitionMissing = (cause: unknown): cause is postgres.PostgresError =>
  cause instanceof postgres.PostgresError && cause.code === '23514' && cause.routine === 'ExecFindPartition';

/** Why the database could not do its work; null if the failure is a bug and not a state of the database. */
export const outageReason = (cause: unknown): string | null => {
  if (!(cause instanceof Error)) return null;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (isPartitionMissing(cause))
    return `${cause.table_name} has no partition for this month: run bun run partition`;
  const state =
    cause instanceof postgres.PostgresError ? (serverStates[code] ?? serverClasses[code.slice(0, 2)]) : null;
  // Drizzle wraps the driver's error.
  return state ?? clientCodes[code] ?? outageReason(cause.cause);
};

/** SQLSTATE classes (https://www.postgresql.org/docs/18/errcodes-appendix.html). */
const serverClasses: Readonly<Record<string, string>> = {
  '08': 'the connection to the database failed',
  '53': 'the database is out of disk, memory or connections',
  '57': 'the database is stopping, starting or has ended the query',
  '58': 'the database has a system error',
};

const serverStates: Readonly<Record<string, string>> = {
  '25006': 'the database is read-only',
  '40P01': 'the database ended the query to break a deadlock',
  '40001': 'the database could not serialise the query',
  '55P03': 'the database waited too long for a lock',
  '25P03': 'the database ended an idle transaction',
};

/** Error codes of postgres.js, of sockets and of name resolution. */
const clientCodes: Readonly<Record<string, string>> = {
  CONNECTION_CLOSED: 'the connection to the database was lost',
  CONNECTION_ENDED: 'the connection to the database is closed',
  CONNECTION_DESTROYED: 'the connection to the database is closed',
  QUERY_TIMEOUT: 'the database did not answer in time',
  CONNECT_TIMEOUT: 'the database did not answer in time',
  ECONNREFUSED: 'the database refused the connection',
  ECONNRESET: 'the connection to the database was lost',
  EPIPE: 'the connection to the database was lost',
  ETIMEDOUT: 'the database did not answer in time',
  EHOSTUNREACH: 'the database cannot be reached',
  ENETUNREACH: 'the database cannot be reached',
  ENOTFOUND: 'the name of the database host is not known',
  EAI_AGAIN: 'the name of the database host is not known',
  ENOENT: 'the socket of the database does not exist',
  NOT_MIGRATED: 'no process of this version that writes has prepared the database yet',
  TARGET_NOT_FOUND: 'no host of the database is what target_session_attrs asks for',
};
