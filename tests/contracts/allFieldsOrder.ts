import { expect } from 'bun:test';
import type { Claim } from '../../core/audit.ts';
import { parseCheckoutNumber } from '../../core/checkoutNumber.ts';
import type { Contact, Order, OrderQuery, OrderRequest, OrderStatus } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';
import type { Lease } from '../../core/queue.ts';
import { parseQuery } from '../../core/search.ts';
import { type AllFieldsSet, expectAllFieldsSet } from './allFieldsSet.ts';
import { defined, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import type { TestContext } from './testContext.ts';
import { unfilteredQuery } from './unfilteredQuery.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/**
 * Test helpers for an order with every field set, which is the only order of its store. Each result on the way is
 * compared with all its fields.
 */
export const createAllFieldsOrderFixture = (context: () => TestContext) => {
  /** Places an order with every field set. `orderAs` gives the order as it is after a checkout has claimed it. */
  const place = async () => {
    const { fixture, store, world } = context();
    const product = await fixture.createProduct({ ...draft, stock: null });
    const contact: AllFieldsSet<Contact> = { email: 'an@example.com', language: 'en' };
    const request: AllFieldsSet<OrderRequest> = {
      id: fixture.newId(),
      customerId: fixture.unique('an'),
      contact,
      productId: product.id,
      quantity: 3,
      ttlMs: 86_400_000,
      traceparent,
    };
    let checkoutNumber = '';
    const constant: Omit<
      AllFieldsSet<Order>,
      'status' | 'checkoutId' | 'number' | 'disputed' | 'updatedAtMs'
    > = {
      id: request.id,
      customerId: request.customerId,
      product: { id: product.id, code: draft.code, name: draft.name, type: draft.type },
      quantity: request.quantity,
      total: { amount: 3 * draft.price.amount, currency: draft.price.currency },
      expiresAtMs: fixture.now() + request.ttlMs,
      createdAtMs: fixture.now(),
    };
    const orderAs = (status: OrderStatus, checkoutId: string, updatedAtMs: number): AllFieldsSet<Order> =>
      // No read of a disputed order is tested here: see the contract of disputes.
      ({
        ...expectAllFieldsSet({ ...constant, status, checkoutId, number: checkoutNumber, updatedAtMs }),
        disputed: false,
      });

    const order: Order = {
      ...{ ...constant, status: 'pending', checkoutId: null, number: null },
      ...{ disputed: false, updatedAtMs: fixture.now() },
    };
    const [result] = await unwrap(store.orders.place([request], fixture.now()));
    expect(defined(result)._unsafeUnwrap()).toEqual(order);
    await expectListed(order);
    world.advance(1_000);
    const setNumber = (number: string) => {
      checkoutNumber = number;
    };
    return { order, orderAs, contact, setNumber };
  };

  /** Places the order and claims it for a checkout. */
  const placeAndClaim = async () => {
    const { fixture, world } = context();
    const { order, setNumber, ...rest } = await place();
    const request = fixture.checkoutRequest([order], { method: 'pm_card_mastercard' });
    const { checkoutId, method } = request;
    const claimedAtMs = fixture.now();
    const claimed = await fixture.claimCheckout(request);
    expect(claimed.number).toMatch(/^T-[1-9][0-9]{5,}$/);
    setNumber(claimed.number);
    const paying = rest.orderAs('paying', checkoutId, claimedAtMs);
    const claim: AllFieldsSet<Claim> = {
      checkoutId,
      number: claimed.number,
      attempt: 1,
      amount: paying.total,
      method,
      orders: [paying],
    };
    expect(claimed).toEqual(claim);
    await expectListed(paying);
    world.advance(1_000);
    return { ...rest, request, claim, paying, claimedAtMs };
  };

  /** Expects that every filter, and every pair of filters, finds the order. */
  const expectListed = async (order: Order) => {
    const filtersByField: Readonly<Record<keyof OrderQuery, readonly Partial<OrderQuery>[]>> = {
      search: ['dong', '"dong ho"', 'dh 01'].map((text) => ({ search: parseQuery(text) })),
      status: [{ status: order.status }],
      type: [{ type: order.product.type }],
      fromMs: [{ fromMs: order.createdAtMs }],
      toMs: [{ toMs: order.createdAtMs + 1 }],
      customerId: [{ customerId: order.customerId }],
      number: order.number === null ? [] : [{ number: parseCheckoutNumber(order.number) }],
      after: [{ after: 'ffffffff-ffff-7fff-bfff-ffffffffffff' }],
      limit: [{ limit: 1 }],
    };
    const filters = Object.values(filtersByField).flat();
    for (const one of filters)
      for (const other of filters) {
        const query = { ...unfilteredQuery, ...one, ...other };
        const { items } = await unwrap(context().store.orders.list(query));
        expect({ query, items }).toEqual({ query, items: [order] });
      }
  };

  /** Expects the payment in its checkout and in its order. */
  const expectPayment = async (payment: Payment, order: Order, claimedAtMs: number) => {
    const { fixture, store } = context();
    expect(await unwrap(store.audits.find(payment.id))).toEqual({
      id: payment.id,
      number: defined(order.number),
      customerId: order.customerId,
      payment,
      orders: [order],
      createdAtMs: claimedAtMs,
      updatedAtMs: fixture.now(),
    });
    const {
      payment: found,
      history: _,
      invoice: __,
      licences: ___,
      bookings: ____,
      shipment: _____,
      refunded: ______,
      ...rest
    } = await fixture.findOrder(order.id);
    expect(found).toEqual(payment);
    expect(rest).toEqual(order);
  };

  /** Pays the order. */
  const pay = async () => {
    const { fixture, world } = context();
    const { claim, orderAs, contact } = await placeAndClaim();
    const paidAtMs = fixture.now();
    world.setTraceparent(traceparent);
    await fixture.recordOutcome(claim, { kind: 'succeeded', reference: 'ch_9' });
    const paid = orderAs('paid', claim.checkoutId, paidAtMs);
    await expectListed(paid);
    return { claim, orderAs, contact, paid };
  };

  /** Pays the order and leases its task at the first step, where its order is not completed. */
  const payAndLeaseFirstStep = async () => {
    const paid = await pay();
    context().world.advance(1_000);
    const [lease] = (await context().fixture.claimTasks(withRemoteStep(draft.type))).leases;
    return { ...paid, lease: defined(lease) };
  };

  /** Pays the order and leases its task at the step `notify_customer`. The order is completed then. */
  const payAndLease = async () => {
    const { fixture, store, world } = context();
    const { claim, orderAs, contact, paid } = await pay();
    const [task] = await fixture.listTasks();

    world.advance(1_000);
    const completed = orderAs('completed', claim.checkoutId, fixture.now());
    const [first] = (await fixture.claimTasks(draft.type)).leases;
    await expectListed(completed);
    await fixture.report(defined(first), { kind: 'retry', error: 'busy', runAtMs: fixture.now() + 1_000 });
    world.advance(1_000);
    const [lease] = (await fixture.claimTasks(draft.type)).leases;
    const licences = (await fixture.findOrder(paid.id)).licences;
    const expected: Omit<
      AllFieldsSet<Lease>,
      'orders' | 'issuedInvoice' | 'references' | 'body' | 'invoiceRequest' | 'alreadyDone' | 'probe'
    > = {
      ...{ taskId: defined(task).id, lease: 2, untilMs: fixture.now() + 30_000, pipeline: draft.type },
      ...{
        step: 'notify_customer',
        attempts: 1,
        checkoutId: claim.checkoutId,
        contact,
        invoiceNumber: '2026-000001',
        traceparent,
      },
    };
    expect(licences).toHaveLength(paid.quantity);
    expect(lease).toEqual({
      ...expected,
      orders: [{ order: completed, licences }],
      order: completed,
      issuedInvoice: await unwrap(store.invoices.ofCheckout(claim.checkoutId)),
      references: [],
      body: null,
      alreadyDone: false,
      probe: null,
    });
    expect(first).toEqual({ ...defined(lease), lease: 1, attempts: 0, untilMs: fixture.now() + 29_000 });
    return { ...{ claim, orderAs, contact, paid, completed, licences }, lease: defined(lease) };
  };

  return { placeAndClaim, payAndLease, payAndLeaseFirstStep, expectListed, expectPayment };
};

const draft = { type: 'digital', name: 'Đồng hồ', code: 'DH-01', price: { amount: 433, currency: 'USD' } };
