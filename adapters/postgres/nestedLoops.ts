import type { AsyncResult } from '../../core/result.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';

/**
 * A transaction whose statements find each row by its key, in nested loops. Tasks come and go faster than the server
 * updates its statistics. With stale statistics the server reads the whole table or hashes it: with ten thousand
 * waiting tasks this takes twice as long as with one thousand. The settings are local to this transaction, so that a
 * pooler can lend the connection to others.
 *
 * An update names its rows by `id = any(array[x.id])`. With `id = x.id` the server may read the whole index in its order
 * and look for each row in `x`, if it thinks that the table is empty: this was so for a kept plan.
 *
 * Before version 18 the server adds ten thousand million to the cost of a plan that it could not make without what is off
 * here. At such a cost it would compile the statement, for seconds on a busy machine and while it holds locks.
 */
export const withNestedLoops = <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): AsyncResult<T> =>
  withoutPlans(sql, 'enable_hashjoin,enable_mergejoin,enable_seqscan,enable_bitmapscan,jit', work);

/**
 * A transaction whose statements read tables by an index or by the places of rows. A connection may keep a plan that was
 * made while the table was empty, and to read an empty table whole costs nothing.
 */
export const withIndexScans = <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): AsyncResult<T> =>
  withoutPlans(sql, 'enable_seqscan,enable_bitmapscan,jit', work);

const withoutPlans = <T>(sql: Sql, settings: string, work: (tx: Transaction) => Promise<T>): AsyncResult<T> =>
  inTransaction(sql, async (tx) => {
    // Sent together with the first statement of `work`, and run before it. postgres.js sends a query only when it is
    // awaited, so `execute` sends this one now.
    const disabled = tx`
      select set_config(name, 'off', true)
      from unnest(${`{${settings}}`}::text[]) as s(name)`.execute();
    const [, result] = await Promise.all([disabled, work(tx)]);
    return result;
  });
