import postgres from 'postgres';
import type { AsyncResult } from '../../core/result.ts';
import { orUnavailable } from './failures.ts';

/** `int8` is read as a number: our amounts and times stay below 2^53. */
type Types = { bigint: number };
export type Sql = postgres.Sql<Types>;
export type Transaction = postgres.TransactionSql<Types>;

export type ConnectionOptions = {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Connections at most; a process with an API and a worker is well served by a few for each core. */
  readonly poolSize?: number;
  /**
   * `transaction`: connections are lent for one transaction only, as PgBouncer does. Then nothing may last
   * longer than that: no prepared statements, no `LISTEN`, no settings of the session.
   */
  readonly pooling?: 'session' | 'transaction';
};

/** A statement that takes longer is stuck; its caller is told `unavailable`. */
const statementTimeoutMs = 15_000;
const transactionTimeoutMs = 30_000;
const connectTimeoutS = 5;

/** Opens nothing yet: postgres.js connects on the first query, and again whenever a connection was lost. */
export const connect = ({ url, poolSize = 8, pooling = 'session' }: ConnectionOptions): Sql =>
  postgres(url, {
    max: poolSize,
    ...(pooling === 'transaction' && pooled),
    connect_timeout: connectTimeoutS,
    // The default pauses grow to 20 s, long after the server is back.
    backoff: (attempt: number) => Math.min(0.1 * attempt, 1),
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: {
      application_name: 'cartwright',
      ...(pooling === 'session' && {
        statement_timeout: statementTimeoutMs,
        idle_in_transaction_session_timeout: transactionTimeoutMs,
        lock_timeout: statementTimeoutMs,
      }),
    },
  });

/**
 * What a pooler takes that lends connections: statements without names, and none sent before the last has its answer.
 * PgBouncer 1.18 gives a connection back when a statement ends, although the driver has asked there how to send the
 * next one; that answer is then lost, and the driver waits for it for ever.
 */
const pooled = { prepare: false, max_pipeline: 0 };

/** Deadlocks and serialisation failures: the server has rolled back, and the same work may go again. */
const transient = new Set(['40P01', '40001']);
const triesMax = 3;

/** Runs `work` in one transaction and answers what it answers; a throw rolls back. */
export const inTransaction = <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): AsyncResult<T> =>
  withOneRetry(async () => (await sql.begin(work)) as T);

/** Runs what is one transaction, and again where the server rolled it back for the sake of others. */
export const withOneRetry = <T>(transaction: () => Promise<T>): AsyncResult<T> =>
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
