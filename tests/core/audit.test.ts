import { describe, expect, test } from 'bun:test';
import { type ClaimSnapshot, fingerprintOf, judgeClaims, type KnownAudit } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import { answerTo, cart, order } from './checkouts.ts';

const groundOf = (
  orders: readonly Order[],
  audits: Record<string, KnownAudit> = {},
  stock: Record<string, number | null> = {},
): ClaimSnapshot => ({
  orders: new Map(orders.map((one) => [one.id, one])),
  audits: new Map(Object.entries(audits)),
  stock: new Map(Object.entries(stock)),
});

const known = (of: Parameters<typeof fingerprintOf>[0], changes: Partial<KnownAudit> = {}): KnownAudit => ({
  checkoutId: 'first',
  fingerprint: fingerprintOf(of),
  orderIds: of.orderIds,
  paymentStatus: 'initiated',
  attempt: 1,
  response: null,
  ...changes,
});

const judge = (request: ReturnType<typeof cart>, ground: ClaimSnapshot) =>
  judgeClaims([request], ground, 50)[0];
const refusal = (request: ReturnType<typeof cart>, ground: ClaimSnapshot) =>
  judge(request, ground)?._unsafeUnwrapErr();

describe('a fingerprint', () => {
  test('does not ask in which order the orders were named', () => {
    expect(fingerprintOf(cart(['a', 'b']))).toBe(fingerprintOf(cart(['b', 'a'])));
  });

  test('differs with anything that the customer asks for', () => {
    const asked = [
      cart(['a', 'b']),
      cart(['a']),
      cart(['ab']),
      cart(['a', 'b', 'c']),
      cart(['a', 'b'], { method: 'other' }),
      cart(['a', 'b'], { customerId: 'another' }),
      cart(['a', 'b'], { customerId: 'an4:card', method: '' }),
    ];
    expect(new Set(asked.map(fingerprintOf)).size).toBe(asked.length);
  });

  test('is the same whatever else the request carries', () => {
    const changes = { key: 'another', checkoutId: 'another', reconcileAtMs: 9 };
    expect(fingerprintOf(cart(['a'], changes))).toBe(fingerprintOf(cart(['a'])));
  });
});

describe('a claim', () => {
  test('of payable orders holds, with their sum, in the order they were named', () => {
    const ground = groundOf([order('a'), order('b', { total: { amount: 7, currency: 'VND' } })]);
    expect(judge(cart(['b', 'a']), ground)?._unsafeUnwrap()).toEqual({
      checkoutId: 'checkout-key',
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

  test('of the key that was released goes on as that checkout', () => {
    const request = cart(['a']);
    const released = known(request, { paymentStatus: 'cancelled', attempt: 4 });
    const claim = judge(request, groundOf([order('a')], { key: released }))?._unsafeUnwrap();
    expect(claim).toMatchObject({ checkoutId: 'first', attempt: 5 });
    expect(claim?.orders).toMatchObject([{ checkoutId: 'first' }]);
  });

  /** What stands against it, the first thing first. Each case has all the later faults as well. */
  describe('says the first thing that stands against it', () => {
    const request = cart(['paid', 'paying', 'mine', 'dollars', 'theirs', 'nowhere']);
    const orders = [
      order('paid', { status: 'paid' }),
      order('paying', { status: 'paying' }),
      order('mine', { product: { id: 'p', code: 'P', name: 'P', type: 'physical' } }),
      order('dollars', { total: { amount: 1, currency: 'USD' } }),
      order('theirs', { customerId: 'somebody else', status: 'paid' }),
    ];
    const stock = { p: 0 };
    const answer = answerTo(request);

    test('that the key was another request’s', () => {
      const reused = known(cart(['mine']), { response: answer });
      expect(refusal(request, groundOf(orders, { key: reused }, stock))).toEqual({
        kind: 'idempotency_key_reused',
      });
    });

    test('that the key was answered', () => {
      for (const paymentStatus of ['succeeded', 'declined', 'cancelled', 'unknown'] as const) {
        const answered = known(request, { response: answer, paymentStatus });
        expect(refusal(request, groundOf(orders, { key: answered }, stock))).toEqual({
          kind: 'already_answered',
          response: answer,
        });
      }
    });

    test('that the key is on its way', () => {
      for (const paymentStatus of ['initiated', 'unknown'] as const)
        expect(refusal(request, groundOf(orders, { key: known(request, { paymentStatus }) }, stock))).toEqual(
          {
            kind: 'checkout_in_progress',
            checkoutId: 'first',
          },
        );
    });

    test('that an order is not theirs, or is none', () => {
      const released = known(request, { paymentStatus: 'cancelled' });
      for (const audits of [{}, { key: released }])
        expect(refusal(request, groundOf(orders, audits, stock))).toEqual({
          kind: 'not_found',
          orderIds: ['theirs', 'nowhere'],
        });
    });

    test('that an order is paid or gone', () => {
      const asked = cart(['paid', 'paying', 'mine', 'dollars']);
      expect(refusal(asked, groundOf(orders, {}, stock))).toEqual({
        kind: 'order_not_payable',
        orders: [{ orderId: 'paid', status: 'paid' }],
      });
    });

    test('that an order is being paid', () => {
      const asked = cart(['paying', 'mine', 'dollars']);
      expect(refusal(asked, groundOf(orders, {}, stock))).toEqual({
        kind: 'order_in_progress',
        orderIds: ['paying'],
      });
    });

    test('that there is not enough', () => {
      const asked = cart(['dollars', 'mine']);
      expect(refusal(asked, groundOf(orders, {}, stock))).toEqual({
        kind: 'out_of_stock',
        orderIds: ['mine'],
      });
    });

    test('that the currencies differ', () => {
      const asked = cart(['dollars', 'mine']);
      expect(refusal(asked, groundOf(orders, {}, { p: 1 }))).toEqual({ kind: 'mixed_currency' });
    });
  });

  test.each(['paid', 'completed', 'failed', 'cancelled', 'refunded'] as const)(
    'of an order that is %s fails',
    (status) => {
      expect(refusal(cart(['a']), groundOf([order('a', { status })]))).toEqual({
        kind: 'order_not_payable',
        orders: [{ orderId: 'a', status }],
      });
    },
  );

  test('may take the last of a product, and no more, over all its orders', () => {
    const product = { id: 'p', code: 'P', name: 'P', type: 'physical' };
    const orders = [order('a', { product, quantity: 2 }), order('b', { product, quantity: 3 }), order('c')];
    const all = cart(['a', 'c', 'b']);
    expect(judge(all, groundOf(orders, {}, { p: 5, q: 0 }))?.isOk()).toBe(true);
    expect(judge(all, groundOf(orders, {}, { p: null }))?.isOk()).toBe(true);
    expect(refusal(all, groundOf(orders, {}, { p: 4 }))).toEqual({
      kind: 'out_of_stock',
      orderIds: ['a', 'b'],
    });
    expect(judge(cart(['b', 'c']), groundOf(orders, {}, { p: 4 }))?.isOk()).toBe(true);
  });
});

describe('a batch of claims', () => {
  const verdicts = (requests: readonly ReturnType<typeof cart>[], ground: ClaimSnapshot) =>
    judgeClaims(requests, ground, 50).map((each) => (each.isOk() ? each.value.checkoutId : each.error.kind));

  test('is judged one after the other', () => {
    const ground = groundOf(['a', 'b', 'c'].map((id) => order(id)));
    const requests = [
      cart(['a', 'b'], { key: '1', checkoutId: 'one' }),
      cart(['b', 'c'], { key: '2', checkoutId: 'two' }),
      cart(['b', 'a'], { key: '1', checkoutId: 'three' }),
      cart(['c'], { key: '1', checkoutId: 'four' }),
      cart(['c'], { key: '2', checkoutId: 'five' }),
      cart(['c'], { key: '3', checkoutId: 'six' }),
    ];
    expect(verdicts(requests, ground)).toEqual([
      'one',
      'order_in_progress',
      'checkout_in_progress',
      'idempotency_key_reused',
      'five',
      'order_in_progress',
    ]);
  });

  test('changes nothing of what it is judged by', () => {
    const ground = groundOf([order('a')]);
    verdicts([cart(['a'])], ground);
    expect(ground.orders.get('a')).toEqual(order('a'));
    expect(ground.audits.size).toBe(0);
  });
});
