import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import { createFixture, defined, refundSucceeded, unwrap } from '../contracts/fixture.ts';
import { shuffled } from '../contracts/shuffled.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { countDeadlocks } from './statistics.ts';

const email = 'right@example.com';
const outcomes = [
  { kind: 'done', detail: null },
  { kind: 'failed', error: 'no' },
] as const;

const withShop = async (run: (shop: Awaited<ReturnType<typeof openShop>>) => Promise<void>) => {
  const shop = await openShop();
  try {
    await run(shop);
  } finally {
    await shop.store.close();
  }
  // The store sends a transaction again that the server has ended to break a deadlock. Only the server's count shows it.
  expect(await countDeadlocks(shop.database)).toBe(0);
  await shop.database.drop();
};

const openShop = async () => {
  const database = await createTestDatabase();
  const world = createTestWorld();
  const store = await openPostgresStore(world, { url: database.url, poolSize: 12 });
  return { database, world, store, fixture: createFixture(store, world) };
};

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: locks of corrected contacts', () => {
  test('A correction that waits for a checkout of its order corrects the others of that checkout too', () =>
    withShop(async ({ database, store, fixture }) => {
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      const first = defined(orders[0]);
      const holder = postgres(database.url, { max: 1, onnotice: () => {} });
      try {
        await holder.unsafe(`begin; select id from orders where id = '${first.id}' for update`);
        const correction = { orderId: first.id, email, resend: false, createId: fixture.newId };
        const corrected = unwrap(store.contacts.correct(correction, fixture.now()));
        let waiting = 0;
        while (waiting === 0) {
          const [row] = await holder`
            select count(*)::integer as waiting from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`;
          waiting = row?.waiting;
        }
        // What a claim of both writes.
        const checkoutId = fixture.newId();
        const ids = orders.map(({ id }) => `'${id}'`).join();
        await holder.unsafe(`
          insert into audit (id, key, customer_id, order_ids, created_ms, number_prefix)
            select '${checkoutId}', '${checkoutId}', customer_id, array[${ids}]::uuid[], 0, ''
            from orders where id = '${first.id}';
          update orders set status = 'paying', checkout_id = '${checkoutId}' where id in (${ids});
          commit`);
        expect((await corrected).orderIds).toEqual(orders.map(({ id }) => id));
        expect(await holder`select distinct email from orders`).toEqual([{ email }] as never);
      } finally {
        await holder.end();
      }
    }));

  test('Corrections, skips, retries, refunds and pipelines of the same orders never deadlock', () =>
    withShop(async ({ world, store, fixture }) => {
      const pipeline = withServices(pipelineFor('physical'), ['carrier']);
      const product = await fixture.createProduct({ stock: 10_000 });
      await fixture.openConnections();
      for (let round = 0; round < 3; round++) {
        const orders = await fixture.placeOrders(Array(24).fill(product));
        for (let first = 0; first < orders.length; first += 4)
          await fixture.pay(orders.slice(first, first + 4));
        const ids = shuffled(
          (await fixture.listTasks()).map(({ id }) => id),
          world,
        );
        const request = { reason: 'r', step: 'request_shipment', services: ['carrier'] as const };
        const runTasks = async () => {
          for (let turn = 0; turn < 8; turn++) {
            const { leases } = await fixture.claimTasks(pipeline, { limit: 3 });
            for (const [index, lease] of leases.entries())
              await fixture.report(lease, outcomes[(index + turn) % 2] ?? outcomes[0]);
          }
        };
        const refundMoney = async () => {
          for (let turn = 0; turn < 4; turn++)
            for (const job of await fixture.claimJobs('refund')) {
              if (job.step === 'refund_charge') await fixture.finishRefund(job.jobId, refundSucceeded);
              const next = { kind: 'advanced', step: 'notify_customer' } as const;
              const told = turn % 2 === 0 ? ({ kind: 'done' } as const) : outcomes[1];
              await fixture.reportJob(job, job.step === 'refund_charge' ? next : told);
            }
        };
        const operate = async () => {
          for (let turn = 0; turn < 6; turn++) {
            const all = (await fixture.listTasks({ state: 'failed' })).map(({ id }) => id);
            await unwrap(store.queue.retry(shuffled(all, world), fixture.now()));
            await store.queue.skip({ taskIds: shuffled(ids, world), ...request }, fixture.now());
            await unwrap(store.queue.rescue({ nowMs: fixture.now() + 60_000, crashesMax: 9, limit: 5 }));
          }
        };
        await Promise.all([
          ...[runTasks(), runTasks(), operate(), operate(), refundMoney()],
          ...shuffled([...orders, ...orders], world).map(({ id: orderId }, index) =>
            index % 3 === 0
              ? store.refunds.request(fixture.refundCommand(orderId), fixture.now())
              : unwrap(
                  store.contacts.correct(
                    { orderId, email: `${index}@example.com`, resend: true, createId: fixture.newId },
                    fixture.now(),
                  ),
                ),
          ),
        ]);
        for (const { id } of orders) await fixture.historyStates(id);
      }
    }));
});
