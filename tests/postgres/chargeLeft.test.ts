import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createLockWatch } from './lockWaits.ts';
import { countDeadlocks } from './statistics.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: what is left of a charge', () => {
  test('Refunds of two orders at once take no more than their charge has left', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const shop = createFixture(store, world);
    // Of two types, so that no task has both.
    const products = await shop.createProducts(
      ['physical', 'digital'].map((type) =>
        shop.productDraft({ type, price: { amount: 1_000, currency: 'VND' } }),
      ),
    );
    const orders = await shop.placeOrders(products);
    await shop.pay(orders);
    const paymentId = defined((await shop.findOrder(defined(orders[0]).id)).checkoutId);
    // The provider has given back a part, and nobody knows yet of which order.
    const part = { reference: 're_1', refundId: null, origin: 'provider', atMs: shop.now() } as const;
    const refunds = [{ ...part, amount: { amount: 900, currency: 'VND' } }];
    await unwrap(store.refunds.adopt({ paymentId, refunds, createId: shop.newId }, shop.now()));

    const amount = { amount: 1_000, currency: 'VND' };
    const [first, second] = orders.map(({ id }) => shop.refundCommand(id, { amount }));
    const watch = createLockWatch(database.url);
    const holder = postgres(database.url, { max: 1, onnotice: () => {} });
    // The first request has read what is left, and waits with the insert of its refund.
    await holder.unsafe(`begin; insert into refund (id, key, fingerprint, order_id, payment_id, amount, currency, origin,
      reason, status, created_ms, updated_ms) values ('${shop.newId()}', '${defined(first).key}', '', null, '${paymentId}', 1,
      'VND', 'operator', '', 'failed', 0, 0)`);
    const waits = store.refunds.request(defined(first), shop.now());
    await watch.untilWaiting(1);
    const other = store.refunds.request(defined(second), shop.now());
    await Promise.race([other, watch.untilWaiting(2)]);
    await holder.unsafe('rollback');

    const results = await Promise.all([waits, other]);
    expect(results.map((result) => (result.isOk() ? 'requested' : result.error))).toEqual([
      'requested',
      { kind: 'refund_too_large', left: { amount: 100, currency: 'VND' } },
    ]);
    await Promise.all([holder.end(), watch.close(), store.close()]);
    expect(await countDeadlocks(database)).toBe(0);
    await database.drop();
  }, 120_000);
});
