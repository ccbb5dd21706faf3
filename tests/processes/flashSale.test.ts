import { afterAll, describe, expect, test } from 'bun:test';
import { runFlashSale } from '../chaos/run/flashSale.ts';
import { databases } from './databases.ts';
import { killAllApps } from './processes.ts';

describe.each(databases)('a flash sale on %s', (_, create) => {
  afterAll(killAllApps);

  test('Thirty units and three hundred buyers make exactly thirty charges', async () => {
    const database = await create();
    const { seconds: _, ...result } = await runFlashSale({
      databaseUrl: database.url,
      units: 30,
      buyers: 300,
      parallel: 100,
      killsApi: false,
      declines: true,
      seed: 1,
    });
    expect(result).toEqual({
      bought: 30,
      soldOut: 270,
      charged: 30,
      paidOrders: 30,
      stock: 0,
      delivered: 30,
      held: 30,
      wrongOrders: 0,
      unexpectedExits: [],
    });
    await database.drop();
  }, 120_000);
});
