import { describe, expect, test } from 'bun:test';
import {
  chargedPaymentStatuses,
  nextPaymentStatus,
  openPaymentStatuses,
  type PaymentEvent,
  paymentStatusAfter,
  paymentStatuses,
  paymentStatusesBefore,
  paymentTransitions,
} from '../../core/payment.ts';

const events = [
  'retry',
  'lose',
  'challenge',
  'succeed',
  'decline',
  'cancel',
  'return',
] as const satisfies readonly PaymentEvent[];

const life = {
  initiated: ['-', 'unknown', 'requires_action', 'succeeded', 'declined', 'cancelled', '-'],
  unknown: ['-', 'unknown', 'requires_action', 'succeeded', 'declined', 'cancelled', '-'],
  requires_action: ['-', 'requires_action', 'requires_action', 'succeeded', 'declined', 'cancelled', '-'],
  succeeded: ['-', '-', '-', '-', '-', '-', '-'],
  declined: ['-', '-', '-', '-', '-', '-', 'returned'],
  cancelled: ['initiated', '-', '-', '-', '-', '-', 'returned'],
  returned: ['-', '-', '-', '-', '-', '-', '-'],
} as const;

describe('a payment', () => {
  test.each(paymentStatuses.map((status) => [status]))('%s goes where it may, and nowhere else', (status) => {
    expect(events.map((event) => nextPaymentStatus(status, event) ?? '-')).toEqual([...life[status]]);
  });

  test.each(events.map((event) => [event]))(
    'the event %s comes from the statuses that have its edge',
    (event) => {
      const edges = paymentStatuses.filter((status) => nextPaymentStatus(status, event) !== null);
      expect(paymentStatusesBefore(event)).toEqual(edges);
      const transitions = paymentTransitions(event);
      for (const status of edges)
        expect(transitions.get(status)).toBe(nextPaymentStatus(status, event) ?? undefined);
      expect([...transitions.keys()]).toEqual(edges);
      if (event === 'lose') return;
      expect(new Set(transitions.values())).toEqual(new Set([paymentStatusAfter[event]]));
    },
  );

  test('a payment is open where its outcome is still to come', () => {
    expect(openPaymentStatuses).toEqual(['initiated', 'unknown', 'requires_action']);
  });

  test('a payment is charged where the provider has taken the money, given back or not', () => {
    expect(chargedPaymentStatuses).toEqual(['succeeded', 'returned']);
  });
});
