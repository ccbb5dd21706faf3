import { describe, expect, test } from 'bun:test';
import {
  judgeRefund,
  lateRefundKey,
  lateRefundReason,
  planLateRefund,
  type RefundRequestSnapshot,
  refundFingerprint,
} from '../../core/judgeRefund.ts';
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
import { order } from './samples.ts';

const command = (changes: Partial<RefundCommand> = {}): RefundCommand => ({
  refundId: 'refund',
  taskId: 'task',
  key: 'key',
  orderId: 'a',
  amount: null,
  origin: 'operator',
  reason: 'torn',
  ...changes,
});

const paid = order('a', { status: 'completed', checkoutId: 'payment' });
const snapshotWith = (changes: Partial<RefundRequestSnapshot> = {}): RefundRequestSnapshot => ({
  known: null,
  order: paid,
  refunded: 0,
  chargeLeft: 1_000,
  ...changes,
});
const amountOf = (amount: number, currency: string | null = null) => ({ amount, currency });

const judge = (
  commandChanges: Partial<RefundCommand> = {},
  snapshotChanges: Partial<RefundRequestSnapshot> = {},
) => judgeRefund(command(commandChanges), snapshotWith(snapshotChanges), 7_000);
const failureOf = (...args: Parameters<typeof judge>) => judge(...args)._unsafeUnwrapErr();

const events = ['succeed', 'fail'] as const satisfies readonly RefundEvent[];

/** The status after each event, for each status. A dash is an event that the status does not allow. */
const expectedStatuses = {
  requested: ['succeeded', 'failed'],
  succeeded: ['-', 'failed'],
  failed: ['-', '-'],
} as const;

describe('The refund state machine', () => {
  test.each(refundStatuses.map((status) => [status]))(
    'A refund that is %s has only the allowed transitions',
    (status) => {
      expect(events.map((event) => nextRefundStatus(status, event) ?? '-')).toEqual([
        ...expectedStatuses[status],
      ]);
    },
  );

  test('Each status says whether the money has left, may still leave, or never will', () => {
    expect(openRefundStatuses).toEqual(['requested']);
    expect(countedRefundStatuses).toEqual(['requested', 'succeeded']);
    expect(succeededRefundStatuses).toEqual(['succeeded']);
    expect(failedRefundStatuses).toEqual(['failed']);
  });
});

describe('Late refunds', () => {
  const amount = { amount: 500, currency: 'VND' };
  const planFor = (status: (typeof paymentStatuses)[number]) =>
    planLateRefund({ id: 'payment', status, amount }, 'refund', 7_000);

  test.each(['declined', 'cancelled'] as const)(
    'A late charge of a payment that was %s is refunded completely',
    (status) => {
      expect(planFor(status)).toEqual({
        paymentStatus: 'refunded',
        refund: {
          id: 'refund',
          orderId: null,
          paymentId: 'payment',
          amount,
          origin: 'system',
          reason: lateRefundReason,
          restock: null,
          status: 'requested',
          creditNote: null,
          creditedLine: null,
          error: null,
          createdAtMs: 7_000,
          updatedAtMs: 7_000,
        },
        key: lateRefundKey('payment'),
        fingerprint: '',
      });
    },
  );

  test('A payment whose status allows no late refund is not refunded', () => {
    const others = paymentStatuses.filter((status) => nextPaymentStatus(status, 'refund') === null);
    expect(others).toHaveLength(5);
    for (const status of others) expect(planFor(status)).toBeNull();
  });
});

describe('Refund requests', () => {
  test('A refund without an amount refunds all that is left, and pauses the task of the order', () => {
    expect(judge({}, { refunded: 30 })._unsafeUnwrap()).toEqual({
      refund: {
        id: 'refund',
        orderId: 'a',
        paymentId: 'payment',
        amount: { amount: 70, currency: 'VND' },
        origin: 'operator',
        reason: 'torn',
        restock: null,
        status: 'requested',
        creditNote: null,
        creditedLine: null,
        error: null,
        createdAtMs: 7_000,
        updatedAtMs: 7_000,
      },
      replayed: false,
      changes: {
        history: [{ state: 'refund_requested', detail: '70 VND' }],
        status: null,
        task: { kind: 'pause', lastError: 'paused by the refund refund' },
      },
    });
  });

  test.each([
    [1, 0, null],
    [99, 0, null],
    [100, 0, 'pause'],
    [1, 99, 'pause'],
  ] as const)(
    'A refund of %d, after refunds of %d of 100, changes the task of the order like this: %p',
    (amount, refunded, kind) => {
      const { refund, changes } = judge({ amount: amountOf(amount) }, { refunded })._unsafeUnwrap();
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
  ])('A refund of %d, after refunds of %d of 100, is too large or not positive', (amount, refunded, left) => {
    const expected = { kind: 'refund_too_large', left: { amount: left, currency: 'VND' } } as const;
    expect(failureOf({ amount: amountOf(amount) }, { refunded })).toEqual(expected);
  });

  test.each([100, 150])(
    'A refund of all that is left is refused after %d of 100: nothing is left',
    (refunded) => {
      const left = { amount: 0, currency: 'VND' };
      expect(failureOf({}, { refunded })).toEqual({ kind: 'refund_too_large', left });
    },
  );

  test('A refund in another currency than that of the order is refused', () => {
    expect(judge({ amount: amountOf(1, 'VND') }).isOk()).toBe(true);
    expect(failureOf({ amount: amountOf(1, 'USD') })).toEqual({ kind: 'mixed_currency' });
  });

  test.each(['paid', 'completed', 'failed', 'refunded'] as const)(
    'A refund of an order that is %s is accepted',
    (status) => {
      expect(judge({}, { order: { ...paid, status } }).isOk()).toBe(true);
    },
  );

  test.each(['pending', 'paying', 'cancelled'] as const satisfies readonly OrderStatus[])(
    'A refund of an order that is %s is refused',
    (status) => {
      const expected = { kind: 'order_not_refundable', status } as const;
      expect(failureOf({}, { order: { ...paid, status } })).toEqual(expected);
    },
  );

  test('A refund of an order that does not exist is refused', () => {
    expect(failureOf({}, { order: null })).toEqual({ kind: 'not_found' });
  });

  test('A refund under a known key returns the first refund if the command is the same, and is refused otherwise', () => {
    const { refund } = judge()._unsafeUnwrap();
    const known = { refund, fingerprint: refundFingerprint(command()) };
    expect(judge({ refundId: 'other' }, { known, refunded: 100 })._unsafeUnwrap()).toEqual({
      refund,
      replayed: true,
      changes: null,
    });
    for (const other of [{ orderId: 'b' }, { amount: amountOf(100) }, { reason: 'lost' }])
      expect(failureOf(other, { known })).toEqual({ kind: 'idempotency_key_reused' });
  });
});
