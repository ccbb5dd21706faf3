import postgres from 'postgres';
import { addMonths, idsOfMonth, type Month, monthAt, timeOfId } from '../../../core/archive.ts';
import type { Sql, Transaction } from '../connection.ts';

/** A table that can be in monthly partitions, by the time in its ids. */
export type MonthlyTable = { readonly name: string; readonly key: string };

/**
 * What lists and searches read is not among them: they read the newest rows of a customer or a product snapshot, and
 * would read each month for it. Orders are not either, because every claim reads them.
 */
export const monthlyTables: readonly MonthlyTable[] = [
  { name: 'order_state', key: 'order_id' },
  { name: 'step_ledger', key: 'task_id' },
];

/** How many months there are after the current one. */
const monthsAhead = 4;

/** An arbitrary number that no other program is likely to lock. */
const partitionLock = 7_215_390_212;

const partitionOf = (table: string, month: Month): string => `${table}_${month.replace('-', '_')}`;

/** The month after the last partition. Null if the table is not in partitions. */
const endOf = async (sql: Sql | Transaction, table: string): Promise<Month | null> => {
  const bounds = await sql<{ bound: string | null }[]>`
    select pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_partitioned_table p left join pg_inherits i on i.inhparent = p.partrelid left join pg_class c on c.oid = i.inhrelid
    where p.partrelid = to_regclass(${table})`;
  if (bounds.length === 0) return null;
  const ends = bounds.flatMap(({ bound }) => /TO \('([\da-f-]{36})'\)/.exec(bound ?? '')?.[1] ?? []);
  const last = ends.toSorted().at(-1);
  if (last === undefined) throw new Error(`${table} has no monthly partition`);
  return monthAt(timeOfId(last));
};

/** How far a table goes: `end` is the first month without a partition. */
export type TableEnd = { readonly table: string; readonly end: Month };

/** Empty if no table is in partitions. */
export const readEnds = async (sql: Sql | Transaction): Promise<readonly TableEnd[]> => {
  const ends: TableEnd[] = [];
  for (const { name } of monthlyTables) {
    const end = await endOf(sql, name);
    if (end !== null) ends.push({ table: name, end });
  }
  return ends;
};

/** Null if the partitions go on for another month. */
export const warnOfEnds = (ends: readonly TableEnd[], nowMs: number): string | null => {
  const [first] = ends.filter(({ end }) => end <= addMonths(monthAt(nowMs), 1));
  return first === undefined ? null : `${first.table} has no partition for ${first.end} and later`;
};

/**
 * Makes the partitions of the months to come. A partition is made beside its table and attached then, because that stops no
 * writer. Returns how far the tables go.
 */
export const addMonthsAhead = async (sql: Sql, nowMs: number): Promise<readonly TableEnd[]> => {
  const until = addMonths(monthAt(nowMs), monthsAhead + 1);
  if ((await readEnds(sql)).every(({ end }) => end >= until)) return readEnds(sql);
  await sql.begin(async (tx) => {
    await tx`set local lock_timeout = '2s'`;
    await tx`select pg_advisory_xact_lock(${partitionLock}::bigint)`;
    for (const { table, end } of await readEnds(tx))
      for (let month = end; month < until; month = addMonths(month, 1)) await addMonth(tx, table, month);
  });
  return readEnds(sql);
};

export const addMonth = async (tx: Transaction, table: string, month: Month): Promise<void> => {
  const { from, until } = idsOfMonth(month);
  const name = partitionOf(table, month);
  // A table in partitions has no options of its own.
  const [old] = await tx<{ options: string | null }[]>`
    select array_to_string(reloptions, ', ') as options from pg_class where oid = to_regclass(${`${table}_before`})`;
  const options = old?.options ? `with (${old.options})` : '';
  await tx.unsafe(`
    create table ${name} (like ${table} including defaults including indexes including storage) ${options};
    alter table ${table} attach partition ${name} for values from ('${from}') to ('${until}');`);
};

/**
 * Gives back the room of months whose rows have all been archived. The partitions stay, because a refund of an old order
 * writes to them. One that is in use keeps its room, and so do those of another owner.
 */
export const emptyMonth = async (sql: Sql, month: Month): Promise<void> => {
  for (const { name } of monthlyTables) {
    const partition = partitionOf(name, month);
    const [found] = await sql`select 1 from pg_inherits where inhrelid = to_regclass(${partition})`;
    if (found === undefined) continue;
    try {
      await sql.begin((tx) => truncateIfEmpty(tx, partition));
    } catch (cause) {
      if (!(cause instanceof postgres.PostgresError) || !keepsRoom.has(cause.code)) throw cause;
    }
  }
};

/** A lock that somebody else holds, and a right that this user lacks. */
const keepsRoom = new Set(['55P03', '42501']);

const truncateIfEmpty = async (tx: Transaction, partition: string): Promise<void> => {
  await tx`set local lock_timeout = '500ms'`;
  await tx`lock table ${tx(partition)} in access exclusive mode`;
  const [row] = await tx`select 1 from ${tx(partition)} limit 1`;
  if (row === undefined) await tx`truncate ${tx(partition)}`;
};

/**
 * `addMonthsAhead` for maintenance, whose user may not own the tables. Then somebody else has to make the months. While it
 * is early, that is no fault. When the next month is missing, `Store.missingPartition` says so. Does nothing if no table is
 * in partitions.
 */
export const keepMonthsAhead = async (sql: Sql, nowMs: number): Promise<void> => {
  try {
    await addMonthsAhead(sql, nowMs);
  } catch {
    // An outage makes this fail too.
    await readEnds(sql);
  }
};
