import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { postgresStore } from '../../adapters/postgres/store.ts';
import type { Store } from '../../core/store.ts';
import { type Shop, shopOver, succeeded, value } from '../contracts/shop.ts';
import { postgresAvailable, type TestDatabase, testDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';
import { readsOf } from './reads.ts';

/** Enough rows for the planner to see that reading a whole table costs more than an index. */
const backlog = 3_000;

describe.skipIf(!(await postgresAvailable()))('with a backlog, PostgreSQL reads no table whole', () => {
  const world = testWorld();
  let database: TestDatabase;
  let customer = '';
  let orderId = '';

  beforeAll(async () => {
    database = await testDatabase();
    await using({ database, world }, async (store, shop) => {
      const product = await shop.product({ stock: null });
      customer = shop.fresh('customer');
      for (let placed = 0; placed < backlog; placed += 500) {
        const orders = await shop.orders(Array(500).fill(product), { customerId: customer });
        orderId = orders[0]?.id ?? '';
        const claims = await value(
          store.audits.claim(
            orders.map((order) => shop.request([order])),
            shop.now(),
          ),
        );
        const settlements = claims.map((claim) => shop.settlement(claim._unsafeUnwrap(), succeeded));
        await value(store.audits.recordOutcomes(settlements, shop.now()));
      }
    });
    await run(database, 'vacuum analyze');
  }, 60_000);
  afterAll(() => database.drop());

  const cases: Readonly<Record<string, (store: Store, shop: Shop) => Promise<unknown>>> = {
    'claim and settle': async (_, shop) => {
      const order = await shop.order(await shop.product());
      await shop.settle(await shop.claimed(shop.request([order])), succeeded);
    },
    reconcile: async (store, shop) => {
      const order = await shop.order(await shop.product());
      await shop.claimed(shop.request([order], { reconcileAtMs: shop.now() }));
      await value(
        store.audits.claimOpenPayments({
          nowMs: shop.now(),
          againAtMs: () => shop.now(),
          limit: 10,
          only: null,
        }),
      );
    },
    'take, report, rescue': async (store, shop) => {
      const { leases } = await shop.take('physical', { limit: 5 });
      expect(leases).toHaveLength(5);
      await value(
        store.queue.report(
          leases.map(({ taskId, lease }) => ({ taskId, lease, outcome: done })),
          shop.now(),
        ),
      );
      await value(store.queue.rescue({ nowMs: shop.now(), crashesMax: 3, limit: 10 }));
    },
    'an order, its customer’s orders': async (store, shop) => {
      await shop.detail(orderId);
      await value(store.orders.list({ ...everything, customerId: customer }));
      await value(store.orders.list(everything));
    },
  };

  for (const [name, act] of Object.entries(cases))
    test(name, async () => {
      const before = await readsOf(database, tables);
      await using({ database, world }, act);
      expect(await readsOf(database, tables)).toEqual(before);
    });
});

const done = { kind: 'done', detail: null } as const;
const everything = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  after: null,
  limit: 20,
} as const;

/** A store of its own for `act`: the server counts a connection's reads when it ends, at the latest. */
const using = async (
  { database, world }: { database: TestDatabase; world: ReturnType<typeof testWorld> },
  act: (store: Store, shop: Shop) => Promise<unknown>,
): Promise<void> => {
  const store = await postgresStore(world, { url: database.url, poolSize: 1 });
  try {
    await act(store, shopOver(store, world));
  } finally {
    await store.close();
  }
};

const tables = ['orders', 'order_state', 'order_name', 'audit', 'payment', 'task'];

const run = async ({ url }: TestDatabase, statement: string) => {
  const sql = postgres(url, { max: 1 });
  await sql.unsafe(statement);
  await sql.end();
};
