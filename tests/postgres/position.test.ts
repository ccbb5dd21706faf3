import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createPosition, hasReached } from '../../adapters/postgres/replication.ts';
import { bytesOf } from '../../core/consistency.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

test('Calls that come together share a statement, and one that comes while it is under way has its own', async () => {
  const answers: ((rows: readonly object[]) => void)[] = [];
  const sql = () => new Promise<readonly object[]>((resolve) => answers.push(resolve));
  const position = createPosition(sql as unknown as Sql, createTestWorld());
  const together = Promise.all(Array.from({ length: 50 }, () => position()));
  while (answers.length < 1) await Bun.sleep(0);
  // The first statement may have been answered before what this caller has committed.
  const later = position();
  answers[0]?.([{ file: '000000010000000000000001', lsn: '0/1' }]);
  for (const found of await together) expect(found._unsafeUnwrap()?.lsn).toBe('0/1');
  while (answers.length < 2) await Bun.sleep(0);
  answers[1]?.([{ file: '000000020000000000000001', lsn: '0/2' }]);
  expect((await later)._unsafeUnwrap()).toEqual({ timeline: 2, lsn: '0/2' });
  expect(answers).toHaveLength(2);
});

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: the end of the log', () => {
  let database: TestDatabase;
  let sql: Sql;
  beforeAll(async () => {
    database = await createTestDatabase();
    sql = connect({ url: database.url });
  });
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  test('It is behind every commit of before the call', async () => {
    const position = createPosition(sql, createTestWorld());
    let before = 0;
    for (let round = 0; round < 20; round++) {
      await sql`insert into secret (name, value) values (${`s${round}`}, 'x')`;
      const [row] = await sql<{ lsn: string }[]>`select pg_current_wal_insert_lsn()::text as lsn`;
      const found = (await position())._unsafeUnwrap();
      expect(found?.timeline).toBe(1);
      const end = bytesOf(found ?? { lsn: '0/0' });
      expect(end).toBeGreaterThan(before);
      before = bytesOf({ lsn: row?.lsn ?? '' });
      expect(end).toBeGreaterThanOrEqual(before);
    }
  });

  test('A primary says that it is one, whatever it is asked', async () => {
    for (const timeline of [1, 2])
      expect((await hasReached(sql, { timeline, lsn: 'FFFFFFFF/0' }))._unsafeUnwrap()).toBe('primary');
  });
});
