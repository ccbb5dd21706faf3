import { err, ok, type Result } from 'neverthrow';
import type { CheckoutRequest, CheckoutResponse, ClaimFailure } from '../audit.ts';
import { createResultBatcher } from '../batch.ts';
import { unknownResponse } from '../outcomeRecord.ts';
import type { PaymentProvider } from '../provider.ts';
import type { Unavailable } from '../result.ts';
import { createRecordOutcome, type RecordOutcomePorts } from './recordOutcome.ts';

export type CheckoutCommand = Omit<CheckoutRequest, 'checkoutId' | 'reconcileAtMs'> & {
  /** Of the request that asks, kept with its answer. */
  readonly requestId: string;
};

export type CheckoutSuccess = {
  readonly response: CheckoutResponse;
  /** True where the key had been answered before, and this is that answer. */
  readonly replayed: boolean;
};

export type CheckoutFailure =
  | Exclude<ClaimFailure, { kind: 'already_answered' }>
  | { readonly kind: 'payment_unavailable'; readonly reason: string }
  | Unavailable;

export type CheckOut = (command: CheckoutCommand) => Promise<Result<CheckoutSuccess, CheckoutFailure>>;

/** How many requests may share one statement, and how many may wait for it before more are refused. */
const limits = { batchMax: 128, waitingMax: 4096 };

/**
 * Two short transactions around one charge: claim, charge, settle. No transaction is open while the provider
 * is asked. What a crash leaves between them is rolled forward by the reconciler.
 *
 * A batch claims at most half of the checkouts that are here, so that a crowd goes in two groups: one is claimed
 * while the other is settled. In one group all of us would wait for the database, and then it for us.
 */
export const createCheckOut = (
  ports: RecordOutcomePorts & { readonly provider: PaymentProvider },
  settings: { readonly reconcileAfterMs: number },
): CheckOut => {
  const { audits, provider, world } = ports;
  let open = 0;
  const claim = createResultBatcher(audits.claim, { ...limits, maxShare: () => Math.ceil(open / 2) }, world);
  const settle = createRecordOutcome(ports, limits);

  const pay: CheckOut = async ({ requestId, ...command }) => {
    const nowMs = world.clock.nowMs();
    const checkoutId = world.ids.next(nowMs);
    const reconcileAtMs = nowMs + settings.reconcileAfterMs;
    const claimed = (await claim({ ...command, checkoutId, reconcileAtMs })).andThen((each) => each);
    if (claimed.isErr()) {
      const failure = claimed.error;
      return failure.kind === 'already_answered'
        ? ok({ response: failure.response, replayed: true })
        : err(failure);
    }

    const { checkoutId: paymentId, amount, method } = claimed.value;
    const outcome = await provider.charge({ paymentId, amount, method });
    const settled = await settle(claimed.value, outcome, requestId);

    const stands = settled.isOk() ? settled.value : { applied: false, response: null };
    if (stands.response !== null) return ok({ response: stands.response, replayed: false });
    if (outcome.kind === 'unavailable' && stands.applied)
      return err({ kind: 'payment_unavailable', reason: outcome.reason });
    // The money may have moved and the claim stands. Whatever kept us from writing the outcome down, the
    // reconciler will; the customer hears that it is being confirmed, never that it failed.
    return ok({ response: unknownResponse(claimed.value, requestId), replayed: false });
  };

  return async (command) => {
    open++;
    try {
      return await pay(command);
    } finally {
      open--;
    }
  };
};
