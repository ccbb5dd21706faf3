import type { AsyncResult } from '../../core/result.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';

/**
 * A transaction whose statements find each row by its key, in nested loops. Tasks come and go faster than the server
 * updates its statistics. With stale statistics the server reads the whole table or hashes it: with ten thousand
 * waiting tasks this takes twice as long as with one thousand. The settings are local to this transaction, so that a
 * pooler can lend the connection to others.
 *
 * Before version 18 the server adds ten thousand million to the cost of a plan that it could not make without what is off
 * here. At such a cost it would compile the statement, for seconds on a busy machine and while it holds locks.
 */
export const withNestedLoops = <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): AsyncResult<T> =>
  inTransaction(sql, async (tx) => {
    // Sent together with the first statement of `work`, and run before it. postgres.js sends a query only when it is
    // awaited, so `execute` sends this one now.
    const nestedLoops = tx`
      select set_config(name, 'off', true)
      from unnest('{enable_hashjoin,enable_mergejoin,enable_seqscan,enable_bitmapscan,jit}'::text[]) as s(name)`.execute();
    const [, result] = await Promise.all([nestedLoops, work(tx)]);
    return result;
  });
