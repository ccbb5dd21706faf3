import { describe, expect, test } from 'bun:test';
import type { OrderStatus } from '../../core/order.ts';
import { judgeRefund, type RefundCommand, type RefundGround, refundFingerprint } from '../../core/refund.ts';
import { order } from './checkouts.ts';

const command = (changes: Partial<RefundCommand> = {}): RefundCommand => ({
  refundId: 'refund',
  taskId: 'task',
  key: 'key',
  orderId: 'a',
  amount: null,
  reason: 'torn',
  ...changes,
});

const paid = order('a', { status: 'completed', checkoutId: 'payment' });
const ground = (changes: Partial<RefundGround> = {}): RefundGround => ({
  known: null,
  order: paid,
  refunded: 0,
  ...changes,
});
const vnd = (amount: number, currency: string | null = null) => ({ amount, currency });

const judge = (asked: Partial<RefundCommand> = {}, on: Partial<RefundGround> = {}) =>
  judgeRefund(command(asked), ground(on), 7_000);
const failure = (...args: Parameters<typeof judge>) => judge(...args)._unsafeUnwrapErr();

describe('a refund', () => {
  test('is of all that is left where no amount is said, and then it is whole', () => {
    expect(judge({}, { refunded: 30 })._unsafeUnwrap()).toEqual({
      refund: {
        id: 'refund',
        orderId: 'a',
        paymentId: 'payment',
        amount: { amount: 70, currency: 'VND' },
        reason: 'torn',
        status: 'requested',
        creditNote: null,
        error: null,
        createdAtMs: 7_000,
        updatedAtMs: 7_000,
      },
      replayed: false,
      whole: true,
    });
  });

  test.each([
    [1, 0, false],
    [99, 0, false],
    [100, 0, true],
    [1, 99, true],
  ])('of %d, with %d of 100 gone already: whole is %p', (amount, refunded, whole) => {
    expect(judge({ amount: vnd(amount) }, { refunded })._unsafeUnwrap()).toMatchObject({
      refund: { amount: { amount, currency: 'VND' } },
      whole,
    });
  });

  test.each([
    [101, 0, 100],
    [1, 100, 0],
    [51, 50, 50],
    [0, 0, 100],
    [-1, 0, 100],
  ])('of %d, with %d of 100 gone already, is too large', (amount, refunded, left) => {
    const refused = { kind: 'refund_too_large', left: { amount: left, currency: 'VND' } } as const;
    expect(failure({ amount: vnd(amount) }, { refunded })).toEqual(refused);
  });

  test('of all that is left, where nothing is, is too large', () => {
    expect(failure({}, { refunded: 100 }).kind).toBe('refund_too_large');
  });

  test('in another currency than the order is refused', () => {
    expect(judge({ amount: vnd(1, 'VND') }).isOk()).toBe(true);
    expect(failure({ amount: vnd(1, 'USD') })).toEqual({ kind: 'mixed_currency' });
  });

  test.each(['paid', 'completed', 'failed', 'refunded'] as const)('of an order that is %s', (status) => {
    expect(judge({}, { order: { ...paid, status } }).isOk()).toBe(true);
  });

  test.each(['pending', 'paying', 'cancelled'] as const satisfies readonly OrderStatus[])(
    'of an order that is %s is refused',
    (status) => {
      const refused = { kind: 'order_not_refundable', status } as const;
      expect(failure({}, { order: { ...paid, status } })).toEqual(refused);
    },
  );

  test('of no order', () => {
    expect(failure({}, { order: null })).toEqual({ kind: 'not_found' });
  });

  test('under a known key is the first one again, if it asks for the same', () => {
    const { refund } = judge()._unsafeUnwrap();
    const known = { refund, fingerprint: refundFingerprint(command()) };
    expect(judge({ refundId: 'other' }, { known, refunded: 100 })._unsafeUnwrap()).toEqual({
      refund,
      replayed: true,
      whole: false,
    });
    for (const other of [{ orderId: 'b' }, { amount: vnd(100) }, { reason: 'lost' }])
      expect(failure(other, { known })).toEqual({ kind: 'idempotency_key_reused' });
  });
});
