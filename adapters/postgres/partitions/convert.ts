import postgres from 'postgres';
import { addMonths, idsOfMonth, type Month, monthAt } from '../../../core/archive.ts';
import { startSleep, type Timer } from '../../../core/timer.ts';
import { refusePending } from '../../stored/migrations.ts';
import { connect, type Sql, type Transaction } from '../connection.ts';
import { noLimits, pendingMigrations } from '../migrate.ts';
import { addMonth, addMonthsAhead, type MonthlyTable, monthlyTables, type TableEnd } from './months.ts';

export type PartitionWatch = {
  readonly nowMs: () => number;
  readonly timer: Timer;
  readonly onStep: (text: string) => void;
};

/** The first new month begins later than this, so that no new row is beyond the old table while it is checked. */
const marginMs = 10 * 86_400_000;
/** Requests for the table queue up behind one try for this long. */
const lockMs = 500;
const pauseMs = 1_000;
const triesMax = 60;

/**
 * Moves the tables into monthly partitions while the shop is open, and makes the months to come. What a table has so far
 * becomes its first partition as it is: no row is copied. May be run again: it goes on where it ended.
 */
export const partitionTables = async (url: string, watch: PartitionWatch): Promise<readonly TableEnd[]> => {
  const sql = connect({ url, poolSize: 1, limits: noLimits });
  try {
    refusePending(await pendingMigrations(sql));
    await refuseHypertables(sql);
    for (const table of monthlyTables) await partitionTable(sql, table, watch);
    return await addMonthsAhead(sql, watch.nowMs());
  } finally {
    await sql.end({ timeout: 3 });
  }
};

/** TimescaleDB has the rows of a hypertable in tables of its own, so the table itself would become an empty partition. */
const refuseHypertables = async (sql: Sql): Promise<void> => {
  const [known] = await sql`select 1 where to_regclass('timescaledb_information.hypertables') is not null`;
  if (known === undefined) return;
  const [found] = await sql<{ name: string }[]>`
    select hypertable_name as name from timescaledb_information.hypertables
    where hypertable_schema = current_schema() and hypertable_name = any(${monthlyTables.map(({ name }) => name)})`;
  if (found !== undefined)
    throw new Error(`${found.name} is a hypertable: TimescaleDB makes its partitions, and this command none`);
};

const checkName = ({ name }: MonthlyTable): string => `${name}_before`;

const partitionTable = async (sql: Sql, table: MonthlyTable, watch: PartitionWatch): Promise<void> => {
  const { name, key } = table;
  const [done] = await sql`select 1 from pg_partitioned_table where partrelid = to_regclass(${name})`;
  if (done !== undefined) return;
  const [kept] = await sql<{ definition: string }[]>`
    select pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = to_regclass(${name}) and conname = ${checkName(table)}`;
  const first = addMonths(monthAt(watch.nowMs() + marginMs), 1);
  const end = idsOfMonth(first).from;
  // The limit of a run that was interrupted may be too near.
  const isCurrent = kept?.definition.includes(end) === true;
  if (!isCurrent)
    await withRetries(sql, watch, async (tx) => {
      if (kept !== undefined) await tx.unsafe(`alter table ${name} drop constraint ${checkName(table)}`);
      await tx.unsafe(
        `alter table ${name} add constraint ${checkName(table)} check (${key} < '${end}') not valid`,
      );
    });
  watch.onStep(`${name}: checking that all rows are of before ${first}; the shop goes on`);
  await sql.unsafe(`alter table ${name} validate constraint ${checkName(table)}`);
  await withRetries(sql, watch, (tx) => exchange(tx, table, first));
  await sql.unsafe(`analyze ${name}`);
  watch.onStep(`${name}: its rows are the first partition, and ${first} is the first month of its own`);
};

/** Each try waits a short time for its locks, and lets go of all of them, because requests queue up behind it. */
const withRetries = async (
  sql: Sql,
  { timer, onStep }: PartitionWatch,
  work: (tx: Transaction) => Promise<void>,
): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      await sql.begin(async (tx) => {
        await tx.unsafe(`set local lock_timeout = ${lockMs}`);
        await work(tx);
      });
      return;
    } catch (cause) {
      const isLocked = cause instanceof postgres.PostgresError && ['55P03', '40P01'].includes(cause.code);
      if (!isLocked || tries === triesMax) throw cause;
      onStep('a transaction holds the table; trying again');
      await startSleep(timer, pauseMs).finished;
    }
  }
};

type Described = {
  readonly owner: string;
  readonly views: Named[];
  readonly triggers: Named[];
  readonly grants: string[];
};
type Named = { readonly name: string; readonly definition: string };

/**
 * Puts a table in partitions in the place of the table, which becomes its first partition. A view and a trigger stay with
 * the table that they were made for, so they are made anew.
 */
const exchange = async (tx: Transaction, table: MonthlyTable, first: Month): Promise<void> => {
  const { name, key } = table;
  const old = checkName(table);
  // Readers lock the view first. The other way round would be a deadlock.
  for (const view of await viewsOf(tx, name))
    await tx.unsafe(`lock table ${view.name} in access exclusive mode`);
  await tx.unsafe(`lock table ${name} in access exclusive mode`);
  const { owner, views, triggers, grants } = await describe(tx, name);
  const [primary] = await tx<{ name: string; columns: string }[]>`
    select conname as name, pg_get_constraintdef(oid) as columns from pg_constraint
    where conrelid = to_regclass(${name}) and contype = 'p'`;
  if (primary === undefined) throw new Error(`${name} has no primary key`);
  await tx.unsafe(`
    ${triggers.map((trigger) => `drop trigger ${trigger.name} on ${name};`).join('\n')}
    alter table ${name} rename to ${old};
    alter index ${primary.name} rename to ${old}_pkey;
    create table ${name} (like ${old} including defaults including storage) partition by range (${key});
    alter table ${name} owner to ${owner};
    alter table ${name} add constraint ${primary.name} ${primary.columns};
    ${grants.join('\n')}
    alter table ${name} attach partition ${old} for values from (minvalue) to ('${idsOfMonth(first).from}');
    alter table ${old} drop constraint ${old};
    ${triggers.map(({ definition }) => `${definition};`).join('\n')}
    ${views.map((view) => `create or replace view ${view.name} as ${view.definition}`).join('\n')}`);
  await addMonth(tx, name, first);
};

const viewsOf = (tx: Transaction, table: string) => tx<Named[]>`
  select distinct v.oid::regclass::text as name, pg_get_viewdef(v.oid) as definition
  from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
  where d.classid = 'pg_rewrite'::regclass and d.refobjid = to_regclass(${table}) and v.relkind = 'v'`;

const describe = async (tx: Transaction, table: string): Promise<Described> => {
  const views = await viewsOf(tx, table);
  const triggers = await tx<Named[]>`
    select quote_ident(tgname) as name, pg_get_triggerdef(oid) as definition
    from pg_trigger where tgrelid = to_regclass(${table}) and not tgisinternal`;
  const grants = await tx<{ text: string }[]>`
    select format('grant %s on %I to %s;', a.privilege_type, c.relname,
      case when a.grantee = 0 then 'public' else a.grantee::regrole::text end) as text
    from pg_class c, aclexplode(c.relacl) a where c.oid = to_regclass(${table}) and a.grantee <> c.relowner`;
  const [row] = await tx<{ owner: string }[]>`
    select relowner::regrole::text as owner from pg_class where oid = to_regclass(${table})`;
  return {
    owner: row?.owner ?? '',
    views: [...views],
    triggers: [...triggers],
    grants: grants.map(({ text }) => text),
  };
};
