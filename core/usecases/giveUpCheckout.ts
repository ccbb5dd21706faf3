import { err, ok } from 'neverthrow';
import type { Checkout, OpenClaim } from '../audit.ts';
import { openPaymentStatuses, paymentStatusAfter } from '../payment.ts';
import type { ChargeOutcome, PaymentProvider } from '../provider.ts';
import type { AsyncResult } from '../result.ts';
import { createRecordOutcome, type RecordOutcomePorts } from './recordOutcome.ts';
import { keyMemoryMs, nextRecoveryAtMs } from './recoverPayments.ts';

export type GiveUpFailure =
  /** There is no such checkout of this customer. */
  | { readonly kind: 'not_found' }
  /** The payment is being processed, so nobody can call it off. Its outcome is recorded when it is known. */
  | { readonly kind: 'checkout_not_cancellable'; readonly checkoutId: string }
  /** The provider did not say whether it has called the payment off. The same request can be sent again. */
  | { readonly kind: 'cancel_unavailable'; readonly reason: string };

/** Returns the checkout as it is then. */
export type GiveUpCheckout = (command: {
  readonly checkoutId: string;
  readonly customerId: string;
}) => AsyncResult<Checkout, GiveUpFailure>;

const limits = { batchMax: 128, waitingMax: 4_096 };

/**
 * Gives up a checkout that waits for its customer: the provider cancels the payment, and the orders are pending again.
 * If the customer was quicker, the checkout succeeds. A checkout with a final outcome stays as it is, so the command
 * can be sent again.
 *
 * The webhook, the recovery and a second call may do the same at once. Each asks the provider under the payment's own
 * key and records what the provider says, and the first record wins.
 */
export const createGiveUpCheckout = (
  ports: RecordOutcomePorts & { readonly provider: PaymentProvider },
): GiveUpCheckout => {
  const { audits, provider, world } = ports;
  const recordOutcome = createRecordOutcome(ports, limits);

  const findOwn: GiveUpCheckout = async ({ checkoutId, customerId }) =>
    (await audits.find(checkoutId)).andThen((checkout) =>
      checkout?.customerId === customerId ? ok(checkout) : err({ kind: 'not_found' } as const),
    );

  /** Claims the payment, so that no slower process can release its orders. Null if it has a final outcome by now. */
  const claim = async (onlyPaymentId: string, nowMs: number): AsyncResult<OpenClaim | null> => {
    const claims = await audits.claimOpenPayments({
      nowMs,
      nextRecoveryAtMs: (attempt, claimedAtMs) => nextRecoveryAtMs(attempt, claimedAtMs, nowMs),
      limit: 1,
      onlyPaymentId,
    });
    return claims.map(([first = null]) => first);
  };

  const cancelClaim = async (claim: OpenClaim, nowMs: number): AsyncResult<void, GiveUpFailure> => {
    const { checkoutId, amount, method, claimedAtMs } = claim;
    // A provider that has forgotten the key would cancel another charge than the one that waits.
    if (nowMs - claimedAtMs >= keyMemoryMs) return err({ kind: 'checkout_not_cancellable', checkoutId });
    const outcome = await provider.cancel({ paymentId: checkoutId, amount, method });
    const reason = reasonOfNoOutcome(outcome);
    if (reason !== null) return err({ kind: 'cancel_unavailable', reason });
    return (await recordOutcome(claim, outcome, checkoutId)).map(() => undefined);
  };

  return async (command) => {
    const found = await findOwn(command);
    if (found.isErr()) return err(found.error);
    const { id: checkoutId, payment } = found.value;
    if (!openPaymentStatuses.includes(payment.status)) return found;
    if (payment.status !== paymentStatusAfter.challenge)
      return err({ kind: 'checkout_not_cancellable', checkoutId });

    const nowMs = world.clock.nowMs();
    const claimed = await claim(checkoutId, nowMs);
    if (claimed.isErr()) return err(claimed.error);
    if (claimed.value !== null) {
      const cancelled = await cancelClaim(claimed.value, nowMs);
      if (cancelled.isErr()) return err(cancelled.error);
    }
    return (await findOwn(command)).andThen((checkout) =>
      openPaymentStatuses.includes(checkout.payment.status)
        ? err({ kind: 'checkout_not_cancellable', checkoutId } as const)
        : ok(checkout),
    );
  };
};

/** Why the provider's answer says nothing about the payment; null if it does. */
const reasonOfNoOutcome = (outcome: ChargeOutcome): string | null => {
  switch (outcome.kind) {
    case 'unknown':
    case 'unavailable':
      return outcome.reason;
    case 'requires_action':
      return 'the payment still waits for the customer';
    default:
      return null;
  }
};
