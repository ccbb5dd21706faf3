import { describe, expect, test } from 'bun:test';
import type { OrderStatus } from '../../core/order.ts';
import type { RefundStatus } from '../../core/refund.ts';
import { planStranded, strandedError } from '../../core/strandedOrder.ts';

type Sketch = readonly [orderId: string | null, amount: number, status?: RefundStatus];

/** An order of 200 in a charge of 300. */
const plan = (sketches: readonly Sketch[], status: OrderStatus = 'paid') =>
  planStranded(
    { id: 'order', status, total: { amount: 200, currency: 'VND' } },
    {
      charged: 300,
      refunds: sketches.map(([orderId, amount, refundStatus = 'succeeded']) => ({
        ...{ orderId, status: refundStatus },
        amount: { amount, currency: 'VND' },
      })),
    },
    7,
  );

const task = { kind: 'fail', lastError: strandedError, runAtMs: 7 } as const;
const failed = { history: [{ state: 'failed', detail: strandedError }], status: 'failed', task } as const;

describe('The end of a pause by a refund', () => {
  test('The task fails with its order if part of the order stays paid and no refund of it is open', () => {
    expect(plan([['order', 50]])).toEqual(failed);
    expect(
      plan([
        ['order', 50],
        ['order', 150, 'failed'],
      ]),
    ).toEqual(failed);
  });

  test('The task of a completed or failed order fails, and the order stays as it is', () => {
    for (const status of ['completed', 'failed'] as const)
      expect(plan([['order', 50]], status)).toEqual({ history: [], status: null, task });
  });

  test('The task stays paused while a refund of its order is open', () => {
    expect(
      plan([
        ['order', 50],
        ['order', 150, 'requested'],
      ]),
    ).toBeNull();
  });

  test('An open refund of another order holds no pause', () => {
    expect(
      plan([
        ['order', 50],
        ['other', 100, 'requested'],
      ]),
    ).toEqual(failed);
  });

  test('The task stays paused while a refund without an order may hold the rest, because nothing of the charge is left', () => {
    expect(
      plan([
        ['order', 50],
        [null, 250],
      ]),
    ).toBeNull();
  });

  test('A refund without an order holds no pause if part of the charge stays paid', () => {
    expect(
      plan([
        ['order', 50],
        [null, 249],
      ]),
    ).toEqual(failed);
  });

  test('A failed refund without an order holds no pause', () => {
    expect(
      plan([
        ['order', 50],
        ['other', 250],
        [null, 250, 'failed'],
      ]),
    ).toEqual(failed);
  });

  test('A refund without an order holds no pause of an order of which nothing stays paid', () => {
    expect(
      plan([
        ['order', 200],
        [null, 100],
      ]),
    ).toEqual(failed);
  });
});
