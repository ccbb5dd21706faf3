import { afterAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { startPostgresServer } from './server.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL for tests', () => {
  const drops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const drop of drops) await drop();
  });

  test('Every test database is separate from the others', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase({ empty: true })]);
    drops.push(one.drop, other.drop);
    const sql = postgres(one.url, { max: 1 });
    await sql`create table one_table (id integer)`;
    await sql.end();
    expect(one.url).not.toBe(other.url);
    expect(await listTables(other.url)).toEqual([]);
  });

  test('A test server restarts on its port with its data after a stop and after a crash', async () => {
    const server = await startPostgresServer();
    const sql = postgres(server.url('postgres'), { max: 1 });
    await sql`create table survivor as select 7 as value`;
    await sql.end();
    await server.stop();
    await server.start();
    await server.crash();
    await server.start();
    expect(await listTables(server.url('postgres'))).toEqual(['survivor']);
    await server.remove();
  });
});

const listTables = async (url: string): Promise<string[]> => {
  const sql = postgres(url, { max: 1 });
  const rows = await sql`select tablename from pg_tables where schemaname = 'public'`;
  await sql.end();
  return rows.map(({ tablename }) => String(tablename));
};
