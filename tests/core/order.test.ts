import { describe, expect, test } from 'bun:test';
import {
  nextStatus,
  type OrderEvent,
  orderStatusAfter,
  orderStatuses,
  orderStatusesBefore,
} from '../../core/order.ts';

const events = [
  'claim',
  'pay',
  'release',
  'cancel',
  'complete',
  'fail',
  'retry',
  'refund',
] as const satisfies readonly OrderEvent[];

/** The whole of an order's life; a dash is an event that has no place. */
const life = {
  pending: ['paying', '-', '-', 'cancelled', '-', '-', '-', '-'],
  paying: ['-', 'paid', 'pending', '-', '-', '-', '-', '-'],
  paid: ['-', '-', '-', '-', 'completed', 'failed', '-', 'refunded'],
  completed: ['-', '-', '-', '-', '-', '-', '-', 'refunded'],
  failed: ['-', '-', '-', '-', '-', '-', 'paid', 'refunded'],
  cancelled: ['-', '-', '-', '-', '-', '-', '-', '-'],
  refunded: ['-', '-', '-', '-', '-', '-', '-', '-'],
} as const;

describe('an order', () => {
  test.each(orderStatuses.map((status) => [status]))('%s goes where it may, and nowhere else', (status) => {
    expect(events.map((event) => nextStatus(status, event) ?? '-')).toEqual([...life[status]]);
  });

  test.each(events.map((event) => [event]))(
    'the event %s comes from the statuses that have its edge',
    (event) => {
      const edges = orderStatuses.filter((status) => nextStatus(status, event) !== null);
      expect(orderStatusesBefore(event)).toEqual(edges);
      expect(new Set(edges.map((status) => nextStatus(status, event)))).toEqual(
        new Set([orderStatusAfter[event]]),
      );
    },
  );

  test('is paid once: nothing leads back to where it can be claimed but a release', () => {
    const claimable = orderStatuses.filter((status) => nextStatus(status, 'claim') !== null);
    expect(claimable).toEqual(['pending']);
    const waysBack = orderStatuses.flatMap((status) =>
      events.filter((event) => nextStatus(status, event) === 'pending').map((event) => `${status} ${event}`),
    );
    expect(waysBack).toEqual(['paying release']);
  });
});
