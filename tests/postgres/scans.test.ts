import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Product } from '../../core/product.ts';
import type { Store } from '../../core/store.ts';
import {
  createFixture,
  declined,
  type Fixture,
  requiresAction,
  succeeded,
  unwrap,
} from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { countSequentialScans } from './statistics.ts';

/** Enough rows, so that the planner knows that reading a whole table costs more than an index. */
const backlog = 3_000;

describe.skipIf(!(await postgresAvailable()))('table scans with a backlog', () => {
  const world = createTestWorld();
  let database: TestDatabase;
  let customer = '';
  let orderId = '';
  let limited: readonly Product[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    await withStore({ database, world }, async (store, shop) => {
      const product = await shop.createProduct({ stock: null });
      customer = shop.unique('customer');
      for (let batch = 0; batch < 5; batch++)
        limited = await shop.createProducts(
          Array.from({ length: 1_000 }, () => shop.productDraft({ stock: 1_000_000 })),
        );
      for (let placed = 0; placed < backlog; placed += 500) {
        const orders = await shop.placeOrders(Array(500).fill(product), { customerId: customer });
        orderId = orders[0]?.id ?? '';
        const claims = await unwrap(
          store.audits.claim(
            orders.map((order) => shop.checkoutRequest([order])),
            shop.now(),
          ),
        );
        const records = claims.map((claim) => shop.outcomeRecord(claim._unsafeUnwrap(), succeeded));
        await unwrap(store.audits.recordOutcomes(records, shop.now()));
      }
    });
    await runStatement(
      database,
      `insert into counted_checkout (customer_id, checkout_id, created_ms)
       select 'customer ' || i, gen_random_uuid(), 0 from generate_series(1, ${backlog}) as i`,
    );
    await runStatement(database, 'vacuum analyze');
  }, 120_000);
  afterAll(() => database.drop());

  const cases: Readonly<Record<string, (store: Store, shop: Fixture) => Promise<unknown>>> = {
    'a claim and its outcome': async (_, shop) => {
      const order = await shop.placeOrder(await shop.createProduct());
      await shop.recordOutcome(await shop.claimCheckout(shop.checkoutRequest([order])), succeeded);
    },
    'orders and checkouts within the limits of their customers': async (store, shop) => {
      const product = await shop.createProduct();
      for (const count of [1, 8]) {
        const requests = Array.from({ length: count }, () => ({
          id: shop.newId(),
          customerId: shop.unique('customer'),
          contact: { email: 'a@example.com', language: null },
          productId: product.id,
          quantity: 1,
          ttlMs: 86_400_000,
        }));
        const placed = await unwrap(store.orders.place(requests, shop.now(), 1_000));
        const orders = placed.map((each) => each._unsafeUnwrap());
        const limits = { declinesMax: 5, challengesMax: 5 };
        for (const outcome of [declined, requiresAction]) {
          const checkouts = orders.map((order) => shop.checkoutRequest([order]));
          const claims = await unwrap(store.audits.claim(checkouts, shop.now(), limits));
          const records = claims.map((claim) => shop.outcomeRecord(claim._unsafeUnwrap(), outcome));
          await unwrap(store.audits.recordOutcomes(records, shop.now()));
        }
      }
    },
    'claims and releases of many limited products': async (store, shop) => {
      for (const size of [1, 8]) {
        const orders = await shop.placeOrders(limited.slice(0, size));
        const requests = orders.map((order) => shop.checkoutRequest([order]));
        const claims = await unwrap(store.audits.claim(requests, shop.now()));
        const records = claims.map((claim) => shop.outcomeRecord(claim._unsafeUnwrap(), declined));
        await unwrap(store.audits.recordOutcomes(records, shop.now()));
      }
    },
    'a recovery of open payments': async (store, shop) => {
      const order = await shop.placeOrder(await shop.createProduct());
      await shop.claimCheckout(shop.checkoutRequest([order], { recoverAtMs: shop.now() }));
      await unwrap(
        store.audits.claimOpenPayments({
          nowMs: shop.now(),
          nextRecoveryAtMs: () => shop.now(),
          limit: 10,
          onlyPaymentId: null,
        }),
      );
    },
    'a claim of tasks, their reports and a rescue': async (store, shop) => {
      const { leases } = await shop.claimTasks('physical', { limit: 5 });
      expect(leases).toHaveLength(5);
      await unwrap(
        store.queue.report(
          leases.map(({ taskId, lease }) => ({ taskId, lease, outcome: done })),
          shop.now(),
        ),
      );
      await unwrap(store.queue.rescue({ nowMs: shop.now(), crashesMax: 3, limit: 10 }));
    },
    'an order and the lists of orders': async (store, shop) => {
      await shop.findOrder(orderId);
      await unwrap(store.orders.list({ ...everything, customerId: customer }));
      await unwrap(store.orders.list(everything));
    },
  };

  for (const [name, run] of Object.entries(cases))
    test(`PostgreSQL reads no table whole for ${name}`, async () => {
      const before = await countSequentialScans(database, tables);
      await withStore({ database, world }, run);
      expect(await countSequentialScans(database, tables)).toEqual(before);
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
  number: null,
  after: null,
  limit: 20,
} as const;

/** Runs `run` with a store of its own: the server counts the reads of a connection at the latest when it closes. */
const withStore = async (
  { database, world }: { database: TestDatabase; world: ReturnType<typeof createTestWorld> },
  run: (store: Store, shop: Fixture) => Promise<unknown>,
): Promise<void> => {
  const store = await openPostgresStore(world, { url: database.url, poolSize: 1 });
  try {
    await run(store, createFixture(store, world));
  } finally {
    await store.close();
  }
};

const tables = [
  'counted_checkout',
  'stock',
  'orders',
  'order_state',
  'order_search',
  'audit',
  'payment',
  'task',
];

const runStatement = async ({ url }: TestDatabase, statement: string) => {
  const sql = postgres(url, { max: 1 });
  await sql.unsafe(statement);
  await sql.end();
};
