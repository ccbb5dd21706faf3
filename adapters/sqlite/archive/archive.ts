import Database from 'better-sqlite3';
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
import { openClient } from '../connection.ts';
import { pendingMigrations } from '../migrate.ts';

/** Throws if the file does not exist, or is not of this version. */
export const openSqliteArchive = (path: string): Archive => {
  const found = new Database(path, { readonly: true, fileMustExist: true });
  try {
    refusePending(pendingMigrations(found));
  } finally {
    found.close();
  }
  return createArchive(openClient({ path }));
};

const listOf = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

/** Each method is one short transaction, so a shop that is open waits for some ms at most. */
const createArchive = (client: Database.Database): Archive => {
  const read = createRead(client);
  const remove = createRemove(client);
  const restore = createRestore(client);
  const exists = client.prepare<[string], unknown>('select 1 from orders where id = ?');
  return {
    oldestId: async () =>
      client.prepare<[], string>('select id from orders order by id limit 1').pluck().get() ?? null,
    countOrders: async (range) =>
      client
        .prepare<[object], number>('select count(*) from orders where id >= $from and id < $until')
        .pluck()
        .get(range) ?? 0,
    findUnfinished: async (range) =>
      client.prepare<[object], Unfinished>(unfinished).get(range) ?? {
        orders: 0,
        refunds: 0,
        tasks: 0,
        events: 0,
      },
    read: async (...query) => read(...query),
    remove: async (table, rows) => remove(table, rows),
    restore: async (rows) => restore(rows),
    findOrders: async (ids) => new Set(ids.filter((id) => exists.get(id) !== undefined)),
    release: async () => {},
    close: async () => {
      client.close();
    },
  };
};

const unfinished = `
  select
    (
      select count(*) from orders where id >= $from and id < $until
        and (disputed or status not in (${listOf(archivableStatuses)}))
    ) as orders,
    (
      select count(*) from refund where status in (${listOf(openRefundStatuses)})
        and order_id >= $from and order_id < $until
    ) as refunds,
    (
      select count(*) from task t where (t.id >= $from and t.id < $until)
        or exists (select 1 from json_each(t.order_ids) where value >= $from and value < $until)
    ) as tasks,
    (
      select count(*) from event
      where kind = 'order' and body is null and subject >= $from and subject < $until
    ) as events`;

type StoredHistory = Omit<HistoryRow, 'isReserved'> & { readonly isReserved: number };

const createRead = (client: Database.Database) => {
  const history = client.prepare<[object], StoredHistory>(`
    select 'order_state' as "table", order_id as id, seq, state, at_ms as atMs, detail, reserved as isReserved
    from order_state where order_id < $until and (order_id, seq) > ($id, $second)
    order by order_id, seq limit $limit`);
  const ledger = client.prepare<[object], LedgerRow>(`
    select 'step_ledger' as "table", task_id as id, step, intended_ms as intendedMs, accepted_ms as acceptedMs
    from step_ledger where task_id < $until and (task_id, step) > ($id, $second) and body is null
    order by task_id, step limit $limit`);
  return (
    table: ArchivedTable,
    { from, until }: IdRange,
    after: RowKey | null,
    limit: number,
  ): ArchivedRow[] => {
    if (table === 'step_ledger')
      return ledger.all({ until, limit, id: after?.id ?? from, second: after?.second ?? '' });
    const rows = history.all({ until, limit, id: after?.id ?? from, second: after?.second ?? 0 });
    return rows.map((row) => ({ ...row, isReserved: row.isReserved === 1 }));
  };
};

const createRemove = (client: Database.Database) => {
  const history = client.prepare<[string, number]>(`
    delete from order_state where order_id = ? and seq = ? and exists (
      select 1 from orders o where o.id = order_id and not o.disputed and o.status in (${listOf(archivableStatuses)})
    )`);
  const ledger = client.prepare<[string, string]>(`
    delete from step_ledger where task_id = ? and step = ?
      and not exists (select 1 from task t where t.id = task_id)`);
  const removeAll = client.transaction((rows: readonly ArchivedRow[]): number =>
    rows.reduce(
      (sum, row) =>
        sum +
        (row.table === 'order_state' ? history.run(row.id, row.seq) : ledger.run(row.id, row.step)).changes,
      0,
    ),
  );
  return (_: ArchivedTable, rows: readonly ArchivedRow[]): number => removeAll.immediate(rows);
};

/**
 * A restored history is not new, but the triggers of its table would make events of it. So they are dropped inside the
 * transaction, where nobody else sees it.
 */
const createRestore = (client: Database.Database) => {
  const triggers = client.prepare<[], { name: string; sql: string }>(
    `select name, sql from sqlite_schema where type = 'trigger' and tbl_name = 'order_state'`,
  );
  const insertAll = client.transaction((rows: readonly ArchivedRow[]): number => {
    const found = triggers.all();
    for (const { name } of found) client.exec(`drop trigger ${name}`);
    const history = client.prepare(
      'insert or ignore into order_state (order_id, seq, state, at_ms, detail, reserved) values (?, ?, ?, ?, ?, ?)',
    );
    const ledger = client.prepare(
      'insert or ignore into step_ledger (task_id, step, intended_ms, accepted_ms) values (?, ?, ?, ?)',
    );
    let written = 0;
    for (const row of rows)
      written += (
        row.table === 'order_state'
          ? history.run(row.id, row.seq, row.state, row.atMs, row.detail, row.isReserved ? 1 : 0)
          : ledger.run(row.id, row.step, row.intendedMs, row.acceptedMs)
      ).changes;
    for (const { sql } of found) client.exec(sql);
    return written;
  });
  return (rows: readonly ArchivedRow[]): number => insertAll.immediate(rows);
};
