import { expect, test } from 'bun:test';
import { connect } from '../../adapters/postgres/connection.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';

test.if(await postgresAvailable())(
  'A statement that waits for a connection is told how long it took, and one that finds one is not',
  async () => {
    const database = await createTestDatabase();
    const waits: number[] = [];
    const sql = connect({ url: database.url, poolSize: 1, onPoolWait: (ms) => waits.push(ms) });
    await sql`select 1`;
    await sql`select 1`;
    expect(waits).toEqual([]);
    // A transaction has its connection for itself.
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const holding = sql.begin(async () => {
      begin();
      await held;
    });
    await begun;
    const waiting = [sql`select 2`.execute(), sql.begin((tx) => tx`select 3`)];
    expect(waits).toEqual([]);
    release();
    await Promise.all([holding, ...waiting]);
    expect(waits).toHaveLength(2);
    for (const ms of waits) expect(ms).toBeGreaterThanOrEqual(0);
    await sql.end();
    await database.drop();
  },
  60_000,
);
