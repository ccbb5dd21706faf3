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
  'submit',
  'challenge',
  'succeed',
  'decline',
  'cancel',
  'refund',
] as const satisfies readonly PaymentEvent[];

/** The status after each event, for each status. A dash is an event that the status does not allow. */
const expectedStatuses = {
  initiated: ['-', 'unknown', 'unknown', 'requires_action', 'succeeded', 'declined', 'cancelled', '-'],
  unknown: ['-', 'unknown', 'unknown', 'requires_action', 'succeeded', 'declined', 'cancelled', '-'],
  requires_action: [
    '-',
    'requires_action',
    'unknown',
    'requires_action',
    'succeeded',
    'declined',
    'cancelled',
    '-',
  ],
  succeeded: ['-', '-', '-', '-', '-', '-', '-', '-'],
  declined: ['-', '-', '-', '-', '-', '-', '-', 'refunded'],
  cancelled: ['initiated', '-', '-', '-', '-', '-', '-', 'refunded'],
  refunded: ['-', '-', '-', '-', '-', '-', '-', '-'],
} as const;

describe('The payment state machine', () => {
  test.each(paymentStatuses.map((status) => [status]))(
    'A payment that is %s has only the allowed transitions',
    (status) => {
      expect(events.map((event) => nextPaymentStatus(status, event) ?? '-')).toEqual([
        ...expectedStatuses[status],
      ]);
    },
  );

  test.each(events.map((event) => [event]))(
    'The event %s is allowed in paymentStatusesBefore, and leads to paymentStatusAfter',
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

  test('A payment without a final outcome is open', () => {
    expect(openPaymentStatuses).toEqual(['initiated', 'unknown', 'requires_action']);
  });

  test('A payment that the provider has charged is charged, even if it is refunded', () => {
    expect(chargedPaymentStatuses).toEqual(['succeeded', 'refunded']);
  });
});
