import postgres from 'postgres';
import type { Schema } from './footprint.ts';

/** The rows of a database at one moment, to which it can be set back. */
export type Ground = { restore(): Promise<void> };

/** Tables that every schedule needs as they are. */
const lasting = ['migration', 'search_version'];

/** Nobody else removes the deleted rows, and a scan would read them all. */
const restoresBetweenVacuums = 100;

/** A connection beside the product's, which sets rows back, reads them all, and sees who waits. */
export const openObserver = async (url: string) => {
  // As a replica it runs no trigger. Changing that for each restore would plan all its statements anew.
  const connection = { session_replication_role: 'replica' };
  const sql = postgres(url, { max: 1, onnotice: () => {}, types: { bigint: bigintAsNumber }, connection });
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> all(${lasting})
    order by relname`;
  const tables = rows.map(({ name }) => name);
  await sql`create schema if not exists ground`;

  return {
    sql: sql as unknown as postgres.Sql,
    readSchema: () => readSchema(sql as unknown as postgres.Sql),
    /** Deletes all rows, and what the deleted ones took. */
    clear: async () => {
      await sql.unsafe(`truncate ${tables.join(', ')} restart identity`);
    },
    /** Stores the rows as they are now. Deleting and inserting a few rows is faster than any copy of a database. */
    capture: async (): Promise<Ground> => {
      const deletes = [];
      const inserts = [];
      const copies = [];
      for (const table of tables) {
        deletes.push(`delete from public.${table}`);
        const [some] = await sql.unsafe(`select from public.${table} limit 1`);
        copies.push(`drop table if exists ground.${table}`);
        if (some === undefined) continue;
        copies.push(`create table ground.${table} as table public.${table}`);
        const columns = await sql<{ name: string }[]>`
          select attname as name from pg_attribute
          where attrelid = ${`public.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`;
        const names = columns.map(({ name }) => name).join(', ');
        inserts.push(
          `insert into public.${table} (${names}) overriding system value select ${names} from ground.${table}`,
        );
      }
      await sql.unsafe(copies.join(';'));
      // A function keeps the plans of its statements.
      await sql.unsafe(`
        create or replace function ground.restore() returns void language plpgsql as $restore$
        begin ${[...deletes, ...inserts].map((statement) => `${statement};`).join('\n')} end $restore$`);
      let count = 0;
      return {
        restore: async () => {
          await sql`select ground.restore()`;
          if (++count % restoresBetweenVacuums === 0) await sql.unsafe(`vacuum ${tables.join(', ')}`);
        },
      };
    },
    close: () => sql.end({ timeout: 1 }),
  };
};

export type Observer = Awaited<ReturnType<typeof openObserver>>;

const bigintAsNumber = { to: 20, from: [20], parse: Number, serialize: String };

const readSchema = async (sql: postgres.Sql): Promise<Schema> => {
  const inPublic = sql`relnamespace = 'public'::regnamespace`;
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relkind in ('r', 'p') and ${inPublic} order by relname`;
  const sources = await sql<{ name: string; source: string }[]>`
    select relname as name, pg_get_viewdef(oid) as source from pg_class where relkind = 'v' and ${inPublic}
    union all
    select proname, coalesce(pg_get_function_sqlbody(oid), prosrc) from pg_proc where pronamespace = 'public'::regnamespace`;
  const triggers = await sql<{ table: string; function: string }[]>`
    select c.relname as table, p.proname as function
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
    where not t.tgisinternal`;
  const foreignKeys = await sql<{ child: string; parent: string }[]>`
    select c.relname as child, p.relname as parent
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
    where k.contype = 'f'`;
  return {
    tables: tables.map(({ name }) => name),
    sources: Object.fromEntries(sources.map(({ name, source }) => [name, source])),
    triggers: [...triggers],
    foreignKeys: [...foreignKeys],
  };
};
