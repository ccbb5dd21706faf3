import { err, ok, type Result } from 'neverthrow';
import type {
  Audits,
  Checkout,
  CheckoutRequest,
  CheckoutResponse,
  Claim,
  ClaimFailure,
  RowsHeld,
} from '../audit.ts';
import { createResultBatcher } from '../batcher.ts';
import { unknownResponse } from '../buildOutcomeRecord.ts';
import { rowsHeld } from '../heldRows.ts';
import type { CheckoutLimits } from '../limits.ts';
import { nothingToPay } from '../outcome.ts';
import type { PaymentProvider } from '../provider.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import { type ClaimLost, createClaimAlone } from './claimAlone.ts';
import { createFindLostClaim, type LostClaimFailure } from './lostClaim.ts';
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
  | Exclude<ClaimFailure, { kind: 'already_answered' | 'response_dropped' }>
  /** The provider could not be reached and nothing was charged. The same key can be sent again. */
  | { readonly kind: 'payment_unavailable'; readonly reason: string }
  | LostClaimFailure;

/** The key is spent, and its response is gone: the checkout as it is now. Nothing was done. */
export type ResponseDropped = { readonly kind: 'response_dropped'; readonly checkout: Checkout };

export type CheckOut = (
  command: CheckoutCommand,
) => Promise<Result<CheckoutSuccess, CheckoutFailure | ResponseDropped>>;

/** A batch that failed was sent. A request that found too many others waiting was not, and stays `unavailable`. */
const claimAll = async (
  audits: Audits,
  requests: readonly CheckoutRequest[],
  nowMs: number,
  checkoutLimits: CheckoutLimits,
): Promise<readonly Result<Claim, ClaimFailure | RowsHeld | ClaimLost>[]> => {
  const claims = await audits.claim(requests, nowMs, checkoutLimits);
  if (claims.isOk()) return claims.value;
  const { error } = claims;
  return requests.map(() => err(error.rowsHeld === true ? rowsHeld : { kind: 'claim_lost', lost: error }));
};

const findDropped = async (audits: Audits, checkoutId: string): AsyncResult<never, ResponseDropped> =>
  (await audits.find(checkoutId)).andThen((checkout) => {
    if (checkout === null) throw new Error(`there is no checkout ${checkoutId}`);
    return err({ kind: 'response_dropped' as const, checkout });
  });

/** How many requests may share one statement, and how many may wait for it before more are refused. */
const limits = { batchMax: 128, waitingMax: 4_096 };

/**
 * Runs a checkout: two short transactions (claim, record the outcome) with one charge between them. No transaction is
 * open during the call to the provider. If the process stops between them, recovery completes the checkout.
 *
 * A batch claims at most half of the open checkouts, so that many simultaneous requests form two groups: one is claimed
 * while the other's outcomes are recorded. In one group, this process and the database would wait for each other.
 */
export const createCheckOut = (
  ports: RecordOutcomePorts & { readonly provider: PaymentProvider },
  settings: { readonly reconcileAfterMs: number } & Partial<CheckoutLimits>,
): CheckOut => {
  const { audits, provider, world } = ports;
  const { declinesMax = 0, challengesMax = 0 } = settings;
  const checkoutLimits = { declinesMax, challengesMax };
  let openCheckouts = 0;
  const maxShare = () => Math.ceil(openCheckouts / 2);
  const claimCheckout = createResultBatcher(
    async (requests: readonly CheckoutRequest[], nowMs: number) =>
      ok(await claimAll(audits, requests, nowMs, checkoutLimits)),
    { ...limits, maxShare },
    world,
  );
  const claimAlone = createClaimAlone(ports, checkoutLimits);
  const findLostClaim = createFindLostClaim(ports);
  const recordOutcome = createRecordOutcome(ports, limits);

  // One function, and not one around another: each that waits for the provider is memory of every open checkout.
  return async ({ requestId, ...command }) => {
    openCheckouts++;
    try {
      const nowMs = world.clock.nowMs();
      const checkoutId = world.ids.next(nowMs);
      const recoverAtMs = nowMs + settings.reconcileAfterMs;
      const request = { ...command, checkoutId, recoverAtMs, traceparent: world.traceparent() };
      const batched = (await claimCheckout(request)).andThen((result) => result);
      const claim: Result<Claim, ClaimFailure | ClaimLost | Unavailable> = batched.isErr()
        ? batched.error.kind === 'rows_held'
          ? await claimAlone(request)
          : err(batched.error)
        : ok(batched.value);
      if (claim.isErr()) {
        const failure = claim.error;
        if (failure.kind === 'already_answered') return ok({ response: failure.response, replayed: true });
        if (failure.kind === 'response_dropped') return findDropped(audits, failure.checkoutId);
        if (failure.kind !== 'claim_lost') return err(failure);
        const found = await findLostClaim(command, requestId, failure.lost);
        return found.map((response) => ({ response, replayed: false }));
      }

      const { checkoutId: paymentId, amount, method } = claim.value;
      const outcome =
        amount.amount === 0 ? nothingToPay : await provider.charge({ paymentId, amount, method });
      const recorded = await recordOutcome(claim.value, outcome, requestId);

      const { applied, response } = recorded.unwrapOr({ applied: false, response: null });
      if (response !== null) return ok({ response, replayed: false });
      if (outcome.kind === 'unavailable' && applied)
        return err({ kind: 'payment_unavailable', reason: outcome.reason });
      // The outcome could not be recorded, and the charge may have succeeded. Recovery will record it. Until then the
      // customer must read that the payment is being confirmed, never that it failed.
      return ok({ response: unknownResponse(claim.value, requestId), replayed: false });
    } finally {
      openCheckouts--;
    }
  };
};
