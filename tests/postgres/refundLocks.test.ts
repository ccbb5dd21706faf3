import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { postgresStore } from '../../adapters/postgres/store.ts';
import {
  known,
  pagesOf,
  refused,
  returned,
  shopOver,
  shuffled,
  succeeded,
  value,
} from '../contracts/shop.ts';
import { postgresAvailable, testDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';
import { deadlocksIn } from './reads.ts';

const done = { kind: 'done', detail: null } as const;
const rounds = 5;

describe.skipIf(!(await postgresAvailable()))('refunds, pipelines and checkouts of the same orders', () => {
  test('wait for one another, and never in a circle', async () => {
    const database = await testDatabase();
    const world = testWorld();
    const store = await postgresStore(world, { url: database.url, poolSize: 12 });
    const shop = shopOver(store, world);
    const products = await shop.products(
      ['physical', 'service', 'service'].map((type) =>
        shop.draft({ type, price: { amount: 1_000, currency: 'VND' } }),
      ),
    );
    const of = Array.from({ length: 30 }, (_, index) => known(products[index % 3]));
    const all: string[] = [];
    await shop.crowd();

    for (let round = 0; round < rounds; round++) {
      const [paid, unpaid] = [await shop.orders(of), await shop.orders(of)];
      await shop.pay(paid);
      const settlement = shop.settlement(await shop.claimed(shop.request(unpaid)), succeeded);
      const orders = [...paid, ...unpaid];
      all.push(...orders.map(({ id }) => id));

      const work = async () => {
        for (let turn = 0; turn < 12; turn++) {
          const { leases } = await shop.take(turn % 2 === 0 ? 'physical' : 'service', { limit: 7 });
          const reports = shuffled(leases, world).map(({ taskId, lease }, index) => ({
            taskId,
            lease,
            outcome: index % 4 === 0 ? ({ kind: 'failed', error: 'no' } as const) : done,
          }));
          await value(store.queue.report(reports, shop.now()));
        }
      };
      const giveBack = async (orderId: string, index: number) => {
        const amount = index % 3 === 0 ? null : { amount: 300, currency: null };
        const asked = await store.refunds.request(shop.command(orderId, { amount }), shop.now());
        if (asked.isOk())
          await shop.settleRefund(asked.value.refund.id, index % 5 === 0 ? refused : returned);
      };
      const sendOn = async () => {
        for (let turn = 0; turn < 6; turn++) {
          const failed = await shop.tasks({ state: 'failed' });
          await value(
            store.queue.retry(
              shuffled(failed, world).map(({ id }) => id),
              shop.now(),
            ),
          );
          await value(store.queue.rescue({ nowMs: shop.now() + 60_000, crashesMax: 2, limit: 5 }));
        }
      };
      await Promise.all([
        value(store.audits.recordOutcomes([settlement], shop.now())),
        work(),
        work(),
        work(),
        sendOn(),
        ...shuffled([...orders, ...orders], world).map(({ id }, index) => giveBack(id, index)),
      ]);
    }

    for (const id of all) {
      const { status, total } = await shop.detail(id);
      await shop.history(id);
      const refunds = await pagesOf((after: string | null) =>
        store.refunds.list({ orderId: id, status: 'succeeded', after, limit: 100 }),
      );
      const back = refunds.reduce((sum, { amount }) => sum + amount.amount, 0);
      expect(back).toBeLessThanOrEqual(total.amount);
      expect(status === 'refunded').toBe(back === total.amount);
    }
    await store.close();
    // A transaction that the server ends to break a circle is done again, so only the server's count tells.
    expect(await deadlocksIn(database)).toBe(0);
    await database.drop();
  }, 60_000);

  test('a refund that waits for the very payment of its order comes after it, and stops its task', async () => {
    const database = await testDatabase();
    const world = testWorld();
    const store = await postgresStore(world, { url: database.url });
    const shop = shopOver(store, world);
    const order = await shop.order(await shop.product());
    const settlement = shop.settlement(await shop.claimed(shop.request([order])), succeeded);
    const sql = postgres(database.url, { max: 2 });
    const waiting = async (count: number) => {
      for (let seen = 0; seen < count; ) {
        const [row] = await sql<{ seen: number }[]>`
          select count(*)::integer as seen from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        seen = row?.seen ?? 0;
      }
    };

    const begun: Promise<unknown>[] = [];
    await sql.begin(async (tx) => {
      await tx`select from orders where id = ${order.id} for update`;
      begun.push(value(store.audits.recordOutcomes([settlement], shop.now())));
      await waiting(1);
      begun.push(shop.refund(order.id));
      await waiting(2);
    });
    await Promise.all(begun);
    expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid', 'refund_requested']);
    expect(await shop.tasks({ orderId: order.id })).toMatchObject([{ state: 'paused' }]);
    await Promise.all([sql.end(), store.close()]);
    await database.drop();
  }, 20_000);
});
