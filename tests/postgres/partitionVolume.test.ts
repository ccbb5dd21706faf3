import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createStore } from '../../adapters/postgres/store.ts';
import type { OrderQuery } from '../../core/order.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, defined, type Fixture, succeeded, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { connectExplained, type ExplainedConnection } from './explained.ts';
import { endOfHistoryMs, historyMonths, insertHistory, partitionEmpty } from './history.ts';

/** A million in `bun run test:volume`. */
const orders = Number(process.env.VOLUME_ORDERS ?? 20_000);

const everything: OrderQuery = {
  ...{ search: null, status: null, type: null, fromMs: null, toMs: null, customerId: null, number: null },
  ...{ after: null, limit: 20 },
};

describe.skipIf(!(await postgresAvailable()))(`${orders} orders over ${historyMonths} months`, () => {
  const open = async (isPartitioned: boolean) => {
    const database = await createTestDatabase();
    const server = await connectExplained(database.url);
    const world = createTestWorld(endOfHistoryMs);
    const store = createStore(server.sql, world);
    const fixture = createFixture(store, world);
    if (isPartitioned) await partitionEmpty(database.url, server.sql);
    const product = await fixture.createProduct();
    await insertHistory(server.sql, product.id, orders);
    return { database, server, store, fixture, product };
  };
  type Shop = {
    database: TestDatabase;
    server: ExplainedConnection;
    store: Store;
    fixture: Fixture;
    product: Awaited<ReturnType<typeof open>>['product'];
  };
  let plain: Shop;
  let monthly: Shop;
  beforeAll(async () => {
    plain = await open(false);
    monthly = await open(true);
  }, 1_800_000);
  afterAll(async () => {
    for (const { server, database } of [plain, monthly]) {
      await server.sql.end();
      await database.drop();
    }
  });

  /** The pages of the work on both, the last of eight times: the server may plan once for all values by then. */
  const compare = async (work: (shop: Shop) => Promise<() => Promise<unknown>>) => {
    const pages: number[] = [];
    for (const shop of [plain, monthly]) {
      let counted = 0;
      for (let time = 0; time < 8; time++) counted = await shop.server.countPages(await work(shop));
      pages.push(counted);
    }
    const [before = 0, after = 0] = pages;
    if (process.env.SHOW_PAGES === '1') console.log({ before, after });
    return { before, after };
  };
  const anOrder = async ({ server }: Shop): Promise<string> => {
    const [row] = await server.sql<{ id: string }[]>`
      select id from orders where status = 'completed' order by id offset ${Math.floor(orders * 0.7)} limit 1`;
    return defined(row).id;
  };

  test('The order page and its history read as few pages as without partitions', async () => {
    const found = await compare(async (shop) => {
      const id = await anOrder(shop);
      return () => unwrap(shop.store.orders.find(id));
    });
    expect(found.after).toBeLessThanOrEqual(found.before * 1.1);
    const history = await compare(async (shop) => {
      const orderId = await anOrder(shop);
      return () => unwrap(shop.store.orders.history({ orderId, after: null, limit: 100 }));
    });
    expect(history.after).toBeLessThanOrEqual(history.before * 1.1);
  });

  test('A new order, a claim and a recorded payment read as few pages as without partitions', async () => {
    const placed = await compare(
      async ({ fixture, product }) =>
        () =>
          fixture.placeOrder(product),
    );
    expect(placed.after).toBeLessThanOrEqual(placed.before * 1.1 + 20);
    const claimed = await compare(async ({ fixture, product }) => {
      const request = fixture.checkoutRequest([await fixture.placeOrder(product)]);
      return () => fixture.claimCheckout(request);
    });
    expect(claimed.after).toBeLessThanOrEqual(claimed.before * 1.1 + 20);
    const paid = await compare(async ({ fixture, product }) => {
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([await fixture.placeOrder(product)]));
      return () => fixture.recordOutcome(claim, succeeded);
    });
    expect(paid.after).toBeLessThanOrEqual(paid.before * 1.1 + 20);
  });

  test('A step of the pipeline reads as few pages as without partitions', async () => {
    const leased = await compare(async ({ fixture, product }) => {
      await fixture.placePaidOrder(product);
      return () => fixture.claimTasks('physical');
    });
    expect(leased.after).toBeLessThanOrEqual(leased.before * 1.1 + 40);
  });

  test('Lists page by page read as few pages as without partitions', async () => {
    const customerId = 'customer-7';
    for (const query of [everything, { ...everything, customerId }]) {
      const listed = await compare(async ({ store }) => async () => {
        let after: string | null = null;
        for (let page = 0; page < 10; page++)
          after = (await unwrap(store.orders.list({ ...query, after }))).next ?? after;
      });
      expect(listed.after).toBeLessThanOrEqual(listed.before * 1.1);
    }
  });
});
