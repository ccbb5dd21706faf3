import { describe, expect, test } from 'bun:test';
import { auditKeyOf, fingerprintOf } from '../../core/audit.ts';
import { type ClaimSnapshot, judgeClaims, type KnownAudit } from '../../core/judgeClaims.ts';
import type { Order } from '../../core/order.ts';
import { checkoutRequest, order, responseTo } from './samples.ts';

const snapshotOf = (
  orders: readonly Order[],
  audits: Record<string, KnownAudit> = {},
  stock: Record<string, number | null> = {},
): ClaimSnapshot => ({
  orders: new Map(orders.map((one) => [one.id, one])),
  audits: new Map(
    Object.entries(audits).map(([key, audit]) => [
      auditKeyOf({ key, customerId: checkoutRequest([]).customerId }),
      audit,
    ]),
  ),
  stock: new Map(Object.entries(stock)),
  counted: new Map(),
});

const knownAudit = (
  of: Parameters<typeof fingerprintOf>[0],
  changes: Partial<KnownAudit> = {},
): KnownAudit => ({
  checkoutId: 'first',
  number: 'T-1',
  fingerprint: fingerprintOf(of),
  orderIds: of.orderIds,
  paymentStatus: 'initiated',
  attempt: 1,
  response: null,
  ...changes,
});

const decide = (request: ReturnType<typeof checkoutRequest>, snapshot: ClaimSnapshot) =>
  judgeClaims([request], snapshot, 50)[0];
const failureOf = (request: ReturnType<typeof checkoutRequest>, snapshot: ClaimSnapshot) =>
  decide(request, snapshot)?._unsafeUnwrapErr();

describe('Fingerprints', () => {
  test('The fingerprint does not depend on the order of the ids', () => {
    expect(fingerprintOf(checkoutRequest(['a', 'b']))).toBe(fingerprintOf(checkoutRequest(['b', 'a'])));
  });

  test('The fingerprint differs if the orders, method or customer differ', () => {
    const requests = [
      checkoutRequest(['a', 'b']),
      checkoutRequest(['a']),
      checkoutRequest(['ab']),
      checkoutRequest(['a', 'b', 'c']),
      checkoutRequest(['a', 'b'], { method: 'other' }),
      checkoutRequest(['a', 'b'], { customerId: 'another' }),
      checkoutRequest(['a', 'b'], { customerId: 'an4:card', method: '' }),
    ];
    expect(new Set(requests.map(fingerprintOf)).size).toBe(requests.length);
  });

  test('The fingerprint does not depend on the key, checkout id or times', () => {
    const changes = { key: 'another', checkoutId: 'another', reconcileAtMs: 9 };
    expect(fingerprintOf(checkoutRequest(['a'], changes))).toBe(fingerprintOf(checkoutRequest(['a'])));
  });
});

describe('Claims', () => {
  test('A claim of payable orders has their sum, and keeps the order of the request', () => {
    const snapshot = snapshotOf([order('a'), order('b', { total: { amount: 7, currency: 'VND' } })]);
    expect(decide(checkoutRequest(['b', 'a']), snapshot)?._unsafeUnwrap()).toEqual({
      checkoutId: 'checkout-key',
      number: null,
      attempt: 1,
      amount: { amount: 107, currency: 'VND' },
      method: 'card',
      orders: ['b', 'a'].map((id) => ({
        ...order(id),
        total: { amount: id === 'b' ? 7 : 100, currency: 'VND' },
        status: 'paying',
        checkoutId: 'checkout-key',
        updatedAtMs: 50,
      })),
    });
  });

  test('A claim with the key of a released checkout continues that checkout', () => {
    const request = checkoutRequest(['a']);
    const releasedAudit = knownAudit(request, { paymentStatus: 'cancelled', attempt: 4 });
    const claim = decide(request, snapshotOf([order('a')], { key: releasedAudit }))?._unsafeUnwrap();
    expect(claim).toMatchObject({ checkoutId: 'first', attempt: 5 });
    expect(claim?.orders).toMatchObject([{ checkoutId: 'first' }]);
  });

  /** The reasons in the order of their checks. Each case also has all later reasons. */
  describe('The first reason against a claim', () => {
    const request = checkoutRequest(['paid', 'paying', 'mine', 'dollars', 'theirs', 'missing']);
    const orders = [
      order('paid', { status: 'paid' }),
      order('paying', { status: 'paying' }),
      order('mine', { product: { id: 'p', code: 'P', name: 'P', type: 'physical' } }),
      order('dollars', { total: { amount: 1, currency: 'USD' } }),
      order('theirs', { customerId: 'somebody else', status: 'paid' }),
    ];
    const stock = { p: 0 };
    const response = responseTo(request);

    test('A claim with the key of another request is refused first', () => {
      const otherAudit = knownAudit(checkoutRequest(['mine']), { response });
      expect(failureOf(request, snapshotOf(orders, { key: otherAudit }, stock))).toEqual({
        kind: 'idempotency_key_reused',
      });
    });

    test('A claim with the key of a stored response is refused with that response', () => {
      for (const paymentStatus of ['succeeded', 'declined', 'cancelled', 'unknown'] as const) {
        const auditWithResponse = knownAudit(request, { response, paymentStatus });
        expect(failureOf(request, snapshotOf(orders, { key: auditWithResponse }, stock))).toEqual({
          kind: 'already_answered',
          response,
        });
      }
    });

    test('A claim with the key of a running checkout is refused', () => {
      for (const paymentStatus of ['initiated', 'unknown'] as const)
        expect(
          failureOf(request, snapshotOf(orders, { key: knownAudit(request, { paymentStatus }) }, stock)),
        ).toEqual({
          kind: 'checkout_in_progress',
          checkoutId: 'first',
        });
    });

    test('A claim of orders that do not exist or belong to another customer is refused', () => {
      const releasedAudit = knownAudit(request, { paymentStatus: 'cancelled' });
      for (const audits of [{}, { key: releasedAudit }])
        expect(failureOf(request, snapshotOf(orders, audits, stock))).toEqual({
          kind: 'not_found',
          orderIds: ['theirs', 'missing'],
        });
    });

    test('A claim of a paid order is refused', () => {
      const subset = checkoutRequest(['paid', 'paying', 'mine', 'dollars']);
      expect(failureOf(subset, snapshotOf(orders, {}, stock))).toEqual({
        kind: 'order_not_payable',
        orders: [{ orderId: 'paid', status: 'paid' }],
      });
    });

    test('A claim of an order that is being paid is refused', () => {
      const subset = checkoutRequest(['paying', 'mine', 'dollars']);
      expect(failureOf(subset, snapshotOf(orders, {}, stock))).toEqual({
        kind: 'order_in_progress',
        orderIds: ['paying'],
      });
    });

    test('A claim of more than the stock is refused', () => {
      const subset = checkoutRequest(['dollars', 'mine']);
      expect(failureOf(subset, snapshotOf(orders, {}, stock))).toEqual({
        kind: 'out_of_stock',
        orderIds: ['mine'],
        products: [{ productId: 'p', left: 0, orderIds: ['mine'] }],
      });
    });

    test('A claim of orders in different currencies is refused last', () => {
      const subset = checkoutRequest(['dollars', 'mine']);
      expect(failureOf(subset, snapshotOf(orders, {}, { p: 1 }))).toEqual({ kind: 'mixed_currency' });
    });
  });

  test.each(['paid', 'completed', 'failed', 'cancelled', 'refunded'] as const)(
    'A claim of an order that is %s is refused',
    (status) => {
      expect(failureOf(checkoutRequest(['a']), snapshotOf([order('a', { status })]))).toEqual({
        kind: 'order_not_payable',
        orders: [{ orderId: 'a', status }],
      });
    },
  );

  test('All orders of a claim together may need the whole stock of a product, but not more', () => {
    const product = { id: 'p', code: 'P', name: 'P', type: 'physical' };
    const orders = [order('a', { product, quantity: 2 }), order('b', { product, quantity: 3 }), order('c')];
    const all = checkoutRequest(['a', 'c', 'b']);
    expect(decide(all, snapshotOf(orders, {}, { p: 5, q: 0 }))?.isOk()).toBe(true);
    expect(decide(all, snapshotOf(orders, {}, { p: null }))?.isOk()).toBe(true);
    expect(failureOf(all, snapshotOf(orders, {}, { p: 4 }))).toEqual({
      kind: 'out_of_stock',
      orderIds: ['a', 'b'],
      products: [{ productId: 'p', left: 4, orderIds: ['a', 'b'] }],
    });
    expect(decide(checkoutRequest(['b', 'c']), snapshotOf(orders, {}, { p: 4 }))?.isOk()).toBe(true);
  });
});

describe('Batches of claims', () => {
  const decisions = (requests: readonly ReturnType<typeof checkoutRequest>[], snapshot: ClaimSnapshot) =>
    judgeClaims(requests, snapshot, 50).map((each) =>
      each.isOk() ? each.value.checkoutId : each.error.kind,
    );

  test('The claims of a batch are decided one after the other', () => {
    const snapshot = snapshotOf(['a', 'b', 'c'].map((id) => order(id)));
    const requests = [
      checkoutRequest(['a', 'b'], { key: '1', checkoutId: 'one' }),
      checkoutRequest(['b', 'c'], { key: '2', checkoutId: 'two' }),
      checkoutRequest(['b', 'a'], { key: '1', checkoutId: 'three' }),
      checkoutRequest(['c'], { key: '1', checkoutId: 'four' }),
      checkoutRequest(['c'], { key: '2', checkoutId: 'five' }),
      checkoutRequest(['c'], { key: '3', checkoutId: 'six' }),
    ];
    expect(decisions(requests, snapshot)).toEqual([
      'one',
      'order_in_progress',
      'checkout_in_progress',
      'idempotency_key_reused',
      'five',
      'order_in_progress',
    ]);
  });

  test('Deciding a batch does not change its snapshot', () => {
    const snapshot = snapshotOf([order('a')]);
    decisions([checkoutRequest(['a'])], snapshot);
    expect(snapshot.orders.get('a')).toEqual(order('a'));
    expect(snapshot.audits.size).toBe(0);
  });
});
