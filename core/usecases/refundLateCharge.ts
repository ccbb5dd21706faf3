import { ok } from 'neverthrow';
import type { Audits, Checkout, CheckoutResponse } from '../audit.ts';
import { nextPaymentStatus } from '../payment.ts';
import type { Wakeup } from '../queue.ts';
import type { Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';

/**
 * Sends back what a payment brought in after it was declined or cancelled, and its orders released: they may be
 * paid by another one by now. Any other payment is left alone. Answers whether this call did it.
 */
export const createRefundLateCharge =
  ({
    audits,
    refunds,
    wakeup,
    world,
  }: {
    readonly audits: Audits;
    readonly refunds: Refunds;
    readonly wakeup: Wakeup;
    readonly world: World;
  }): ((paymentId: string, reference: string) => AsyncResult<boolean>) =>
  async (paymentId, reference) => {
    const found = await audits.find(paymentId);
    if (found.isErr()) return found.map(() => false);
    const checkout = found.value;
    if (checkout === null || nextPaymentStatus(checkout.payment.status, 'return') === null) return ok(false);

    const nowMs = world.clock.nowMs();
    const late = { refundId: world.ids.next(nowMs), taskId: world.ids.next(nowMs), paymentId, reference };
    const returned = await refunds.refundLateCharge({ ...late, answer: cancelled(checkout) }, nowMs);
    if (returned.isOk() && returned.value) wakeup.notify();
    return returned;
  };

/** What the key answers from now on, where it has not answered before. */
const cancelled = ({ id, payment, orders }: Checkout): CheckoutResponse => ({
  status: 'cancelled',
  checkoutId: id,
  requestId: id,
  payment: { ...payment, status: 'cancelled' },
  orders,
});
