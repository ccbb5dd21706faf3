import { expect } from 'bun:test';
import type { Claim } from '../../core/audit.ts';
import type { Contact, Order, OrderQuery, OrderRequest, OrderStatus } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';
import type { Lease } from '../../core/queue.ts';
import { parseQuery } from '../../core/search.ts';
import { expectFull, type Full } from './full.ts';
import type { Place } from './open.ts';
import { known, value } from './shop.ts';

/**
 * An order with every field set, brought to where a test wants it in a store that has no other one. Each answer on
 * the way is compared whole.
 */
export const wholeOrderIn = (place: () => Place) => {
  /** Places an order with every field set. `orderAs` is the order after a checkout has claimed it. */
  const placed = async () => {
    const { shop, store, world } = place();
    const product = await shop.product({ ...draft, stock: null });
    const contact: Full<Contact> = { email: 'an@example.com', language: 'en' };
    const request: Full<OrderRequest> = {
      id: shop.freshId(),
      customerId: shop.fresh('an'),
      contact,
      productId: product.id,
      quantity: 3,
    };
    const constant: Omit<Full<Order>, 'status' | 'checkoutId' | 'updatedAtMs'> = {
      id: request.id,
      customerId: request.customerId,
      product: { id: product.id, code: draft.code, name: draft.name, type: draft.type },
      quantity: request.quantity,
      total: { amount: 3 * draft.price.amount, currency: draft.price.currency },
      createdAtMs: shop.now(),
    };
    const orderAs = (status: OrderStatus, checkoutId: string, updatedAtMs: number): Full<Order> =>
      expectFull({ ...constant, status, checkoutId, updatedAtMs });

    const order: Order = { ...constant, status: 'pending', checkoutId: null, updatedAtMs: shop.now() };
    const [answer] = await value(store.orders.place([request], shop.now()));
    expect(known(answer)._unsafeUnwrap()).toEqual(order);
    await expectListed(order);
    world.advance(1_000);
    return { order, orderAs, contact };
  };

  /** Places such an order and claims it. */
  const claimed = async () => {
    const { shop, world } = place();
    const { order, ...rest } = await placed();
    const request = shop.request([order], { method: 'pm_card_mastercard' });
    const { checkoutId, method } = request;
    const claimedAtMs = shop.now();
    const paying = rest.orderAs('paying', checkoutId, claimedAtMs);
    const claim: Full<Claim> = { checkoutId, attempt: 1, amount: paying.total, method, orders: [paying] };
    expect(await shop.claimed(request)).toEqual(claim);
    await expectListed(paying);
    world.advance(1_000);
    return { ...rest, request, claim, paying, claimedAtMs };
  };

  /** Finds the order by every filter and every two of them. It is the only order there. */
  const expectListed = async (order: Order) => {
    const forms: Readonly<Record<keyof OrderQuery, readonly Partial<OrderQuery>[]>> = {
      search: ['dong', '"dong ho"', 'dh 01'].map((text) => ({ search: parseQuery(text) })),
      status: [{ status: order.status }],
      type: [{ type: order.product.type }],
      fromMs: [{ fromMs: order.createdAtMs }],
      toMs: [{ toMs: order.createdAtMs + 1 }],
      customerId: [{ customerId: order.customerId }],
      after: [{ after: 'ffffffff-ffff-7fff-bfff-ffffffffffff' }],
      limit: [{ limit: 1 }],
    };
    const filters = Object.values(forms).flat();
    for (const one of filters)
      for (const other of filters) {
        const query = { ...everything, ...one, ...other };
        const { items } = await value(place().store.orders.list(query));
        expect({ query, items }).toEqual({ query, items: [order] });
      }
  };

  /** Finds the payment with its order, and in the checkout that it belongs to. */
  const expectPayment = async (payment: Payment, order: Order, claimedAtMs: number) => {
    const { shop, store } = place();
    expect(await value(store.audits.find(payment.id))).toEqual({
      id: payment.id,
      customerId: order.customerId,
      payment,
      orders: [order],
      createdAtMs: claimedAtMs,
      updatedAtMs: shop.now(),
    });
    const { payment: found, history: _, invoice: __, licences: ___, ...rest } = await shop.detail(order.id);
    expect(found).toEqual(payment);
    expect(rest).toEqual(order);
  };

  /** Pays for an order with every field set, and leases its mail. */
  const leased = async () => {
    const { shop, world } = place();
    const { claim, orderAs, contact } = await claimed();
    const paidAtMs = shop.now();
    await shop.settle(claim, { kind: 'succeeded', reference: 'ch_9' });
    const paid = orderAs('paid', claim.checkoutId, paidAtMs);
    await expectListed(paid);
    const [task] = await shop.tasks();

    world.advance(1_000);
    const [first] = (await shop.take(draft.type)).leases;
    await shop.report(known(first), { kind: 'retry', error: 'busy', runAtMs: shop.now() + 1_000 });
    world.advance(1_000);
    const [lease] = (await shop.take(draft.type)).leases;
    const licences = (await shop.detail(paid.id)).licences;
    const expected: Omit<Full<Lease>, 'licences' | 'alreadyDone'> = {
      ...{ taskId: known(task).id, lease: 2, untilMs: shop.now() + 30_000, pipeline: draft.type },
      ...{ step: 'notify_customer', attempts: 1, order: paid, contact, invoiceNumber: '2026-000001' },
    };
    expect(licences).toHaveLength(paid.quantity);
    expect(lease).toEqual({ ...expected, licences, alreadyDone: false });
    expect(first).toEqual({ ...known(lease), lease: 1, attempts: 0, untilMs: shop.now() + 29_000 });
    return { ...{ claim, orderAs, contact, paid, licences }, lease: known(lease) };
  };

  return { claimed, leased, expectListed, expectPayment };
};

const draft = { type: 'digital', name: 'Đồng hồ', code: 'DH-01', price: { amount: 433, currency: 'USD' } };

const everything: OrderQuery = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  after: null,
  limit: 100,
};
