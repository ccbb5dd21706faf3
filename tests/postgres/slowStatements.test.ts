import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { orUnavailable } from '../../adapters/postgres/failures.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: what reaches the log', () => {
  let database: TestDatabase;
  let sql: Sql;
  const slow: { readonly ms: number; readonly text: string }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    sql = connect({
      url: database.url,
      poolSize: 1,
      // A machine that is busy may take long for any statement, so the test looks for those that it knows.
      slow: { ms: 300, onSlow: (ms, text) => slow.push({ ms, text }) },
    });
  });
  afterAll(async () => {
    await sql.end({ timeout: 1 });
    await database.drop();
  });

  test('A slow statement is reported with its text and without its values, alone and in a transaction', async () => {
    await sql`select pg_sleep(${0.3}), ${'lan@example.com'}::text as alone`;
    await sql.begin((tx) => tx`select pg_sleep(${0.3}), ${'lan@example.com'}::text as inside`);
    const texts = slow.map(({ text }) => text);
    expect(texts).toContain('select pg_sleep($1), $2::text as alone');
    expect(texts).toContain('select pg_sleep($1), $2::text as inside');
    expect(JSON.stringify(slow)).not.toContain('lan@');
  });

  test('A slow statement that the server refuses is reported too', async () => {
    await sql
      .begin(async (tx) => {
        await tx`set local statement_timeout = 300`;
        await tx`select pg_sleep(60) as refused`.catch(() => {});
      })
      .catch(() => {});
    expect(slow.map(({ text }) => text)).toContain('select pg_sleep(60) as refused');
  });

  test('A failure has the SQLSTATE and the words of the server, or the code of the system', async () => {
    const refused = await orUnavailable(() =>
      sql.begin('read only', (tx) => tx`create table anything (id int)`),
    );
    expect(refused._unsafeUnwrapErr().database).toEqual({
      code: '25006',
      message: 'cannot execute CREATE TABLE in a read-only transaction',
    });
    const nobody = connect({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1 });
    const failed = await orUnavailable(() => nobody`select 1`);
    expect(failed._unsafeUnwrapErr().database).toMatchObject({ code: 'ECONNREFUSED' });
    await nobody.end({ timeout: 0 });
  });
});
