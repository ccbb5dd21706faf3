import { err, ok, type Result } from 'neverthrow';
import {
  type Audits,
  type Checkout,
  type CheckoutRequest,
  type CheckoutResponse,
  fingerprintOf,
} from '../audit.ts';
import { openPaymentStatuses, type PaymentStatus, paymentStatusAfter } from '../payment.ts';
import type { Unavailable } from '../result.ts';
import { withTimeout } from '../timer.ts';
import type { World } from '../world.ts';

export type LostClaimFailure =
  /** The key belongs to another request. */
  | { readonly kind: 'idempotency_key_reused' }
  /** The database could not be asked, so the checkout may exist. The same key, sent again, finds out. */
  | { readonly kind: 'claim_unconfirmed'; readonly reason: string }
  /** Nothing was left behind. */
  | Unavailable;

/** How long a customer waits for the answer, ms. */
const lookupMs = 2_000;

/**
 * Decides the response to a claim whose reply was lost: it may have been committed. Its key is looked up once more.
 * Otherwise a refusal could be followed by a charge, because the recovery charges every committed claim. A claim that
 * is found is left to the recovery, because another process may be working under the same key.
 */
export const createFindLostClaim =
  ({ audits, world }: { readonly audits: Audits; readonly world: World }) =>
  async (
    command: Omit<CheckoutRequest, 'checkoutId' | 'recoverAtMs'>,
    requestId: string,
    lost: Unavailable,
  ): Promise<Result<CheckoutResponse, LostClaimFailure>> => {
    const { timer } = world;
    const found = await withTimeout(timer, lookupMs, audits.findByKey(command), () => null);
    if (found === null || found.isErr()) return err({ kind: 'claim_unconfirmed', reason: lost.reason });
    const checkout = found.value;
    if (checkout === null || !chargeableStatuses.includes(checkout.payment.status)) return err(lost);
    return fingerprintOf(requestOf(checkout)) === fingerprintOf(command)
      ? ok(responseOf(checkout, requestId))
      : err({ kind: 'idempotency_key_reused' });
  };

/** In these statuses the customer has paid, or may be charged without doing more. */
const chargeableStatuses: readonly PaymentStatus[] = [...openPaymentStatuses, paymentStatusAfter.succeed];

const requestOf = ({ customerId, orders, payment }: Checkout) => ({
  customerId,
  orderIds: orders.map(({ id }) => id),
  method: payment.method,
});

const responseOf = ({ id, number, payment, orders }: Checkout, requestId: string): CheckoutResponse => {
  const status =
    payment.status === 'succeeded' || payment.status === 'requires_action' ? payment.status : 'unknown';
  return { status, checkoutId: id, number, requestId, payment: { ...payment, status }, orders };
};
