import type { CheckoutAnswer, Claim, Settlement } from './audit.ts';
import { orderStatusAfter } from './order.ts';
import { outcomeChanges, type RecordedOutcome } from './outcome.ts';
import type { ChargeOutcome } from './payment.ts';
import { pipelineFor } from './pipelines/index.ts';
import type { World } from './world.ts';

/** What to write down for a claim whose charge came to `charged`. */
export const settlementOf = (
  claim: Claim,
  charged: ChargeOutcome,
  requestId: string,
  { clock, ids }: World,
): Settlement => {
  const nowMs = clock.nowMs();
  const { checkoutId, attempt } = claim;
  if (charged.kind === 'unavailable')
    return { checkoutId, attempt, outcome: { kind: 'released' }, answer: null, tasks: [] };

  const tasks = outcomeChanges(charged).owesTasks
    ? claim.orders.map(({ id: orderId, product }) => ({
        id: ids.next(nowMs),
        orderId,
        pipeline: pipelineFor(product.type).name,
      }))
    : [];
  return { checkoutId, attempt, outcome: charged, answer: answerOf(claim, charged, requestId, nowMs), tasks };
};

/** The answer where the outcome is not known yet: the orders stay `paying`. */
export const unconfirmed = (claim: Claim, requestId: string): CheckoutAnswer =>
  answerOf(claim, { kind: 'unknown', reason: 'not confirmed yet' }, requestId, null);

/** A `released` checkout has no answer: its key may be sent again. */
type Answerable = Exclude<RecordedOutcome, { readonly kind: 'released' }>;

const answerOf = (
  { checkoutId, amount, method, orders }: Claim,
  outcome: Answerable,
  requestId: string,
  nowMs: number | null,
): CheckoutAnswer => {
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
