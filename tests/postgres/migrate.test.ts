import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: migrations', () => {
  let database: TestDatabase;
  let sql: postgres.Sql;
  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    sql = postgres(database.url, { max: 1 });
  });
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  const tables = async () =>
    (await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`).map(
      ({ name }) => name,
    );

  test('A PostgreSQL database of an unreleased version is refused, and nothing in it changes', async () => {
    await sql`create table migration (name text primary key, applied_at timestamptz not null default now())`;
    await sql`insert into migration (name) values ('001_product.sql'), ('002_order.sql'), ('003_audit.sql')`;
    await expect(migrate(database.url)).rejects.toMatchObject({
      name: 'SchemaTooOld',
      message: expect.stringMatching(/003_audit\.sql.*use a new, empty database/),
    });
    expect(await tables()).toEqual(['migration']);
    await sql`drop table migration`;
  });

  test('Parallel starts migrate an empty PostgreSQL database once, and a later start changes nothing', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
    const applied = await sql`select * from migration order by name`;
    expect(applied.length).toBeGreaterThan(5);
    await migrate(database.url);
    expect([...(await sql`select * from migration order by name`)]).toEqual([...applied]);
  });

  test('A PostgreSQL database with a later migration is refused', async () => {
    await sql`insert into migration (name) values ('999_later.sql')`;
    await expect(migrate(database.url)).rejects.toMatchObject({
      name: 'SchemaTooNew',
      message: expect.stringMatching(/999_later\.sql.*start a newer version/),
    });
    await sql`delete from migration where name = '999_later.sql'`;
  });
});
