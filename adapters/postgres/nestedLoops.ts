import type { AsyncResult } from '../../core/result.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';

/**
 * A transaction whose statements find each row by its key, in nested loops. Tasks come and go faster than their
 * statistics are taken, and by stale ones the server reads the table whole or hashes it: twice the time with ten
 * thousand tasks waiting as with one thousand. The settings hold for this transaction only, so that a pooler may
 * lend the connection on.
 */
export const withNestedLoops = <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): AsyncResult<T> =>
  inTransaction(sql, async (tx) => {
    // Sent together with the first statement of the work, which is run after it. A query of postgres.js is sent when
    // it is awaited, which is why this one has to be told to go first.
    const nestedLoops = tx`
      select set_config(name, 'off', true)
      from unnest('{enable_hashjoin,enable_mergejoin,enable_seqscan,enable_bitmapscan}'::text[]) as s(name)`.execute();
    const [, result] = await Promise.all([nestedLoops, work(tx)]);
    return result;
  });
