import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { classifiedColumns, type PersonalTable, personalData } from '../../core/personalData.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { openTestStore } from '../sqlite/harness.ts';
import { createTestWorld } from '../world.ts';

/** Each column as `table.column`. */
const columnsOfSqlite = (): readonly string[] => {
  const { client } = openTestStore();
  return client
    .prepare<[], string>(
      `select t.name || '.' || c.name from pragma_table_list t join pragma_table_xinfo(t.name) c
       where t.schema = 'main' and t.type in ('table', 'view', 'virtual') and t.name not like 'sqlite_%'`,
    )
    .pluck()
    .all();
};

const columnsOfPostgres = async (): Promise<readonly string[]> => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    const store = await openPostgresStore(createTestWorld(), { url: database.url });
    await store.close();
    const rows = await sql<{ name: string }[]>`
      select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public'`;
    return rows.map(({ name }) => name);
  } finally {
    await sql.end();
    await database.drop();
  }
};

const classified = Object.entries(personalData).flatMap(([table, each]) =>
  classifiedColumns(each).map((column) => `${table}.${column}`),
);

const hasPostgres = await postgresAvailable();

describe('The list of personal data', () => {
  test('The list has every column of SQLite', () => {
    expect(columnsOfSqlite().filter((column) => !classified.includes(column))).toEqual([]);
  });

  test.skipIf(!hasPostgres)(
    'The list has every column of PostgreSQL, and none that neither database has',
    async () => {
      const columns = await columnsOfPostgres();
      expect(columns.filter((column) => !classified.includes(column))).toEqual([]);
      const both = new Set([...columns, ...columnsOfSqlite()]);
      expect(classified.filter((column) => !both.has(column))).toEqual([]);
    },
  );

  test('The list has each column once, says why, and says whose rows are erased', () => {
    expect(classified.length).toBe(new Set(classified).size);
    for (const { personal } of Object.values<PersonalTable>(personalData))
      for (const { erasure, why, of } of Object.values(personal)) {
        expect(why.length).toBeGreaterThan(10);
        expect(of === undefined).toBe(erasure === 'keep');
      }
  });
});
