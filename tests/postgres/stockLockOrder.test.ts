import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Product } from '../../core/product.ts';
import { createFixture, declined, defined, type Fixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createLockWatch } from './lockWaits.ts';

/**
 * The rows of the stock stand in the file in the other order than their ids, and there are so few of them that the server
 * reads them all, in the order of the file.
 */
const withTurnedStock = async (
  run: (parts: {
    readonly shop: Fixture;
    readonly products: readonly Product[];
    readonly countLockedLater: (work: () => Promise<unknown>) => Promise<number>;
  }) => Promise<void>,
): Promise<void> => {
  const database = await createTestDatabase();
  const world = createTestWorld();
  const store = await openPostgresStore(world, { url: database.url, poolSize: 4 });
  const sql = postgres(database.url, { max: 3, onnotice: () => {} });
  const shop = createFixture(store, world);
  const drafts = Array.from({ length: 30 }, () => shop.productDraft({ stock: 100 }));
  const products = (await shop.createProducts(drafts)).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  for (const { id } of products.toReversed())
    await unwrap(store.products.change(id, { stock: { add: 1 } }, shop.now()));
  await sql`analyze`;
  const watch = createLockWatch(database.url);

  /** How many products `work` has not locked when it waits for the stock of the last one, which somebody holds. */
  const countLockedLater = async (work: () => Promise<unknown>): Promise<number> => {
    let working: Promise<unknown> = Promise.resolve();
    const count = await sql.begin(async (tx) => {
      const { id: last } = defined(products.at(-1));
      await tx`select from stock where product_id = ${last} for no key update`;
      working = work();
      await watch.untilWaiting(1);
      const free = await sql`select from stock where product_id <> ${last} for no key update skip locked`;
      return free.length;
    });
    await working;
    return count;
  };

  await run({ shop, products, countLockedLater });
  await watch.close();
  await sql.end();
  await store.close();
  await database.drop();
};

describe.skipIf(!(await postgresAvailable()))('The order of locks of the stock', () => {
  test('A cart locks the stock by the ids of its products, wherever their rows stand', async () => {
    await withTurnedStock(async ({ shop, products, countLockedLater }) => {
      const request = shop.checkoutRequest(await shop.placeOrders(products));
      expect(await countLockedLater(() => shop.claimCheckout(request))).toBe(0);
    });
  });

  test('A cart that is declined gives its units back by the ids of its products', async () => {
    await withTurnedStock(async ({ shop, products, countLockedLater }) => {
      const claim = await shop.claimCheckout(shop.checkoutRequest(await shop.placeOrders(products)));
      expect(await countLockedLater(() => shop.recordOutcome(claim, declined))).toBe(0);
    });
  });
});
