import postgres from 'postgres';

/** The rows of a database at one moment, to which it can be set back. */
export type Ground = { restore(): Promise<void> };

/** Tables that every schedule needs as they are. */
const lasting = ['migration', 'search_version'];

/** A connection beside the product's, which sets rows back, reads them all, and sees who waits. */
export const openObserver = async (url: string) => {
  const sql = postgres(url, { max: 1, onnotice: () => {}, types: { bigint: bigintAsNumber } });
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> all(${lasting})
    order by relname`;
  const tables = rows.map(({ name }) => name);
  await sql`create schema if not exists ground`;
  const withoutTriggers = 'set local session_replication_role = replica';

  return {
    sql: sql as unknown as postgres.Sql,
    /** Deletes all rows, and what the deleted ones took. */
    clear: async () => {
      await sql.unsafe(`truncate ${tables.join(', ')} restart identity`);
    },
    /** Stores the rows as they are now. Deleting and inserting a few rows is faster than any copy of a database. */
    capture: async (): Promise<Ground> => {
      const restore = ['begin', withoutTriggers];
      const copy = [];
      for (const table of tables) {
        restore.push(`delete from public.${table}`);
        const [some] = await sql.unsafe(`select from public.${table} limit 1`);
        copy.push(`drop table if exists ground.${table}`);
        if (some === undefined) continue;
        copy.push(`create table ground.${table} as table public.${table}`);
        const columns = await sql<{ name: string }[]>`
          select attname as name from pg_attribute
          where attrelid = ${`public.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`;
        const names = columns.map(({ name }) => name).join(', ');
        restore.push(
          `insert into public.${table} (${names}) overriding system value select ${names} from ground.${table}`,
        );
      }
      await sql.unsafe(copy.join(';'));
      const script = [...restore, 'commit'].join(';');
      let count = 0;
      return {
        restore: async () => {
          await sql.unsafe(script);
          // Nobody else removes the deleted rows, and a scan would read them all.
          if (++count % 100 === 0) await sql.unsafe('vacuum');
        },
      };
    },
    close: () => sql.end({ timeout: 1 }),
  };
};

export type Observer = Awaited<ReturnType<typeof openObserver>>;

const bigintAsNumber = { to: 20, from: [20], parse: Number, serialize: String };
