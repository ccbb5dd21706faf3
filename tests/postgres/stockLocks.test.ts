import { describe, expect, test } from 'bun:test';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Order } from '../../core/order.ts';
import type { Product } from '../../core/product.ts';
import type { Refund } from '../../core/refund.ts';
import { createFixture, declined, refundSucceeded, succeeded, unwrap } from '../contracts/fixture.ts';
import { shuffled } from '../contracts/shuffled.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { sendAgain } from './sendAgain.ts';
import { countDeadlocks } from './statistics.ts';

describe.skipIf(!(await postgresAvailable()))('locks of the stock', () => {
  test('Carts, releases, refunds of both sides, imports and new orders of the same products never deadlock, and no unit is lost', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = sendAgain(await openPostgresStore(world, { url: database.url, poolSize: 20 }));
    const shop = createFixture(store, world);
    // The codes fall while the ids rise: a lock order by code conflicts with one by id.
    const products = await shop.createProducts(
      Array.from({ length: 30 }, (_, index) =>
        shop.productDraft({ code: `p-${99 - index}`, type: 'service', stock: 1_000 }),
      ),
    );
    const draftOf = ({ code, name, type, price }: Product) => ({ code, name, type, price });
    const carts: (readonly Order[])[] = [];
    for (let index = 0; index < 60; index++) carts.push(await shop.placeOrders(shuffled(products, world)));
    const refunds: Refund[] = [];
    for (const product of products)
      refunds.push(await shop.requestRefund((await shop.placePaidOrder(product)).id));
    const paid: (readonly Order[])[] = [];
    for (let index = 0; index < 12; index++) {
      const orders = await shop.placeOrders(shuffled(products, world));
      await shop.pay(orders);
      paid.push(orders);
    }
    // Only some orders of a charge then have an invoice, and a credit note to number.
    for (const lease of shuffled((await shop.claimTasks('service', { limit: 200 })).leases, world))
      await shop.report(lease, { kind: 'done', detail: null });
    await shop.openConnections();

    const adopt = async (orders: readonly Order[]) => {
      const paymentId = (await shop.findOrder(orders[0]?.id ?? '')).checkoutId ?? '';
      const amount = { amount: orders.reduce((sum, { total }) => sum + total.amount, 0), currency: 'VND' };
      const reported = { reference: paymentId, refundId: null, origin: 'provider', amount } as const;
      const charge = { paymentId, refunds: [{ ...reported, atMs: shop.now() }], createId: shop.newId };
      expect(await unwrap(store.refunds.adopt(charge, shop.now()))).toBe(orders.length);
    };
    const buy = async (orders: readonly Order[], index: number) => {
      const request = shop.checkoutRequest(shuffled(orders, world));
      const claim = await shop.claimCheckout(request);
      if (index % 3 === 0) {
        await shop.recordOutcome(claim, { kind: 'unavailable', reason: 'down' });
        await shop.recordOutcome(await shop.claimCheckout(request), declined);
      } else await shop.recordOutcome(claim, succeeded);
    };
    const importProducts = async (index: number) => {
      const drafts = shuffled(products, world).map((product) =>
        index % 2 === 0 ? draftOf(product) : { ...draftOf(product), stock: 2_000 },
      );
      await unwrap(store.products.upsert(drafts, shop.now(), 'replace'));
    };
    const importNewProducts = (index: number) => {
      const drafts = Array.from({ length: 10 }, (_, each) =>
        shop.productDraft({ code: `new-${index}-${each}` }),
      );
      return unwrap(store.products.upsert(shuffled(drafts, world), shop.now(), 'replace'));
    };
    const runInTurn = async (count: number, work: (index: number) => Promise<unknown>) => {
      for (let index = 0; index < count; index++) await work(index);
    };
    await Promise.all([
      ...Array.from({ length: 6 }, (_, part) =>
        runInTurn(10, (index) => buy(carts[part * 10 + index] ?? [], index)),
      ),
      ...Array.from({ length: 3 }, () => runInTurn(12, importProducts)),
      ...Array.from({ length: 6 }, () => runInTurn(12, importNewProducts)),
      ...Array.from({ length: 3 }, (_, part) => runInTurn(4, (index) => adopt(paid[part * 4 + index] ?? []))),
      runInTurn(20, () => shop.placeOrders(products)),
      runInTurn(refunds.length, (index) => shop.finishRefund(refunds[index]?.id ?? '', refundSucceeded)),
      runInTurn(products.length, (index) =>
        unwrap(store.products.change(products[index]?.id ?? '', { stock: { add: 3 } }, shop.now())),
      ),
      runInTurn(30, () => shop.claimTasks('service', { limit: 50 })),
    ]);

    await unwrap(store.ledger.compareStock({ afterProductId: null, afterOrderId: null }, shop.now()));
    expect((await unwrap(store.ledger.counts(shop.now()))).stock_differs.count).toBe(0);
    await store.close();
    expect(await countDeadlocks(database)).toBe(0);
    await database.drop();
  }, 120_000);
});
