import { afterAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { postgresAvailable, testDatabase } from './postgres.ts';
import { postgresServer } from './server.ts';

describe.skipIf(!(await postgresAvailable()))('the PostgreSQL of the tests', () => {
  const drops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const drop of drops) await drop();
  });

  test('each test has a database of its own', async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase({ empty: true })]);
    drops.push(one.drop, other.drop);
    const sql = postgres(one.url, { max: 1 });
    await sql`create table mine (id integer)`;
    await sql.end();
    expect(one.url).not.toBe(other.url);
    expect(await tables(other.url)).toEqual([]);
  });

  test('a server comes back on its port with its data', async () => {
    const server = await postgresServer();
    const sql = postgres(server.url('postgres'), { max: 1 });
    await sql`create table kept as select 7 as value`;
    await sql.end();
    await server.stop();
    await server.start();
    await server.crash();
    await server.start();
    expect(await tables(server.url('postgres'))).toEqual(['kept']);
    await server.remove();
  });
});

const tables = async (url: string): Promise<string[]> => {
  const sql = postgres(url, { max: 1 });
  const rows = await sql`select tablename from pg_tables where schemaname = 'public'`;
  await sql.end();
  return rows.map(({ tablename }) => String(tablename));
};
