import { describe, expect, test } from 'bun:test';
import { createCalendar } from '../../core/calendar.ts';
import type { OrderStatus } from '../../core/order.ts';
import type { RefundOrigin, RefundStatus } from '../../core/refund.ts';
import { planRefundOutcome, type RefundedOrder } from '../../core/refundOutcome.ts';
import { order } from './samples.ts';

const nowMs = Date.UTC(2026, 11, 31, 23, 59, 59, 999);
const succeeded = { kind: 'succeeded', reference: 're_1' } as const;
const failed = { kind: 'failed', reason: 'charge_disputed' } as const;

/** A paid order of 100. */
const line = { invoice: '2026-000001', line: 2 } as const;

const refundedOrder = (
  changes: Partial<RefundedOrder> = {},
  status: OrderStatus = 'paid',
): RefundedOrder => ({
  order: order('a', { status, checkoutId: 'payment', quantity: 3 }),
  taskPaused: true,
  refunded: 0,
  invoiceLine: null,
  gone: false,
  held: 0,
  ...changes,
});

const plan = (
  outcome: typeof succeeded | typeof failed,
  {
    amount = 100,
    status = 'requested',
    restock = null,
    origin = 'operator',
    order = refundedOrder(),
  }: {
    readonly amount?: number;
    readonly status?: RefundStatus;
    readonly restock?: boolean | null;
    readonly origin?: RefundOrigin;
    readonly order?: RefundedOrder | null;
  } = {},
) =>
  planRefundOutcome(
    { refund: { amount: { amount, currency: 'VND' }, origin, status, restock }, order },
    outcome,
    nowMs,
    createCalendar('UTC'),
  );

describe('Changes of a refund that succeeded', () => {
  test('A refund that leaves nothing paid ends the order and deletes its task', () => {
    expect(plan(succeeded)).toEqual({
      refund: { status: 'succeeded', reference: 're_1', error: null },
      creditNote: null,
      restock: null,
      sold: null,
      order: {
        history: [{ state: 'refunded', detail: '100 VND' }],
        status: 'refunded',
        task: { kind: 'delete' },
      },
    });
  });

  test.each([
    [99, 0, false],
    [100, 0, true],
    [1, 98, false],
    [1, 99, true],
  ])('A refund of %d, after refunds of %d of 100, ends the order: %p', (amount, refunded, ends) => {
    expect(plan(succeeded, { amount, order: refundedOrder({ refunded }) })?.order).toEqual({
      history: [{ state: ends ? 'refunded' : 'partially_refunded', detail: `${amount} VND` }],
      status: ends ? 'refunded' : null,
      task: ends ? { kind: 'delete' } : null,
    });
  });

  test.each(['paid', 'failed', 'completed'] as const)('A full refund ends an order that is %s', (status) => {
    expect(plan(succeeded, { order: refundedOrder({}, status) })?.order?.status).toBe('refunded');
  });

  test('A second full refund does not change the status and stock of a refunded order', () => {
    const order = refundedOrder({ held: 3, invoiceLine: line }, 'refunded');
    expect(plan(succeeded, { order })).toEqual({
      refund: { status: 'succeeded', reference: 're_1', error: null },
      creditNote: { year: 2026, line },
      restock: null,
      sold: null,
      order: { history: [{ state: 'partially_refunded', detail: '100 VND' }], status: null, task: null },
    });
  });

  test.each([
    [2, true, true, 100, 2],
    [2, true, false, 100, null],
    [2, false, false, 100, null],
    [2, false, true, 100, 2],
    [0, true, true, 100, null],
    [2, true, true, 99, null],
  ])(
    'An order that holds %d units, gone: %p, whose refund says restock %p, puts back for %d of 100: %p',
    (held, gone, restock, amount, quantity) => {
      const order = refundedOrder({ held, gone });
      expect(plan(succeeded, { amount, restock, order })?.restock?.quantity ?? null).toBe(quantity);
    },
  );

  test.each([
    [2, false, 100, { orderId: 'a', productId: order('a').product.id, quantity: 2 }],
    [2, true, 100, null],
    [0, false, 100, null],
    [2, false, 99, null],
  ])(
    'An order that holds %d units, gone: %p, puts back for a refund of %d of 100: %j',
    (held, gone, amount, restock) => {
      const changes = plan(succeeded, {
        amount,
        order: refundedOrder({ held, gone }),
      });
      expect(changes?.restock ?? null).toEqual(restock);
    },
  );

  test.each([
    ['paid', false, null, null],
    ['completed', false, null, -2],
    ['paid', true, null, 2],
    ['completed', true, null, null],
    ['paid', true, true, null],
    ['completed', true, true, -2],
    ['paid', false, false, 2],
    ['completed', false, false, null],
  ] as const)(
    'A full refund of an order that is %s, gone: %p, with restock %p, changes the sold units by %p',
    (status, gone, restock, units) => {
      const order = refundedOrder({ held: 2, gone }, status);
      const sold = plan(succeeded, { restock, order })?.sold ?? null;
      expect(sold).toEqual(units === null ? null : { productId: order.order.product.id, units });
    },
  );

  test('Any refund of an order with an invoice gets a credit note of the year', () => {
    for (const amount of [1, 100]) {
      const year = (invoiceLine: typeof line | null) =>
        plan(succeeded, { amount, order: refundedOrder({ invoiceLine }) })?.creditNote?.year;
      expect(year(line)).toBe(2026);
      expect(year(null)).toBeUndefined();
    }
  });

  test('A succeeded refund of a late charge changes only the refund', () => {
    expect(plan(succeeded, { order: null })).toEqual({
      refund: { status: 'succeeded', reference: 're_1', error: null },
      creditNote: null,
      restock: null,
      sold: null,
      order: null,
    });
  });

  test.each(['succeeded', 'failed'] as const)('A refund that is %s is not changed again', (status) => {
    expect(plan(succeeded, { status })).toBeNull();
  });
});

describe('Changes of a refund that failed', () => {
  const lastError = 'the refund failed: charge_disputed';

  test('A failed refund makes the task that it paused failed, and the order too', () => {
    const order = refundedOrder({ invoiceLine: line, held: 3 });
    expect(plan(failed, { order })).toEqual({
      refund: { status: 'failed', reference: null, error: 'charge_disputed' },
      creditNote: null,
      restock: null,
      sold: null,
      order: {
        history: [
          { state: 'refund_failed', detail: 'charge_disputed' },
          { state: 'failed', detail: lastError },
        ],
        status: 'failed',
        task: { kind: 'fail', lastError, runAtMs: nowMs },
      },
    });
  });

  test('An order that had failed before does not change, and its paused task fails', () => {
    expect(plan(failed, { order: refundedOrder({}, 'failed') })?.order).toEqual({
      history: [{ state: 'refund_failed', detail: 'charge_disputed' }],
      status: null,
      task: { kind: 'fail', lastError, runAtMs: nowMs },
    });
  });

  test.each(['paid', 'completed', 'failed', 'refunded'] as const)(
    'An order that is %s does not change if its task is not paused',
    (status) => {
      expect(plan(failed, { order: refundedOrder({ taskPaused: false }, status) })?.order).toEqual({
        history: [{ state: 'refund_failed', detail: 'charge_disputed' }],
        status: null,
        task: null,
      });
    },
  );

  test('A refund that had succeeded becomes failed if the bank rejects the money', () => {
    const order = refundedOrder({ taskPaused: false }, 'refunded');
    expect(plan(failed, { status: 'succeeded', order })).toEqual({
      refund: { status: 'failed', reference: null, error: 'charge_disputed' },
      creditNote: null,
      restock: null,
      sold: null,
      order: { history: [{ state: 'refund_failed', detail: 'charge_disputed' }], status: null, task: null },
    });
  });

  test('A refund that is failed is not changed again', () => {
    expect(plan(failed, { status: 'failed' })).toBeNull();
  });

  test('A failed refund of a late charge changes only the refund', () => {
    expect(plan(failed, { order: null })).toEqual({
      refund: { status: 'failed', reference: null, error: 'charge_disputed' },
      creditNote: null,
      restock: null,
      sold: null,
      order: null,
    });
  });
});
