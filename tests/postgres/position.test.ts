import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createPosition, hasReached } from '../../adapters/postgres/replication.ts';
import { bytesOf } from '../../core/consistency.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

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

  const countStatements = (inner: Sql) => {
    let count = 0;
    const counted = new Proxy(inner, {
      apply: (target, self, args) => {
        count++;
        return Reflect.apply(target, self, args);
      },
    });
    return { counted, count: () => count };
  };

  test('Calls that come together share a statement, and one that comes later has its own', async () => {
    const { counted, count } = countStatements(sql);
    const position = createPosition(counted, createTestWorld());
    await Promise.all(Array.from({ length: 50 }, () => position()));
    expect(count()).toBe(1);
    const first = position();
    await Bun.sleep(0);
    // The first statement may be under way, and so may be answered before what the second caller has committed.
    const later = position();
    await Promise.all([first, later]);
    expect(count()).toBeLessThanOrEqual(3);
    expect(count()).toBeGreaterThanOrEqual(2);
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
