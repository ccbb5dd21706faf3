import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { connect, inTransaction, type Sql } from '../../adapters/postgres/connection.ts';
import { orUnavailable } from '../../adapters/postgres/failures.ts';
import { openPools } from '../../adapters/postgres/pools.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { startSilentProxy } from './silentProxy.ts';

/** A busy machine answers within `clientMs`. Only a silent connection takes longer. */
const limits = { statementMs: 60_000, lockMs: 60_000, clientMs: 2_000 };

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: connections that go silent or read-only', () => {
  let database: TestDatabase;
  let admin: postgres.Sql;
  let proxy: Awaited<ReturnType<typeof startSilentProxy>>;
  let sql: Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    admin = postgres(database.url, { max: 1, onnotice: () => {} });
    proxy = await startSilentProxy(database.url);
    sql = connect({ url: proxy.url, poolSize: 4, limits });
  });
  beforeEach(async () => {
    await Promise.all(Array.from({ length: 4 }, () => sql`select pg_sleep(0.02)`));
  });
  afterAll(async () => {
    await Promise.all([sql.end({ timeout: 1 }), admin.end()]);
    await proxy.close();
    await database.drop();
  });

  const ask = (text = 'answered') => orUnavailable(async () => (await sql`select ${text}::text as text`)[0]);

  test('The first silent statement fails, and the next ones go over new connections', async () => {
    expect(proxy.silence()).toBe(4);
    expect((await ask())._unsafeUnwrapErr()).toMatchObject({
      kind: 'unavailable',
      reason: 'the database did not answer in time',
    });
    // The three other connections were idle, and are silent, too. They are not tried one after the other.
    for (let round = 0; round < 8; round++) expect((await ask()).isOk()).toBe(true);
  });

  test('Statements that wait for a connection fail like those that have one, and none of them runs later', async () => {
    proxy.silence({ newOnes: true });
    const writes = Array.from({ length: 40 }, (_, index) =>
      orUnavailable(
        async () =>
          await sql`insert into secret (name, value) values (${`silent ${index}`}, 'never written')`,
      ),
    );
    for (const write of await Promise.all(writes)) expect(write.isErr()).toBe(true);
    proxy.restore();
    while ((await ask()).isErr());
    expect([...(await admin`select name from secret where name like 'silent%'`)]).toEqual([]);
  }, 120_000);

  test('A transaction that goes silent is unavailable, and its connection is free for others again', async () => {
    for (let round = 0; round < 3; round++) {
      const result = await inTransaction(sql, async (tx) => {
        await tx`select 1`;
        proxy.silence();
        return tx`select 2`;
      });
      expect(result.isErr()).toBe(true);
    }
    expect((await ask()).isOk()).toBe(true);
  });

  test('A pool whose statement or transaction went silent can be closed at once, and nothing waits forever', async () => {
    const ownProxy = await startSilentProxy(database.url);
    const works: readonly ((own: Sql) => Promise<unknown>)[] = [
      (own) => own`select pg_sleep(60)`,
      (own) =>
        own.begin(async (tx) => {
          await tx`select 1`;
          ownProxy.silence();
        }),
    ];
    for (const work of works) {
      const own = connect({ url: ownProxy.url, poolSize: 1, limits });
      await own`select 1`;
      const working = work(own).catch((cause: Error) => cause.message);
      await admin`select pg_sleep(0.1)`;
      ownProxy.silence();
      expect(await working).toContain('QUERY_TIMEOUT');
      await own.end();
    }
    await ownProxy.close();
  }, 60_000);

  test('A pool that finds the server silent spares the other pools the wait on their idle connections', async () => {
    const ownProxy = await startSilentProxy(database.url);
    const { close, probe, ...others } = openPools({ url: ownProxy.url, poolSize: 2 });
    const askAll = (pools: readonly Sql[]) =>
      Promise.all(pools.map((pool) => orUnavailable(async () => await pool`select 1`)));
    for (const result of await askAll([probe, ...Object.values(others)])) expect(result.isOk()).toBe(true);
    ownProxy.silence();
    expect((await askAll([probe])).map((result) => result.isErr())).toEqual([true]);
    for (const result of await askAll(Object.values(others))) expect(result.isOk()).toBe(true);
    await close();
    await ownProxy.close();
  }, 60_000);

  test('A statement that the server answers within the limit is not cut off, and neither are those behind it', async () => {
    const slow = Array.from({ length: 12 }, async (_, index) => {
      const [row] = await sql<{ index: number }[]>`select ${index}::int as index from pg_sleep(0.06)`;
      return row?.index;
    });
    expect(await Promise.all(slow)).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  test('A session that has become read-only is left, so that writes work as soon as the server takes them', async () => {
    const write = () =>
      orUnavailable(
        async () => await sql`insert into secret (name, value) values (${crypto.randomUUID()}, '')`,
      );
    const setReadOnly = (value: 'on' | 'off') =>
      admin.unsafe(
        `alter database ${new URL(database.url).pathname.slice(1)} set default_transaction_read_only = ${value}`,
      );
    const endBackends = () => admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    await setReadOnly('on');
    await endBackends();
    // Each of the four connections hears it at least once.
    for (let round = 0; round < 12; round++) expect((await write()).isErr()).toBe(true);
    await admin`set default_transaction_read_only = off`;
    await setReadOnly('off');
    // Four sessions are still read-only at most, and each is left after its first failure.
    const results = [];
    for (let round = 0; round < 12; round++) results.push((await write()).isOk());
    expect(results.slice(4)).toEqual(Array(8).fill(true));
    const inTransactions = Array.from({ length: 8 }, () => inTransaction(sql, (tx) => tx`select 1`));
    for (const result of await Promise.all(inTransactions)) expect(result.isOk()).toBe(true);
  });
});
