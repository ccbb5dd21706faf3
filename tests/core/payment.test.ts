import { describe, expect, test } from 'bun:test';
import { nextPaymentStatus, type PaymentEvent, paymentStatuses } from '../../core/payment.ts';

const events = ['retry', 'lose', 'succeed', 'decline', 'cancel'] as const satisfies readonly PaymentEvent[];

const life = {
  initiated: ['-', 'unknown', 'succeeded', 'declined', 'cancelled'],
  unknown: ['-', 'unknown', 'succeeded', 'declined', 'cancelled'],
  succeeded: ['-', '-', '-', '-', '-'],
  declined: ['-', '-', '-', '-', '-'],
  cancelled: ['initiated', '-', '-', '-', '-'],
} as const;

describe('a payment', () => {
  test.each(paymentStatuses.map((status) => [status]))('%s goes where it may, and nowhere else', (status) => {
    expect(events.map((event) => nextPaymentStatus(status, event) ?? '-')).toEqual([...life[status]]);
  });
});
