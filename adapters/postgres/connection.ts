import postgres from 'postgres';
import type { AsyncResult } from '../../core/result.ts';
import { driverOptions } from '../stored/postgresUrl/driverOptions.ts';
import { endingStates } from '../stored/postgresUrl/endingStates.ts';
import type { SlowStatements } from '../stored/slowStatements.ts';
import { orUnavailable } from './failures.ts';

/** `int8` is read as a number, because our amounts and times stay below 2^53. */
type Types = { bigint: number };
export type Sql = postgres.Sql<Types>;
export type Transaction = postgres.TransactionSql<Types>;

export type ConnectionOptions = {
  /** `postgres://user:password@host:port/database`, with the parameters that `parsePostgresUrl` knows. */
  readonly url: string;
  /** The maximum number of connections. A few per CPU core are enough for a process with an API and a worker. */
  readonly poolSize?: number;
  /**
   * `transaction`: a pooler such as PgBouncer lends a connection for one transaction only. Then nothing may outlive a
   * transaction: no prepared statements, no `LISTEN`, no session settings.
   */
  readonly pooling?: 'session' | 'transaction';
  readonly limits?: StatementLimits;
  readonly slow?: SlowStatements | undefined;
  /** Called with how long a statement has waited for a connection, if all were in use. */
  readonly onPoolWait?: ((ms: number) => void) | undefined;
  /** Shared by pools to one server: what one of them finds out about a silent server, the others need not wait for. */
  readonly silence?: Set<() => void>;
};

/** How long a statement may take, ms. Beyond it, its caller gets `unavailable`. */
export type StatementLimits = {
  /** By the server, which ends the statement. 0: no limit. */
  readonly statementMs: number;
  /** By the server, for each lock that somebody else holds. 0: no limit. */
  readonly lockMs: number;
  /**
   * By us, after which the connection is destroyed: a server that is cut off, or a proxy that went silent, ends nothing.
   * Longer than `statementMs`, so that a server that is only slow answers first. 0: no limit.
   */
  readonly clientMs: number;
};

const defaultLimits: StatementLimits = { statementMs: 15_000, lockMs: 15_000, clientMs: 17_000 };
const transactionTimeoutMs = 30_000;

/**
 * Opens no connection yet: postgres.js connects on the first query, and again when a connection is lost.
 *
 * @throws WrongDatabaseUrl
 */
export const connect = ({
  url,
  poolSize = 8,
  pooling = 'session',
  limits: { statementMs, lockMs, clientMs } = defaultLimits,
  slow,
  onPoolWait,
  silence,
}: ConnectionOptions): Sql => {
  const { session, ...server } = driverOptions(url);
  return postgres({
    max: poolSize,
    ...(pooling === 'transaction' && poolerOptions),
    query_timeout: clientMs / 1_000,
    ends_session: endingStates,
    ...(onPoolWait !== undefined && { onwait: onPoolWait }),
    ...(silence !== undefined && { silence }),
    ...(slow !== undefined && { slow_ms: slow.ms, onslow: slow.onSlow }),
    ...server,
    // The default pauses grow to 20 s. The server may be back long before that.
    backoff: (attempt: number) => Math.min(0.1 * attempt, 1),
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: {
      application_name: 'cartwright',
      ...(pooling === 'session' && {
        statement_timeout: statementMs,
        idle_in_transaction_session_timeout: transactionTimeoutMs,
        lock_timeout: lockMs,
        // Our statements read few rows: to compile one takes longer than to run it.
        jit: 'off',
      }),
      ...session,
    },
  });
};

/**
 * A pooler that lends connections needs unnamed statements, each sent after the response to the previous one. PgBouncer
 * 1.18 takes a connection back when a statement ends, even if the driver has already sent the describe request for the
 * next statement. The response to that request is lost, and the driver waits for it forever.
 */
const poolerOptions = { prepare: false, max_pipeline: 0 };

/** Deadlocks and serialisation failures: the server has rolled back, and the same work can run again. */
const transient = new Set(['40P01', '40001']);
const triesMax = 3;

/** Runs `work` in one transaction and returns its result. A throw rolls the transaction back. */
export const inTransaction = <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): AsyncResult<T> =>
  withRetries(async () => (await sql.begin(work)) as T);

/** Runs a transaction. Runs it again, up to `triesMax` times in all, if the server rolled it back for another one. */
export const withRetries = <T>(transaction: () => Promise<T>): AsyncResult<T> =>
  orUnavailable(async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await transaction();
      } catch (cause) {
        const code = cause instanceof postgres.PostgresError ? cause.code : '';
        if (!transient.has(code) || tries === triesMax) throw cause;
      }
    }
  });
