import { describe, expect, test } from 'bun:test';
import type { OrderStatus } from '../../core/order.ts';
import type { RefundStatus } from '../../core/refund.ts';
import { planRefundOutcome, type RefundedOrder, stockTakenStates } from '../../core/refundOutcome.ts';
import { order } from './checkouts.ts';

const nowMs = Date.UTC(2026, 11, 31, 23, 59, 59, 999);
const succeeded = { kind: 'succeeded', reference: 're_1' } as const;
const failed = { kind: 'failed', reason: 'charge_disputed' } as const;

/** A paid order of 100. */
const refundedOrder = (
  changes: Partial<RefundedOrder> = {},
  status: OrderStatus = 'paid',
): RefundedOrder => ({
  order: order('a', { status, checkoutId: 'payment', quantity: 3 }),
  paused: true,
  refunded: 0,
  invoiced: false,
  shipped: false,
  tookStock: false,
  ...changes,
});

const plan = (
  outcome: typeof succeeded | typeof failed,
  {
    amount = 100,
    status = 'requested',
    order = refundedOrder(),
  }: {
    readonly amount?: number;
    readonly status?: RefundStatus;
    readonly order?: RefundedOrder | null;
  } = {},
) => planRefundOutcome({ refund: { amount: { amount, currency: 'VND' }, status }, order }, outcome, nowMs);

describe('the plan of a refund that succeeded', () => {
  test('a refund that leaves nothing paid ends the order and deletes its task', () => {
    expect(plan(succeeded)).toEqual({
      refund: { status: 'succeeded', reference: 're_1', error: null },
      creditNoteYear: null,
      restock: null,
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
  ])('a refund of %d, after %d of 100, ends the order: %p', (amount, refunded, ends) => {
    expect(plan(succeeded, { amount, order: refundedOrder({ refunded }) })?.order).toEqual({
      history: [{ state: ends ? 'refunded' : 'partially_refunded', detail: `${amount} VND` }],
      status: ends ? 'refunded' : null,
      task: ends ? { kind: 'delete' } : null,
    });
  });

  test.each(['paid', 'failed', 'completed'] as const)('a whole refund ends an order that is %s', (status) => {
    expect(plan(succeeded, { order: refundedOrder({}, status) })?.order?.status).toBe('refunded');
  });

  test('a second whole refund leaves the status and the stock of a refunded order as they are', () => {
    const order = refundedOrder({ tookStock: true, invoiced: true }, 'refunded');
    expect(plan(succeeded, { order })).toEqual({
      refund: { status: 'succeeded', reference: 're_1', error: null },
      creditNoteYear: 2026,
      restock: null,
      order: { history: [{ state: 'partially_refunded', detail: '100 VND' }], status: null, task: null },
    });
  });

  test.each([
    [true, false, 100, { productId: order('a').product.id, quantity: 3 }],
    [true, true, 100, null],
    [false, false, 100, null],
    [true, false, 99, null],
  ])(
    'an order with stock taken %p and shipped %p puts back, for %d of 100: %j',
    (tookStock, shipped, amount, restock) => {
      const changes = plan(succeeded, { amount, order: refundedOrder({ tookStock, shipped }) });
      expect(changes?.restock ?? null).toEqual(restock);
    },
  );

  test('any refund of an order with an invoice gets a credit note of the year', () => {
    for (const amount of [1, 100]) {
      const year = (invoiced: boolean) =>
        plan(succeeded, { amount, order: refundedOrder({ invoiced }) })?.creditNoteYear;
      expect(year(true)).toBe(2026);
      expect(year(false)).toBeNull();
    }
  });

  test('a late payment has nothing but its refund changed', () => {
    expect(plan(succeeded, { order: null })).toEqual({
      refund: { status: 'succeeded', reference: 're_1', error: null },
      creditNoteYear: null,
      restock: null,
      order: null,
    });
  });

  test.each(['succeeded', 'failed'] as const)('a refund that is %s is not changed again', (status) => {
    expect(plan(succeeded, { status })).toBeNull();
  });
});

describe('the plan of a refund that failed', () => {
  const lastError = 'the refund failed: charge_disputed';

  test('a refund that failed makes the task that it paused failed, and the order too', () => {
    const order = refundedOrder({ invoiced: true, tookStock: true });
    expect(plan(failed, { order })).toEqual({
      refund: { status: 'failed', reference: null, error: 'charge_disputed' },
      creditNoteYear: null,
      restock: null,
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

  test('an order that had failed before stays as it is, and its paused task is failed', () => {
    expect(plan(failed, { order: refundedOrder({}, 'failed') })?.order).toEqual({
      history: [{ state: 'refund_failed', detail: 'charge_disputed' }],
      status: null,
      task: { kind: 'fail', lastError, runAtMs: nowMs },
    });
  });

  test.each(['paid', 'completed', 'failed', 'refunded'] as const)(
    'an order that is %s, whose task is not paused, stays as it is',
    (status) => {
      expect(plan(failed, { order: refundedOrder({ paused: false }, status) })?.order).toEqual({
        history: [{ state: 'refund_failed', detail: 'charge_disputed' }],
        status: null,
        task: null,
      });
    },
  );

  test('a refund that had succeeded becomes failed, because the money came back', () => {
    const order = refundedOrder({ paused: false }, 'refunded');
    expect(plan(failed, { status: 'succeeded', order })).toEqual({
      refund: { status: 'failed', reference: null, error: 'charge_disputed' },
      creditNoteYear: null,
      restock: null,
      order: { history: [{ state: 'refund_failed', detail: 'charge_disputed' }], status: null, task: null },
    });
  });

  test('a refund that is failed is not changed again', () => {
    expect(plan(failed, { status: 'failed' })).toBeNull();
  });

  test('a late payment has nothing but its refund changed', () => {
    expect(plan(failed, { order: null })).toEqual({
      refund: { status: 'failed', reference: null, error: 'charge_disputed' },
      creditNoteYear: null,
      restock: null,
      order: null,
    });
  });
});

describe('stockTakenStates', () => {
  test('the states are those of the steps that take stock and do nothing else', () => {
    expect(stockTakenStates('physical')).toEqual(['stock_reserved']);
    expect(stockTakenStates('digital')).toEqual([]);
    expect(stockTakenStates('no such type')).toEqual([]);
  });
});
