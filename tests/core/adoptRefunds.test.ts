import { describe, expect, test } from 'bun:test';
import { judgeAssignment } from '../../core/adoptRefunds.ts';
import type { Refund } from '../../core/refund.ts';
import { order } from './samples.ts';

describe('The assignment of a refund that the provider made', () => {
  const refund: Refund = {
    ...{ id: 'refund', orderId: null, paymentId: 'checkout', amount: { amount: 40, currency: 'VND' } },
    origin: 'provider',
    status: 'succeeded',
    ...{ reason: '', restock: null, creditNote: null, creditedLine: null, error: null },
    ...{ createdAtMs: 1, updatedAtMs: 1 },
  };
  const judge = (status: 'paid' | 'cancelled', changes: { readonly refunded?: number } = {}) =>
    judgeAssignment(
      {
        stored: { refund, reference: 're_1' },
        order: order('a', { status, checkoutId: 'checkout' }),
        ...{ refunded: 0, ...changes },
      },
      () => 'part',
    );

  test('An order that was paid gets the refund', () => {
    expect(judge('paid')._unsafeUnwrap()).toMatchObject([{ refund: { orderId: 'a' } }]);
  });

  test('An order of the charge that was cancelled gets none', () => {
    expect(judge('cancelled')._unsafeUnwrapErr()).toEqual({
      kind: 'order_not_refundable',
      status: 'cancelled',
    });
  });

  test.each([100, 150])('An order that has had all its money back gets none, after %d of 100', (refunded) => {
    const left = { amount: 0, currency: 'VND' };
    expect(judge('paid', { refunded })._unsafeUnwrapErr()).toEqual({ kind: 'refund_too_large', left });
  });
});
