import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { moneyChecks } from '../../core/ledger.ts';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, type Fixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { countSequentialScans } from './statistics.ts';

/** Half a year of a small shop. One day is 1/200 of it, so the planner prefers an index to reading a whole table. */
const orders = 40_000;
const days = 200;
const dayMs = 24 * 3_600_000;

describe.skipIf(!(await postgresAvailable()))('table scans for money over half a year', () => {
  const world = createTestWorld();
  const nowMs = world.clock.nowMs();
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { store, shop } = await open();
    const product = await shop.createProduct({ type: 'service', stock: null });
    await store.close();
    const sql = postgres(database.url, { max: 1 });
    await insertHistory(sql, product.id, nowMs);
    await sql`vacuum analyze`;
    await sql.end();
  }, 120_000);
  afterAll(() => database.drop());

  const open = async () => {
    const store = await openPostgresStore(world, { url: database.url, poolSize: 1 });
    return { store, shop: createFixture(store, world) };
  };

  const day = { fromMs: nowMs - 2 * dayMs, toMs: nowMs - dayMs, after: null, limit: 100 };
  const firstPage = { after: null, limit: 20 };
  const lists = moneyChecks.map((check) => [
    `the list of ${check}`,
    (store: Store) => unwrap(store.ledger.cases({ check, nowMs, ...firstPage })),
  ]);
  const cases: Readonly<Record<string, (store: Store, shop: Fixture) => Promise<unknown>>> = {
    'the counts of the money checks': async (store) => {
      const counts = await unwrap(store.ledger.counts(nowMs));
      // These are the cases that `insertHistory` inserts, so that the lists have something to find.
      expect(counts).toMatchObject({ unknown: { count: 50 }, refunds_stuck: { count: 8 } });
      expect(counts).toMatchObject({ paid_without_progress: { count: 0 }, charged_twice: { count: 0 } });
    },
    ...Object.fromEntries(lists),
    'the comparison of the stock': async (store) => {
      const start = { afterProductId: null, afterOrderId: null };
      expect(await unwrap(store.ledger.compareStock(start, nowMs))).toEqual(start);
    },
    'the payments and refunds of a day': async (store) => {
      expect((await unwrap(store.ledger.listChargedPayments(day))).items.length).toBeGreaterThan(90);
      expect((await unwrap(store.ledger.listSucceededRefunds(day))).items.length).toBeGreaterThan(5);
    },
    'payments and refunds by their ids': async (store) => {
      const { items } = await unwrap(store.ledger.listChargedPayments({ ...day, limit: 20 }));
      expect(await unwrap(store.ledger.payments(items.map(({ id }) => id)))).toHaveLength(items.length);
      await unwrap(store.ledger.refunds([items[0]?.id ?? '']));
    },
    'a refund, from its request to its outcome': async (store, shop) => {
      const order = await shop.placePaidOrder(await shop.createProduct());
      const { id } = await shop.requestRefund(order.id);
      await unwrap(store.refunds.runNow(id, nowMs));
      await shop.findRefund(id);
      await shop.finishRefund(id, { kind: 'succeeded', reference: 're' });
    },
    'a refund that was made at the provider': async (store, shop) => {
      const order = await shop.placePaidOrder(await shop.createProduct());
      const amount = { amount: 5, currency: 'VND' };
      const reported = {
        reference: 're_9',
        refundId: null,
        origin: 'provider',
        amount,
        atMs: nowMs,
      } as const;
      const charge = { paymentId: order.checkoutId ?? '', refunds: [reported], createId: shop.newId };
      expect(await unwrap(store.refunds.adopt(charge, nowMs))).toBe(1);
      const [refund] = await unwrap(store.ledger.refundsByReference(['re_9']));
      await store.refunds.assign(
        { refundId: refund?.id ?? '', orderId: order.id, createId: shop.newId },
        nowMs,
      );
      expect(await unwrap(store.refunds.failAdopted('re_9', 'closed', nowMs))).toBe(1);
    },
    'lists of refunds': async (store) => {
      for (const status of [null, 'requested', 'failed'] as const)
        await unwrap(store.refunds.list({ orderId: null, status, ...firstPage }));
      const orderId = (await unwrap(store.ledger.listChargedPayments(day))).items[0]?.id ?? '';
      await unwrap(store.refunds.list({ orderId, status: null, ...firstPage }));
    },
    'events, their jobs and their pruning': async (store, shop) => {
      const event = shop.inboxItem();
      expect(await unwrap(store.inbox.receive([event], nowMs))).toEqual([true]);
      await unwrap(store.inbox.find(event.id));
      for (const lease of await shop.claimJobs(providerEventPipeline))
        await shop.reportJob(lease, { kind: 'done' });
      await unwrap(store.prune(nowMs));
    },
  };

  for (const [name, run] of Object.entries(cases))
    test(`PostgreSQL reads no table whole for ${name}`, async () => {
      const before = await countSequentialScans(database, tables);
      const { store, shop } = await open();
      await run(store, shop).finally(() => store.close());
      expect(await countSequentialScans(database, tables)).toEqual(before);
    });
});

const tables = ['orders', 'order_state', 'audit', 'payment', 'task', 'refund', 'provider_event'];

/**
 * Inserts completed orders, evenly over the days; every twentieth has a refund. Some rows are open: payments without an
 * outcome, refunds that are stuck, and new tasks.
 */
const insertHistory = async (sql: postgres.Sql, productId: string, nowMs: number): Promise<void> => {
  // No checks of foreign keys: the rows are valid, and the checks take as long as the inserts.
  await sql.unsafe(`
    set local session_replication_role = replica;
    create function id_at(ms bigint, n bigint) returns uuid language sql immutable
      return (lpad(to_hex(ms), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid;
    create temporary table past as
      select n, id_at(at_ms, n) as id, at_ms from generate_series(1, ${orders}) as n,
        lateral (select ${nowMs - 1_000_000} - (n - 1) * ${Math.floor((days * dayMs) / orders)}::bigint as at_ms) as t;
    insert into orders (id, customer_id, email, product_id, product_code, product_name, product_type, quantity,
        amount, currency, status, checkout_id, seq, expires_ms, created_ms, updated_ms)
      select id, 'c' || n % 1000, 'c@example.com', '${productId}', 'code', 'name', 'service', 1,
        1000, 'VND', 'completed', id, 1, at_ms + 86400000, at_ms, at_ms from past order by n desc;
    insert into order_state (order_id, seq, state, at_ms) select id, 1, 'completed', at_ms from past order by n desc;
    insert into audit (id, key, customer_id, order_ids, created_ms, number_prefix)
      select id, id, 'c' || n % 1000, array[id], at_ms, '' from past order by n desc;
    insert into payment (id, status, attempt, amount, currency, method, recover_ms, claimed_ms, updated_ms)
      select id, case when n <= 50 then 'unknown' else 'succeeded' end, 1, 1000, 'VND', 'pm',
        at_ms, at_ms - case when n <= 50 then 3600000 else 0 end, at_ms
      from past order by n desc;
    insert into refund (id, key, fingerprint, order_id, payment_id, amount, currency, origin, reason, status,
        created_ms, updated_ms)
      select id, id::text, '', id, id, 10, 'VND', 'operator', 'torn',
        case when n <= 100 then 'requested' when n <= 160 then 'failed' else 'succeeded' end, at_ms, at_ms
      from past where n % 20 = 0 order by n desc;
    insert into provider_event (id, provider, event_id, type, event, body, received_ms)
      select id, 'p', n, 't', '{}', '', at_ms from past where at_ms > ${nowMs - 30 * dayMs};
    insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms)
      select id_at(${nowMs} - 1000, n), id_at(0, n), array[id_at(0, n)], '{1}', 'service', 'book', 'ready', ${nowMs} from generate_series(1, 5000) as n;
    drop table past;
    drop function id_at;
  `);
};
