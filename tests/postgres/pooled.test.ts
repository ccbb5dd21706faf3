import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { openPostgresArchive } from '../../adapters/postgres/archive/archive.ts';
import {
  type ConnectionOptions,
  connect,
  inTransaction,
  type Sql,
} from '../../adapters/postgres/connection.ts';
import { openPools } from '../../adapters/postgres/pools.ts';
import { idsOfMonth } from '../../core/archive.ts';
import { pgbouncerAvailable, startPgbouncer } from '../processes/pgbouncer.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';

const readText = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const [compose, guide] = [readText('deploy/compose.yaml'), readText('docs/operating/run.md')];

const available = await postgresAvailable();

describe.skipIf(!available)('shared connections', async () => {
  if (!available) return;
  const database = await createTestDatabase({ empty: true });
  afterAll(database.drop);

  const connected = async (
    options: Partial<ConnectionOptions>,
    work: (sql: Sql) => Promise<void>,
  ): Promise<void> => {
    const sql = connect({ url: database.url, poolSize: 1, ...options });
    await work(sql);
    await sql.end();
  };

  // The driver sends up to 100 statements ahead. A `begin` that was the last of them once reserved no connection.
  test.each([99, 100, 101])(
    'A transaction after %d statements has the connection to itself',
    async (ahead) => {
      await connected({}, async (sql) => {
        await sql`select 1`;
        const before = Array.from({ length: ahead }, () => sql`select 1`.execute());
        const transaction = inTransaction(sql, (tx) => selectNumber(tx, 2));
        const after = selectNumber(sql, 3);
        expect(await transaction).toEqual(expect.objectContaining({ value: 2 }));
        expect(await after).toBe(3);
        expect(await Promise.all(before)).toHaveLength(ahead);
      });
    },
  );

  test('Transactions and statements share a connection if none is sent ahead', async () => {
    await connected({ pooling: 'transaction' }, runManyStatements);
  });

  /** With less, work that a process allows would be ended; with more, a lock that it gives up soon would be waited for. */
  test.each(['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'jit'])(
    'Behind a pooler %s is the longest that a process sets otherwise, in the composition and in the guide',
    async (name) => {
      const { close, ...pools } = openPools({ url: database.url, poolSize: 1 });
      const rows = await Promise.all(
        Object.values(pools).map(
          (sql) =>
            sql<{ setting: string; value: string }[]>`
            select setting, current_setting(name) as value from pg_settings where name = ${name}`,
        ),
      );
      const longest = rows.flat().reduce((most, row) => (+row.setting > +most.setting ? row : most));
      expect(compose).toContain(`    - ${name}=${longest.value}\n`);
      expect(guide).toMatch(new RegExp(`alter role shop set ${name} = '?${longest.value}'?;`));
      await close();
    },
  );

  test('The counts of an archive may take longer than a pooled role allows', async () => {
    const shop = await createTestDatabase();
    const owner = connect({ url: shop.url, poolSize: 1 });
    await owner.unsafe(
      `alter database ${new URL(shop.url).pathname.slice(1)} set statement_timeout = '500ms'`,
    );
    const archive = await openPostgresArchive(shop.url, 'transaction');
    const range = idsOfMonth('2026-01');
    for (const count of [archive.countOrders, archive.findUnfinished]) {
      const held = Promise.withResolvers<void>();
      const locked = owner.begin(async (tx) => {
        await tx`lock table orders`;
        held.resolve();
        await tx`select pg_sleep(1)`;
      });
      await held.promise;
      expect(await count(range)).toBeDefined();
      await locked;
    }
    await archive.close();
    await owner.end();
    await shop.drop();
  });

  test.skipIf(!pgbouncerAvailable())('A pooler answers every transaction and statement', async () => {
    const pooler = await startPgbouncer(database.url);
    await connected({ url: pooler.url, pooling: 'transaction' }, runManyStatements);
    await connected({ url: pooler.url, pooling: 'transaction', poolSize: 6 }, runManyStatements);
    await pooler.close();
  });
});

/** Runs transactions, statements that the driver describes first, and statements that it sends at once. */
const runManyStatements = async (sql: Sql): Promise<void> => {
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const results = await Promise.all(
    numbers.map(async (number) => {
      if (number % 3 === 0)
        return (await inTransaction(sql, (tx) => selectNumber(tx, number)))._unsafeUnwrap();
      if (number % 3 === 1) return selectNumber(sql, number);
      const [row] = await sql.unsafe<{ number: number }[]>(`select ${number} as number`);
      return row?.number;
    }),
  );
  expect(results).toEqual(numbers);
};

const selectNumber = async (sql: Pick<Sql, 'unsafe'>, number: number): Promise<number | undefined> => {
  const [row] = await sql.unsafe<{ number: number }[]>('select $1::int as number', [number]);
  return row?.number;
};
