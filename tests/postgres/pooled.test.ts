import { afterAll, describe, expect, test } from 'bun:test';
import {
  type ConnectionOptions,
  connect,
  inTransaction,
  type Sql,
} from '../../adapters/postgres/connection.ts';
import { pgbouncer, pgbouncerAvailable } from '../processes/pgbouncer.ts';
import { postgresAvailable, testDatabase } from '../processes/postgres.ts';

const available = await postgresAvailable();

describe.skipIf(!available)('connections that many share', async () => {
  if (!available) return;
  const database = await testDatabase({ empty: true });
  afterAll(database.drop);

  const over = async (
    options: Partial<ConnectionOptions>,
    work: (sql: Sql) => Promise<void>,
  ): Promise<void> => {
    const sql = connect({ url: database.url, poolSize: 1, ...options });
    await work(sql);
    await sql.end();
  };

  // The driver sends 100 statements ahead; a `begin` that was the last of them once reserved no connection.
  test.each([99, 100, 101])(
    'a transaction behind %d statements has the connection to itself',
    async (ahead) => {
      await over({}, async (sql) => {
        await sql`select 1`;
        const before = Array.from({ length: ahead }, () => sql`select 1`.execute());
        const mine = inTransaction(sql, (tx) => numberOf(tx, 2));
        const after = numberOf(sql, 3);
        expect(await mine).toEqual(expect.objectContaining({ value: 2 }));
        expect(await after).toBe(3);
        expect(await Promise.all(before)).toHaveLength(ahead);
      });
    },
  );

  test('without anything sent ahead, transactions and statements take turns', async () => {
    await over({ pooling: 'transaction' }, shared);
  });

  test.skipIf(!pgbouncerAvailable())('a pooler answers every one of them', async () => {
    const pooler = await pgbouncer(database.url);
    await over({ url: pooler.url, pooling: 'transaction' }, shared);
    await over({ url: pooler.url, pooling: 'transaction', poolSize: 6 }, shared);
    await pooler.close();
  });
});

/** Transactions, statements that the driver has described first, and statements that it sends at once. */
const shared = async (sql: Sql): Promise<void> => {
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const answers = await Promise.all(
    numbers.map(async (number) => {
      if (number % 3 === 0) return (await inTransaction(sql, (tx) => numberOf(tx, number)))._unsafeUnwrap();
      if (number % 3 === 1) return numberOf(sql, number);
      const [row] = await sql.unsafe<{ number: number }[]>(`select ${number} as number`);
      return row?.number;
    }),
  );
  expect(answers).toEqual(numbers);
};

const numberOf = async (sql: Pick<Sql, 'unsafe'>, number: number): Promise<number | undefined> => {
  const [row] = await sql.unsafe<{ number: number }[]>('select $1::int as number', [number]);
  return row?.number;
};
