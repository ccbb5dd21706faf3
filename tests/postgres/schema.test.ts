import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { getTableColumns, getTableName, isTable } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import postgres from 'postgres';
import { orderExtras, paymentExtras } from '../../adapters/postgres/columns.ts';
import * as schema from '../../adapters/postgres/schema.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: schema', () => {
  let database: TestDatabase;
  let sql: postgres.Sql;
  beforeAll(async () => {
    database = await createTestDatabase();
    sql = postgres(database.url, { max: 1, onnotice: () => {} });
  });
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  const columnsOf = (relation: string) => sql<{ name: string; type: string; notNull: boolean }[]>`
    select column_name as name, case data_type when 'ARRAY' then substr(udt_name, 2) || '[]' else data_type end as type, is_nullable = 'NO' as "notNull"
    from information_schema.columns where table_schema = 'public' and table_name = ${relation} order by ordinal_position`;

  test('The schema equals its reviewed snapshot; `bun test -u` updates the snapshot after a change', async () => {
    const columns = await sql`
      select format('%s.%s %s%s%s', table_name, column_name, data_type,
        case is_nullable when 'NO' then ' not null' else '' end,
        case is_generated when 'ALWAYS' then ' generated ' || generation_expression else '' end) as line
      from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`;
    const stored = await sql`
      select attrelid::regclass || '.' || attname as line from pg_attribute where attgenerated = 's' order by 1`;
    const indexes =
      await sql`select indexdef as line from pg_indexes where schemaname = 'public' order by indexname`;
    const constraints = await sql`
      select format('%s %s: %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as line
      from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' order by 1`;
    const options = await sql`
      select relname || ' ' || array_to_string(reloptions, ', ') as line
      from pg_class where reloptions is not null and relnamespace = 'public'::regnamespace order by 1`;

    const lines = [columns, stored, indexes, constraints, options].map((rows) =>
      rows.map(({ line }) => line),
    );
    expect(lines.map((part) => part.join('\n')).join('\n\n')).toMatchSnapshot();
  });

  test('Each table has the columns that the Drizzle schema lists, and no others', async () => {
    for (const table of Object.values(schema).filter((each) => isTable(each))) {
      const name = getTableName(table);
      const listed = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        notNull: column.notNull,
      }));
      const actual = (await columnsOf(name)).filter((column) => !unlisted[name]?.includes(column.name));
      expect({ name, columns: listed }).toEqual({ name, columns: [...actual] });
    }
  });

  test('The dataset has every column that is read from it, of the order and of its payment', async () => {
    const expected = [
      ...namesOf(schema.orders, orderExtras),
      // The payment's id is the order's `checkout_id`.
      ...namesOf(schema.payment, ['id', ...paymentExtras]).map((name) => `payment_${name}`),
    ];
    const actual = (await columnsOf('order_dataset')).map(({ name }) => name);
    expect(expected.filter((name) => !actual.includes(name))).toEqual([]);
    expect(expected.length).toBeGreaterThan(15);
  });
});

/** Columns that the Drizzle schema does not list: the leases and counters of tasks, and the search columns. */
const unlisted: Readonly<Record<string, readonly string[]>> = {
  product: ['name_unaccent', 'name_exact', 'name_vector', 'snapshot_id'],
  task: ['lease', 'lease_until_ms', 'seqs', 'traceparent'],
};

const namesOf = (table: PgTable, except: readonly string[]): readonly string[] =>
  Object.values(getTableColumns(table))
    .map(({ name }) => name)
    .filter((name) => !except.includes(name));
