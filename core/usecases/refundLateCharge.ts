import { ok } from 'neverthrow';
import type { OperatorCommand } from '../activity.ts';
import type { Audits, Checkout, CheckoutResponse } from '../audit.ts';
import { nextPaymentStatus } from '../payment.ts';
import type { Wakeup } from '../queue.ts';
import type { Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';

/**
 * Requests the refund of a charge that succeeded after its payment was declined or cancelled. Its orders were released
 * then, and another payment may have paid for them. Any other payment is not changed. Returns true if this call
 * requested the refund. Fails with `unavailable` only.
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
  }): ((
    paymentId: string,
    reference: string,
    reason?: string,
    command?: OperatorCommand,
  ) => AsyncResult<boolean>) =>
  async (paymentId, reference, reason, command) => {
    const found = await audits.find(paymentId);
    if (found.isErr()) return found.map(() => false);
    const checkout = found.value;
    if (checkout === null || nextPaymentStatus(checkout.payment.status, 'refund') === null) return ok(false);

    const nowMs = world.clock.nowMs();
    const ids = { refundId: world.ids.next(nowMs), taskId: world.ids.next(nowMs) };
    const charge = {
      ...ids,
      paymentId,
      reference,
      command,
      response: cancelledResponse(checkout),
      traceparent: world.traceparent(),
      ...(reason === undefined ? {} : { reason }),
    };
    const requested = await refunds.refundLateCharge(charge, nowMs);
    if (requested.isOk() && requested.value) wakeup.notify();
    return requested;
  };

/** The response for the payment's key, if it has none yet. */
const cancelledResponse = ({ id, number, payment, orders }: Checkout): CheckoutResponse => ({
  status: 'cancelled',
  checkoutId: id,
  number,
  requestId: id,
  payment: { ...payment, status: 'cancelled' },
  orders,
});
