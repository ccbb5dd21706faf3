import { describe, expect, test } from 'bun:test';
import type { OrderStatus } from '../../core/order.ts';
import { nextPaymentStatus, paymentStatuses } from '../../core/payment.ts';
import {
  countedRefundStatuses,
  failedRefundStatuses,
  nextRefundStatus,
  openRefundStatuses,
  type RefundCommand,
  type RefundEvent,
  refundStatuses,
  succeededRefundStatuses,
} from '../../core/refund.ts';
import {
  judgeRefund,
  lateKey,
  lateReason,
  planLateRefund,
  type RefundSnapshot,
  refundFingerprint,
} from '../../core/refundRequest.ts';
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
const ground = (changes: Partial<RefundSnapshot> = {}): RefundSnapshot => ({
  known: null,
  order: paid,
  refunded: 0,
  ...changes,
});
const vnd = (amount: number, currency: string | null = null) => ({ amount, currency });

const judge = (asked: Partial<RefundCommand> = {}, on: Partial<RefundSnapshot> = {}) =>
  judgeRefund(command(asked), ground(on), 7_000);
const failure = (...args: Parameters<typeof judge>) => judge(...args)._unsafeUnwrapErr();

const events = ['succeed', 'fail'] as const satisfies readonly RefundEvent[];

/** The whole of a refund's life; a dash is an event that has no place. */
const life = {
  requested: ['succeeded', 'failed'],
  succeeded: ['-', 'failed'],
  failed: ['-', '-'],
} as const;

describe('the status of a refund', () => {
  test.each(refundStatuses.map((status) => [status]))(
    'a refund that is %s goes where it may, and nowhere else',
    (status) => {
      expect(events.map((event) => nextRefundStatus(status, event) ?? '-')).toEqual([...life[status]]);
    },
  );

  test('each status says whether the money left, may leave or never will', () => {
    expect(openRefundStatuses).toEqual(['requested']);
    expect(countedRefundStatuses).toEqual(['requested', 'succeeded']);
    expect(succeededRefundStatuses).toEqual(['succeeded']);
    expect(failedRefundStatuses).toEqual(['failed']);
  });
});

describe('a late payment', () => {
  const amount = { amount: 500, currency: 'VND' };
  const late = (status: (typeof paymentStatuses)[number]) =>
    planLateRefund({ id: 'payment', status, amount }, 'refund', 7_000);

  test.each(['declined', 'cancelled'] as const)(
    'a late payment that was %s is returned, and refunded whole',
    (status) => {
      expect(late(status)).toEqual({
        paymentStatus: 'returned',
        refund: {
          id: 'refund',
          orderId: null,
          paymentId: 'payment',
          amount,
          reason: lateReason,
          status: 'requested',
          creditNote: null,
          error: null,
          createdAtMs: 7_000,
          updatedAtMs: 7_000,
        },
        key: lateKey('payment'),
        fingerprint: '',
      });
    },
  );

  test('a payment in any status without an edge for late money is not refunded', () => {
    const others = paymentStatuses.filter((status) => nextPaymentStatus(status, 'return') === null);
    expect(others).toHaveLength(5);
    for (const status of others) expect(late(status)).toBeNull();
  });
});

describe('a refund', () => {
  test('a refund without an amount is of all that is left, and stops the task of the order', () => {
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
      changes: {
        history: [{ state: 'refund_requested', detail: '70 VND' }],
        status: null,
        task: { kind: 'pause', lastError: 'stopped by the refund refund' },
      },
    });
  });

  test.each([
    [1, 0, null],
    [99, 0, null],
    [100, 0, 'pause'],
    [1, 99, 'pause'],
  ] as const)(
    'a refund of %d, with %d of 100 gone already, changes the task of the order so: %p',
    (amount, refunded, kind) => {
      const { refund, changes } = judge({ amount: vnd(amount) }, { refunded })._unsafeUnwrap();
      expect(refund.amount).toEqual({ amount, currency: 'VND' });
      expect(changes?.task?.kind ?? null).toBe(kind);
    },
  );

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
      changes: null,
    });
    for (const other of [{ orderId: 'b' }, { amount: vnd(100) }, { reason: 'lost' }])
      expect(failure(other, { known })).toEqual({ kind: 'idempotency_key_reused' });
  });
});
