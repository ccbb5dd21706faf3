import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { moneyChecks } from '../../core/ledger.ts';
import { providerEvent } from '../../core/pipelines/providerEvent.ts';
import type { Store } from '../../core/store.ts';
import { type Shop, shopOver, value } from '../contracts/shop.ts';
import { postgresAvailable, type TestDatabase, testDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';
import { readsOf } from './reads.ts';

/** Half a year of a small shop: a day is 1 in 200 of it, so that reading a table whole would show. */
const orders = 40_000;
const days = 200;
const dayMs = 24 * 3_600_000;

describe.skipIf(!(await postgresAvailable()))(
  'half a year of money, and PostgreSQL reads no table whole',
  () => {
    const world = testWorld();
    const nowMs = world.clock.nowMs();
    let database: TestDatabase;

    beforeAll(async () => {
      database = await testDatabase();
      const { store, shop } = await opened();
      const product = await shop.product({ type: 'service', stock: null });
      await store.close();
      const sql = postgres(database.url, { max: 1 });
      await fill(sql, product.id, nowMs);
      await sql`vacuum analyze`;
      await sql.end();
    }, 60_000);
    afterAll(() => database.drop());

    const opened = async () => {
      const store = await postgresStore(world, { url: database.url, poolSize: 1 });
      return { store, shop: shopOver(store, world) };
    };

    const day = { fromMs: nowMs - 2 * dayMs, toMs: nowMs - dayMs, after: null, limit: 100 };
    const pages = { after: null, limit: 20 };
    const lists = moneyChecks.map((check) => [
      `the list ${check}`,
      (store: Store) => value(store.ledger.cases({ check, nowMs, ...pages })),
    ]);
    const cases: Readonly<Record<string, (store: Store, shop: Shop) => Promise<unknown>>> = {
      counts: async (store) => {
        const counts = await value(store.ledger.counts(nowMs));
        // What was planted in `fill`, so that the lists had something to find.
        expect(counts).toMatchObject({ unknown: { count: 50 }, refunds_stuck: { count: 8 } });
        expect(counts).toMatchObject({ paid_without_progress: { count: 0 }, charged_twice: { count: 0 } });
      },
      ...Object.fromEntries(lists),
      'what was made in a day': async (store) => {
        expect((await value(store.ledger.paymentsMade(day))).items.length).toBeGreaterThan(90);
        expect((await value(store.ledger.refundsMade(day))).items.length).toBeGreaterThan(5);
      },
      'ours by their ids': async (store) => {
        const { items } = await value(store.ledger.paymentsMade({ ...day, limit: 20 }));
        expect(await value(store.ledger.payments(items.map(({ id }) => id)))).toHaveLength(items.length);
        await value(store.ledger.refunds([items[0]?.id ?? '']));
      },
      'a refund from its request to its end': async (store, shop) => {
        const order = await shop.paid(await shop.product());
        const { id } = await shop.refund(order.id);
        await value(store.refunds.runNow(id, nowMs));
        await shop.refundDetail(id);
        await shop.settleRefund(id, { kind: 'succeeded', reference: 're' });
      },
      'lists of refunds': async (store) => {
        for (const status of [null, 'requested', 'failed'] as const)
          await value(store.refunds.list({ orderId: null, status, ...pages }));
        const orderId = (await value(store.ledger.paymentsMade(day))).items[0]?.id ?? '';
        await value(store.refunds.list({ orderId, status: null, ...pages }));
      },
      'what cannot be had': (store) => value(store.refunds.unfulfillable(50)),
      'events, their jobs, and what is pruned': async (store, shop) => {
        const event = shop.told();
        expect(await value(store.inbox.receive([event], nowMs))).toEqual([true]);
        await value(store.inbox.find(event.id));
        for (const lease of await shop.takeJobs(providerEvent)) await shop.reportJob(lease, { kind: 'done' });
        await value(store.prune(nowMs));
      },
    };

    for (const [name, act] of Object.entries(cases))
      test(name, async () => {
        const before = await readsOf(database, tables);
        const { store, shop } = await opened();
        await act(store, shop).finally(() => store.close());
        expect(await readsOf(database, tables)).toEqual(before);
      });
  },
);

const tables = ['orders', 'order_state', 'audit', 'payment', 'task', 'refund', 'provider_event'];

/**
 * Paid and completed orders, evenly over the days; each twentieth refunded. Open ones: payments without an
 * outcome, refunds that are stuck, and tasks that are young.
 */
const fill = async (sql: postgres.Sql, productId: string, nowMs: number): Promise<void> => {
  // No foreign keys to look up: they are all there, and looking takes as long as writing.
  await sql.unsafe(`
    set local session_replication_role = replica;
    create function id_at(ms bigint, n bigint) returns uuid language sql immutable
      return (lpad(to_hex(ms), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid;
    create temporary table past as
      select n, id_at(at_ms, n) as id, at_ms from generate_series(1, ${orders}) as n,
        lateral (select ${nowMs - 1_000_000} - (n - 1) * ${Math.floor((days * dayMs) / orders)}::bigint as at_ms) as t;
    insert into orders (id, customer_id, email, product_id, product_code, product_name, product_type, quantity,
        amount, currency, status, checkout_id, seq, created_ms, updated_ms)
      select id, 'c' || n % 1000, 'c@example.com', '${productId}', 'code', 'name', 'service', 1,
        1000, 'VND', 'completed', id, 1, at_ms, at_ms from past order by n desc;
    insert into order_state (order_id, seq, state, at_ms) select id, 1, 'completed', at_ms from past order by n desc;
    insert into audit (id, key, customer_id, order_ids, created_ms)
      select id, id, 'c' || n % 1000, array[id], at_ms from past order by n desc;
    insert into payment (id, status, attempt, amount, currency, method, due_ms, claimed_ms, updated_ms)
      select id, case when n <= 50 then 'unknown' else 'succeeded' end, 1, 1000, 'VND', 'pm',
        at_ms, at_ms - case when n <= 50 then 3600000 else 0 end, at_ms
      from past order by n desc;
    insert into refund (id, key, fingerprint, order_id, payment_id, amount, currency, reason, status, created_ms, updated_ms)
      select id, id::text, '', id, id, 10, 'VND', 'torn',
        case when n <= 100 then 'requested' when n <= 160 then 'failed' else 'succeeded' end, at_ms, at_ms
      from past where n % 20 = 0 order by n desc;
    insert into provider_event (id, provider, event_id, type, event, body, received_ms)
      select id, 'p', n, 't', '{}', '', at_ms from past where at_ms > ${nowMs - 30 * dayMs};
    insert into task (id, order_id, pipeline, step, state, run_ms, seq)
      select id_at(${nowMs} - 1000, n), id_at(0, n), 'service', 'book', 'ready', ${nowMs}, 1 from generate_series(1, 5000) as n;
    drop table past;
    drop function id_at;
  `);
};
