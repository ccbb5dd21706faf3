import type { CheckoutResponse, Claim, OutcomeRecord } from './audit.ts';
import { orderStatusAfter } from './order.ts';
import { outcomeChanges, type RecordedOutcome } from './outcome.ts';
import { pipelineFor } from './pipelines/index.ts';
import type { ChargeOutcome } from './provider.ts';
import type { World } from './world.ts';

/** What to write down for a claim whose charge came to `charged`. */
export const outcomeRecordOf = (
  claim: Claim,
  charged: ChargeOutcome,
  requestId: string,
  { clock, ids }: World,
): OutcomeRecord => {
  const nowMs = clock.nowMs();
  const { checkoutId, attempt } = claim;
  if (charged.kind === 'unavailable')
    return { checkoutId, attempt, outcome: { kind: 'released' }, response: null, tasks: [] };

  const tasks = outcomeChanges(charged).owesTasks
    ? claim.orders.map(({ id: orderId, product }) => ({
        id: ids.next(nowMs),
        orderId,
        pipeline: pipelineFor(product.type).name,
      }))
    : [];
  return {
    checkoutId,
    attempt,
    outcome: charged,
    response: answerOf(claim, charged, requestId, nowMs),
    tasks,
  };
};

/** The answer where the outcome is not known yet: the orders stay `paying`. */
export const unknownResponse = (claim: Claim, requestId: string): CheckoutResponse =>
  answerOf(claim, { kind: 'unknown', reason: 'not confirmed yet' }, requestId, null);

/** A `released` checkout has no answer: its key may be sent again. */
type Answerable = Exclude<RecordedOutcome, { readonly kind: 'released' }>;

const answerOf = (
  { checkoutId, amount, method, orders }: Claim,
  outcome: Answerable,
  requestId: string,
  nowMs: number | null,
): CheckoutResponse => {
  const { order: event, reference, declineCode, action } = outcomeChanges(outcome);
  const status = orderStatusAfter[event ?? 'claim'];
  const changedAtMs = event === null ? null : nowMs;
  return {
    status: outcome.kind,
    checkoutId,
    requestId,
    payment: { id: checkoutId, status: outcome.kind, amount, method, reference, declineCode, action },
    orders: orders.map((order) => ({ ...order, status, updatedAtMs: changedAtMs ?? order.updatedAtMs })),
  };
};
