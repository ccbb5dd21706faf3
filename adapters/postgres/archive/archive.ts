import {
  type Archive,
  type ArchivedRow,
  type ArchivedTable,
  archivableStatuses,
  type HistoryRow,
  type IdRange,
  type LedgerRow,
  type RowKey,
  type Unfinished,
} from '../../../core/archive.ts';
import { openRefundStatuses } from '../../../core/refund.ts';
import { refusePending } from '../../stored/migrations.ts';
import { type ConnectionOptions, connect, type Sql, type Transaction } from '../connection.ts';
import { pendingMigrations } from '../migrate.ts';
import { emptyMonth } from '../partitions/months.ts';
import { statusList } from '../statuses.ts';

/** A count of a month's orders may read much. */
const limits = { statementMs: 600_000, lockMs: 15_000, clientMs: 610_000 };

/** Rejects if the database is not of this version: an older one makes events of a history that comes back. */
export const openPostgresArchive = async (
  url: string,
  pooling: NonNullable<ConnectionOptions['pooling']> = 'session',
): Promise<Archive> => {
  const sql = connect({ url, poolSize: 1, pooling, limits });
  try {
    refusePending(await pendingMigrations(sql));
    return createArchive(sql);
  } catch (cause) {
    await sql.end({ timeout: 0 });
    throw cause;
  }
};

export const createArchive = (sql: Sql): Archive => ({
  oldestId: async () => {
    const [row] = await sql<{ id: string }[]>`select id from orders order by id limit 1`;
    return row?.id ?? null;
  },
  countOrders: ({ from, until }) =>
    count(sql, async (tx) => {
      const [row] = await tx<{ count: number }[]>`
        select count(*) as count from orders where id >= ${from} and id < ${until}`;
      return row?.count ?? 0;
    }),
  findUnfinished: (range) => count(sql, (tx) => findUnfinished(tx, range)),
  read: async (table, range, after, limit) => [...(await readers[table](sql, range, after, limit))],
  remove: (table, rows) => removers[table](sql, rows),
  restore: (rows) => sql.begin((tx) => restore(tx, rows)),
  findOrders: async (ids) => {
    const found = await sql<{ id: string }[]>`select id from orders where id = any(${[...ids]}::uuid[])`;
    return new Set(found.map(({ id }) => id));
  },
  release: (month) => emptyMonth(sql, month),
  close: () => sql.end({ timeout: 3 }),
});

/** Behind a pooler no session has our limit. That of the role is for the short statements of the shop. */
const count = async <T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  (await sql.begin(async (tx) => {
    await tx.unsafe(`set local statement_timeout = ${limits.statementMs}`);
    return work(tx);
  })) as T;

const findUnfinished = async (sql: Transaction, { from, until }: IdRange) => {
  const [row] = await sql<Unfinished[]>`
    select
      (
        select count(*) from orders where id >= ${from} and id < ${until}
          and (disputed or status not in (${statusList(sql, archivableStatuses)}))
      ) as orders,
      (
        select count(*) from refund where status in (${statusList(sql, openRefundStatuses)})
          and order_id >= ${from} and order_id < ${until}
      ) as refunds,
      (
        select count(*) from task t where (t.id >= ${from} and t.id < ${until})
          or exists (select from unnest(t.order_ids) as o(id) where o.id >= ${from} and o.id < ${until})
      ) as tasks,
      (
        select count(*) from event where kind = 'order' and body is null and subject >= ${from} and subject < ${until}
      ) + (
        select count(*) from event_batch b cross join unnest(b.subjects, b.quantities) as e(subject, quantity)
        where e.quantity is not null and e.subject >= ${from} and e.subject < ${until}
      ) as events`;
  return row ?? { orders: 0, refunds: 0, tasks: 0, events: 0 };
};

type Read = (
  sql: Sql,
  range: IdRange,
  after: RowKey | null,
  limit: number,
) => Promise<readonly ArchivedRow[]>;

const readers: Readonly<Record<ArchivedTable, Read>> = {
  order_state: (sql, { from, until }, after, limit) => sql<HistoryRow[]>`
    select 'order_state' as table, order_id as id, seq, state, at_ms as "atMs", detail, reserved as "isReserved"
    from order_state
    where order_id < ${until} and (order_id, seq) > (${after?.id ?? from}::uuid, ${after?.second ?? 0}::integer)
    order by order_id, seq limit ${limit}`,
  step_ledger: (sql, { from, until }, after, limit) => sql<LedgerRow[]>`
    select 'step_ledger' as table, task_id as id, step, intended_ms as "intendedMs", accepted_ms as "acceptedMs"
    from step_ledger
    where task_id < ${until} and (task_id, step) > (${after?.id ?? from}::uuid, ${after?.second ?? ''}::text)
      and body is null
    order by task_id, step limit ${limit}`,
};

type Remove = (sql: Sql, rows: readonly ArchivedRow[]) => Promise<number>;

const ofTable = <T extends ArchivedTable>(table: T, rows: readonly ArchivedRow[]) =>
  rows.filter((row): row is Extract<ArchivedRow, { table: T }> => row.table === table);

const removers: Readonly<Record<ArchivedTable, Remove>> = {
  order_state: async (sql, rows) => {
    const history = ofTable('order_state', rows);
    const removed = await sql`
      delete from order_state s
      using unnest(${history.map(({ id }) => id)}::uuid[], ${history.map(({ seq }) => seq)}::integer[]) as k(id, seq)
      join orders o using (id)
      where s.order_id = k.id and s.seq = k.seq
        and not o.disputed and o.status in (${statusList(sql, archivableStatuses)})`;
    return removed.count;
  },
  step_ledger: async (sql, rows) => {
    const ledger = ofTable('step_ledger', rows);
    const removed = await sql`
      delete from step_ledger s
      using unnest(${ledger.map(({ id }) => id)}::uuid[], ${ledger.map(({ step }) => step)}::text[]) as k(id, step)
      where s.task_id = k.id and s.step = k.step and not exists (select from task t where t.id = k.id)`;
    return removed.count;
  },
};

const restore = async (tx: Transaction, rows: readonly ArchivedRow[]): Promise<number> => {
  const history = ofTable('order_state', rows);
  const ledger = ofTable('step_ledger', rows);
  // The trigger that makes events asks for it.
  await tx`select set_config('cartwright.restoring', 'on', true)`;
  const states = await tx`
    insert into order_state (order_id, seq, state, at_ms, detail, reserved)
    select id, seq, state, at_ms, detail, reserved = 1 from unnest(
      ${history.map(({ id }) => id)}::uuid[],
      ${history.map(({ seq }) => seq)}::integer[],
      ${history.map(({ state }) => state)}::text[],
      ${history.map(({ atMs }) => atMs)}::bigint[],
      ${history.map(({ detail }) => detail)}::text[],
      ${history.map(({ isReserved }) => Number(isReserved))}::integer[]
    ) as r(id, seq, state, at_ms, detail, reserved) on conflict do nothing`;
  const steps = await tx`
    insert into step_ledger (task_id, step, intended_ms, accepted_ms)
    select * from unnest(
      ${ledger.map(({ id }) => id)}::uuid[],
      ${ledger.map(({ step }) => step)}::text[],
      ${ledger.map(({ intendedMs }) => intendedMs)}::bigint[],
      ${ledger.map(({ acceptedMs }) => acceptedMs)}::bigint[]
    ) on conflict do nothing`;
  return states.count + steps.count;
};
