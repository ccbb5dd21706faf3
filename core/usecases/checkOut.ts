import { err, ok, type Result } from 'neverthrow';
import type { CheckoutRequest, CheckoutResponse, ClaimFailure } from '../audit.ts';
import { createResultBatcher } from '../batcher.ts';
import { unknownResponse } from '../buildOutcomeRecord.ts';
import { nothingToPay } from '../outcome.ts';
import type { PaymentProvider } from '../provider.ts';
import type { Unavailable } from '../result.ts';
import { createRecordOutcome, type RecordOutcomePorts } from './recordOutcome.ts';

export type CheckoutCommand = Omit<CheckoutRequest, 'checkoutId' | 'recoverAtMs'> & {
  /** The id of the HTTP request. It is stored with the response. */
  readonly requestId: string;
};

export type CheckoutSuccess = {
  readonly response: CheckoutResponse;
  /** True if the key already had this response. */
  readonly replayed: boolean;
};

export type CheckoutFailure =
  | Exclude<ClaimFailure, { kind: 'already_answered' }>
  /** The provider could not be reached and nothing was charged. The same key can be sent again. */
  | { readonly kind: 'payment_unavailable'; readonly reason: string }
  /** The database could not be reached before the charge, so nothing was charged. The same key can be sent again. */
  | Unavailable;

export type CheckOut = (command: CheckoutCommand) => Promise<Result<CheckoutSuccess, CheckoutFailure>>;

/** How many requests may share one statement, and how many may wait for it before more are refused. */
const limits = { batchMax: 128, waitingMax: 4096 };

/**
 * Runs a checkout: two short transactions (claim, record the outcome) with one charge between them. No transaction is
 * open during the call to the provider. If the process stops between them, recovery completes the checkout.
 *
 * A batch claims at most half of the open checkouts, so that many simultaneous requests form two groups: one is claimed
 * while the other's outcomes are recorded. In one group, this process and the database would wait for each other.
 */
export const createCheckOut = (
  ports: RecordOutcomePorts & { readonly provider: PaymentProvider },
  settings: { readonly reconcileAfterMs: number },
): CheckOut => {
  const { audits, provider, world } = ports;
  let openCheckouts = 0;
  const maxShare = () => Math.ceil(openCheckouts / 2);
  const claimCheckout = createResultBatcher(audits.claim, { ...limits, maxShare }, world);
  const recordOutcome = createRecordOutcome(ports, limits);

  const checkOut: CheckOut = async ({ requestId, ...command }) => {
    const nowMs = world.clock.nowMs();
    const checkoutId = world.ids.next(nowMs);
    const recoverAtMs = nowMs + settings.reconcileAfterMs;
    const claim = (await claimCheckout({ ...command, checkoutId, recoverAtMs })).andThen((result) => result);
    if (claim.isErr())
      return claim.error.kind === 'already_answered'
        ? ok({ response: claim.error.response, replayed: true })
        : err(claim.error);

    const { checkoutId: paymentId, amount, method } = claim.value;
    const outcome = amount.amount === 0 ? nothingToPay : await provider.charge({ paymentId, amount, method });
    const recorded = await recordOutcome(claim.value, outcome, requestId);

    const { applied, response } = recorded.unwrapOr({ applied: false, response: null });
    if (response !== null) return ok({ response, replayed: false });
    if (outcome.kind === 'unavailable' && applied)
      return err({ kind: 'payment_unavailable', reason: outcome.reason });
    // The outcome could not be recorded, and the charge may have succeeded. Recovery will record it. Until then the
    // customer must read that the payment is being confirmed, never that it failed.
    return ok({ response: unknownResponse(claim.value, requestId), replayed: false });
  };

  return async (command) => {
    openCheckouts++;
    try {
      return await checkOut(command);
    } finally {
      openCheckouts--;
    }
  };
};
