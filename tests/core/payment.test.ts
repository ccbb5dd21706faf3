import { describe, expect, test } from 'bun:test';
import { nextPaymentStatus, type PaymentEvent, paymentStatuses } from '../../core/payment.ts';

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
});
