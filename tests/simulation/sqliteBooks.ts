import type Database from 'better-sqlite3';
import { readRecords } from '../chaos/run/databaseRecords.ts';
import type { Books } from './books.ts';

/** Reads a SQLite database, without the product's own code. */
export const createSqliteBooks = (client: Database.Database): Books => {
  const all = <Row>(statement: string, ...values: readonly (string | number)[]): readonly Row[] =>
    client.prepare<unknown[], Row>(statement).all(...values);
  const ids = (statement: string, ...values: readonly string[]): readonly string[] =>
    all<{ id: string }>(statement, ...values).map(({ id }) => id);
  return {
    read: () => readRecords({ run: async (statement) => all<Readonly<Record<string, unknown>>>(statement) }),
    open: () => {
      const [row] = all<ReturnType<Books['open']>>(openStatement);
      if (row === undefined) throw new Error('a count has no row');
      return row;
    },
    failedTasks: () => all(`select id, pipeline, step, last_error as error from task where state = 'failed'`),
    taskIdsAt: (step) => ids('select id from task where step = ? and job_id is null', step),
    pauses: () => all('select id, pipeline, step, origin from pause'),
    historyLengths: () =>
      new Map(
        all<{ id: string; rows: number }>(
          'select order_id as id, count(*) as rows from order_history group by order_id',
        ).map(({ id, rows }) => [id, rows]),
      ),
    orderStatus: (id) => all<{ status: string }>('select status from orders where id = ?', id)[0]?.status,
    runningLease: (id) =>
      all<{ lease: number }>(`select lease from task where id = ? and state = 'running'`, id)[0]?.lease,
    endedPayments: () =>
      all(
        `select id, amount, currency from payment where status in ('declined', 'cancelled') and response is not null`,
      ),
    chargedReferences: () =>
      all(`select reference, amount from payment where status = 'succeeded' and reference is not null`),
  };
};

const openStatement = `
  with open_task as (
    select order_ids, job_id is null as is_group, state = 'paused' as is_paused,
      step in ('notify_customer', 'notify_of_refund') as is_notice
    from task where state <> 'failed')
  select
    (select count(*) from payment where status in ('initiated', 'unknown', 'requires_action')) as payments,
    (select count(*) from orders where status = 'pending') as pendingOrders,
    (select count(*) from orders where status = 'paying') as payingOrders,
    (select count(*) from orders where status = 'paid' and id not in
      (select value from open_task, json_each(order_ids) where is_paused)) as paidOrders,
    (select count(*) from refund where status = 'requested') as refunds,
    (select count(*) from event) as undelivered,
    (select count(*) from open_task where is_paused) as paused,
    (select count(*) from open_task where not is_paused and is_notice) as notices,
    (select count(*) from open_task where not is_paused and not is_notice and is_group) as groups,
    (select count(*) from open_task where not is_paused and not is_notice and not is_group) as jobs`;
