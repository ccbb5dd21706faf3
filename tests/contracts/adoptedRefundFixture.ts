import { expect } from 'bun:test';
import type { Order } from '../../core/order.ts';
import type { Refund, ReportedRefund } from '../../core/refund.ts';
import { defined, unwrap } from './fixture.ts';
import type { TestContext } from './testContext.ts';

/** Test helpers about refunds that were made at the provider. */
export const createAdoptedRefundFixture = (context: () => TestContext) => {
  /** Orders at these prices, paid by one charge. The first is of a product with a stock of 10. */
  const placePaid = async (
    prices: readonly number[],
    types: readonly string[] = [],
  ): Promise<readonly Order[]> => {
    const { fixture } = context();
    const products = await fixture.createProducts(
      prices.map((amount, index) => {
        const type = types[index] ?? 'physical';
        return fixture.productDraft({ type, price: { amount, currency: 'VND' }, stock: 10 });
      }),
    );
    const placed = await fixture.placeOrders(products);
    await fixture.pay(placed);
    return Promise.all(placed.map(({ id }) => fixture.findOrder(id)));
  };

  const paymentOf = (orders: readonly Order[]): string => defined(defined(orders[0]).checkoutId);

  const report = (amount: number, changes: Partial<ReportedRefund> = {}): ReportedRefund => ({
    reference: 're_1',
    refundId: null,
    origin: 'provider',
    amount: { amount, currency: 'VND' },
    atMs: 1_000,
    ...changes,
  });

  const adopt = (paymentId: string, ...refunds: readonly ReportedRefund[]): Promise<number> => {
    const { store, fixture } = context();
    return unwrap(store.refunds.adopt({ paymentId, refunds, createId: fixture.newId }, fixture.now()));
  };

  const assign = (refundId: string, orderId: string) => {
    const { store, fixture } = context();
    return store.refunds.assign({ refundId, orderId, createId: fixture.newId }, fixture.now());
  };

  /** Oldest first. */
  const refundsOf = async (paymentId: string): Promise<readonly Refund[]> => {
    const page = await unwrap(
      context().store.refunds.list({ orderId: null, status: null, after: null, limit: 100 }),
    );
    return page.items.filter((refund) => refund.paymentId === paymentId).toReversed();
  };

  const statuses = (orders: readonly Order[]) =>
    Promise.all(orders.map(async ({ id }) => (await context().fixture.findOrder(id)).status));

  const stockOf = async ({ product }: Order) =>
    defined(await unwrap(context().store.products.find(product.id))).stock;

  const cases = async (check: 'refunds_stuck' | 'refunds_unassigned') => {
    const { store, fixture } = context();
    const query = { check, nowMs: fixture.now(), after: null, limit: 9 };
    const { items } = await unwrap(store.ledger.cases(query));
    expect((await unwrap(store.ledger.counts(fixture.now())))[check].count).toBe(items.length);
    return items;
  };

  return { placePaid, paymentOf, report, adopt, assign, refundsOf, statuses, stockOf, cases };
};
