import type { Sql } from '../../adapters/postgres/connection.ts';
import { partitionTables } from '../../adapters/postgres/partitions/convert.ts';
import { addMonthsAhead } from '../../adapters/postgres/partitions/months.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { addMonths, type Month, startOfMonth } from '../../core/archive.ts';

export const historyMonths = 24;
export const firstHistoryMonth = '2023-01';
export const endOfHistoryMs = startOfMonth(addMonths(firstHistoryMonth, historyMonths));

/** Puts an empty database into partitions, one for each month of the history and the months after it. */
export const partitionEmpty = async (
  url: string,
  sql: Sql,
  first: Month = firstHistoryMonth,
): Promise<void> => {
  const startMs = startOfMonth(addMonths(first, -1));
  const watch = { nowMs: () => startMs, timer: systemTimer, onStep: () => {} };
  await partitionTables(url, watch);
  for (let month = first; month <= addMonths(first, historyMonths); month = addMonths(month, 3))
    await addMonthsAhead(sql, startOfMonth(month));
};

/** Completed orders of one product, evenly over the months, each with its history, ledger and search row. */
export const insertHistory = async (
  sql: Sql,
  productId: string,
  orders: number,
  first: Month = firstHistoryMonth,
): Promise<void> => {
  const startMs = startOfMonth(first);
  const intervalMs = Math.floor((startOfMonth(addMonths(first, historyMonths)) - startMs) / orders);
  await sql.begin(async (tx) => {
    // Without checks of foreign keys, a million times, and without triggers.
    await tx`set local session_replication_role = replica`;
    await tx`set local statement_timeout = 0`;
    await tx`
      create temporary table sold on commit drop as select
        (lpad(to_hex(at_ms), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid as id, at_ms,
        'customer-' || n % ${Math.ceil(orders / 50)}::integer as customer_id
      from generate_series(0, ${orders - 1}::bigint) as n, lateral (select ${startMs}::bigint + n * ${intervalMs}::bigint as at_ms) t`;
    await tx`
      insert into orders (id, customer_id, email, language, product_id, product_code, product_name, product_type,
        quantity, amount, currency, status, seq, expires_ms, created_ms, updated_ms)
      select s.id, s.customer_id, 'shopper@example.com', 'vi', p.id, p.code, p.name, p.type,
        1, 250000, 'VND', 'completed', 7, s.at_ms + 86400000, s.at_ms, s.at_ms
      from sold s join product p on p.id = ${productId}::uuid`;
    await tx`
      insert into order_search (order_id, snapshot_id, customer_id, name_vector)
      select s.id, l.id, s.customer_id, l.name_vector
      from sold s join product p on p.id = ${productId}::uuid join product_snapshot l on l.id = p.snapshot_id`;
    await tx`
      insert into order_state (order_id, seq, state, at_ms)
      select s.id, h.seq, h.state, s.at_ms from sold s, unnest(array['pending', 'paying', 'paid', 'invoiced',
        'shipment_requested', 'completed', 'customer_notified']) with ordinality as h(state, seq)`;
    await tx`
      insert into step_ledger (task_id, step, intended_ms, accepted_ms)
      select s.id, 'notify_customer', s.at_ms, s.at_ms from sold s`;
  });
  await keepStatistics(sql);
  await sql`vacuum analyze`;
};

/** Plans follow the statistics, so the server itself may not renew them between two counts of pages. */
const keepStatistics = async (sql: Sql): Promise<void> => {
  const tables = await sql<{ name: string }[]>`
    select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;
  for (const { name } of tables) await sql.unsafe(`alter table ${name} set (autovacuum_enabled = off)`);
};
