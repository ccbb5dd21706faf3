import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import {
  createFixture,
  defined,
  listAll,
  refundFailed,
  refundSucceeded,
  succeeded,
  unwrap,
} from '../contracts/fixture.ts';
import { shuffled } from '../contracts/shuffled.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { countDeadlocks } from './statistics.ts';

const done = { kind: 'done', detail: null } as const;
const rounds = 5;

describe.skipIf(!(await postgresAvailable()))('locks of refunds, pipelines and checkouts', () => {
  test('Refunds, pipelines and checkouts of the same orders never deadlock', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url, poolSize: 12 });
    const shop = createFixture(store, world);
    const products = await shop.createProducts(
      ['physical', 'service', 'service'].map((type) =>
        shop.productDraft({ type, price: { amount: 1_000, currency: 'VND' }, stock: 10_000 }),
      ),
    );
    const productOfEach = Array.from({ length: 30 }, (_, index) => defined(products[index % 3]));
    const all: string[] = [];
    await shop.openConnections();

    for (let round = 0; round < rounds; round++) {
      const [paid, unpaid] = [await shop.placeOrders(productOfEach), await shop.placeOrders(productOfEach)];
      await shop.pay(paid);
      const record = shop.outcomeRecord(await shop.claimCheckout(shop.checkoutRequest(unpaid)), succeeded);
      const orders = [...paid, ...unpaid];
      all.push(...orders.map(({ id }) => id));

      const runTasks = async () => {
        for (let turn = 0; turn < 12; turn++) {
          const { leases } = await shop.claimTasks(turn % 2 === 0 ? 'physical' : 'service', { limit: 7 });
          const reports = shuffled(leases, world).map(({ taskId, lease }, index) => ({
            taskId,
            lease,
            outcome: index % 4 === 0 ? ({ kind: 'failed', error: 'no' } as const) : done,
          }));
          await unwrap(store.queue.report(reports, shop.now()));
        }
      };
      const refund = async (orderId: string, index: number) => {
        const amount = index % 3 === 0 ? null : { amount: 300, currency: null };
        const requested = await store.refunds.request(shop.refundCommand(orderId, { amount }), shop.now());
        if (requested.isOk())
          await shop.finishRefund(
            requested.value.refund.id,
            index % 5 === 0 ? refundFailed : refundSucceeded,
          );
      };
      const retryAndRescue = async () => {
        for (let turn = 0; turn < 6; turn++) {
          const failed = await shop.listTasks({ state: 'failed' });
          await unwrap(
            store.queue.retry(
              shuffled(failed, world).map(({ id }) => id),
              shop.now(),
            ),
          );
          await unwrap(store.queue.rescue({ nowMs: shop.now() + 60_000, crashesMax: 2, limit: 5 }));
        }
      };
      await Promise.all([
        unwrap(store.audits.recordOutcomes([record], shop.now())),
        runTasks(),
        runTasks(),
        runTasks(),
        retryAndRescue(),
        ...shuffled([...orders, ...orders], world).map(({ id }, index) => refund(id, index)),
      ]);
    }

    for (const id of all) {
      const { status, total } = await shop.findOrder(id);
      await shop.historyStates(id);
      const refunds = await listAll((after: string | null) =>
        store.refunds.list({ orderId: id, status: 'succeeded', after, limit: 100 }),
      );
      const refunded = refunds.reduce((sum, { amount }) => sum + amount.amount, 0);
      expect(refunded).toBeLessThanOrEqual(total.amount);
      expect(status === 'refunded').toBe(refunded === total.amount);
    }
    await store.close();
    // The store retries a transaction that the server rolls back to break a deadlock. So only the server's count
    // shows it.
    expect(await countDeadlocks(database)).toBe(0);
    await database.drop();
  }, 120_000);

  test('A refund requested while its order is being paid waits for the payment, and pauses the new task', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const shop = createFixture(store, world);
    const order = await shop.placeOrder(await shop.createProduct());
    const record = shop.outcomeRecord(await shop.claimCheckout(shop.checkoutRequest([order])), succeeded);
    const sql = postgres(database.url, { max: 2 });
    const untilBlocked = async (count: number) => {
      for (let blocked = 0; blocked < count; ) {
        const [row] = await sql<{ blocked: number }[]>`
          select count(*)::integer as blocked from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        blocked = row?.blocked ?? 0;
      }
    };

    const calls: Promise<unknown>[] = [];
    await sql.begin(async (tx) => {
      await tx`select from orders where id = ${order.id} for update`;
      calls.push(unwrap(store.audits.recordOutcomes([record], shop.now())));
      await untilBlocked(1);
      calls.push(shop.requestRefund(order.id));
      await untilBlocked(2);
    });
    await Promise.all(calls);
    expect(await shop.historyStates(order.id)).toEqual(['pending', 'paying', 'paid', 'refund_requested']);
    expect(await shop.listTasks({ orderId: order.id })).toMatchObject([{ state: 'paused' }]);
    await Promise.all([sql.end(), store.close()]);
    await database.drop();
  }, 120_000);

  test('An adopted refund waits for the task of a group before it locks anything of another group', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const shop = createFixture(store, world);
    const [goods, service] = await shop.createProducts(
      ['physical', 'service'].map((type) => shop.productDraft({ type })),
    );
    // The order that was placed first has the task with the higher id.
    const orders = await shop.placeOrders([defined(goods), defined(service)]);
    const [taskOfGoods, taskOfService] = await shop.pay(orders.toReversed()).then((ids) => ids.toReversed());
    const { checkoutId, payment } = await shop.findOrder(defined(orders[0]).id);
    const sql = postgres(database.url, { max: 2 });
    let adoption: Promise<unknown> = Promise.resolve();
    await sql.begin(async (tx) => {
      await tx`select from task where id = ${defined(taskOfService)} for update`;
      const refund = { reference: 're_1', refundId: null, origin: 'provider', atMs: 1_000 } as const;
      const refunds = [{ ...refund, amount: defined(payment).amount }];
      const charge = { paymentId: defined(checkoutId), refunds, createId: shop.newId };
      adoption = unwrap(store.refunds.adopt(charge, shop.now()));
      for (let isBlocked = false; !isBlocked; ) {
        const rows = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        isBlocked = rows.length > 0;
      }
      // A worker that holds the first task locks the second one now.
      await tx`select from task where id = ${defined(taskOfGoods)} for update nowait`;
    });
    expect(await adoption).toBe(2);
    await Promise.all([sql.end(), store.close()]);
    await database.drop();
  }, 120_000);
});
