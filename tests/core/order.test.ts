import { describe, expect, test } from 'bun:test';
import {
  nextOrderStatus,
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

/** The status after each event, for each status. A dash is an event that the status does not allow. */
const expectedStatuses = {
  pending: ['paying', '-', '-', 'cancelled', '-', '-', '-', '-'],
  paying: ['-', 'paid', 'pending', '-', '-', '-', '-', '-'],
  paid: ['-', '-', '-', '-', 'completed', 'failed', '-', 'refunded'],
  completed: ['-', '-', '-', '-', '-', '-', '-', 'refunded'],
  failed: ['-', '-', '-', '-', '-', '-', 'paid', 'refunded'],
  cancelled: ['-', '-', '-', '-', '-', '-', '-', '-'],
  refunded: ['-', '-', '-', '-', '-', '-', '-', '-'],
} as const;

describe('The order state machine', () => {
  test.each(orderStatuses.map((status) => [status]))(
    'An order that is %s has only the allowed transitions',
    (status) => {
      expect(events.map((event) => nextOrderStatus(status, event) ?? '-')).toEqual([
        ...expectedStatuses[status],
      ]);
    },
  );

  test.each(events.map((event) => [event]))(
    'The event %s is allowed in orderStatusesBefore, and leads to orderStatusAfter',
    (event) => {
      const edges = orderStatuses.filter((status) => nextOrderStatus(status, event) !== null);
      expect(orderStatusesBefore(event)).toEqual(edges);
      expect(new Set(edges.map((status) => nextOrderStatus(status, event)))).toEqual(
        new Set([orderStatusAfter[event]]),
      );
    },
  );

  test('An order is paid once, because only a release makes it claimable again', () => {
    const claimable = orderStatuses.filter((status) => nextOrderStatus(status, 'claim') !== null);
    expect(claimable).toEqual(['pending']);
    const transitionsToPending = orderStatuses.flatMap((status) =>
      events
        .filter((event) => nextOrderStatus(status, event) === 'pending')
        .map((event) => `${status} ${event}`),
    );
    expect(transitionsToPending).toEqual(['paying release']);
  });
});
