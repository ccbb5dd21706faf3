import type { CheckoutResponse, Claim, OutcomeRecord } from './audit.ts';
import { groupOrders } from './group.ts';
import { isExpired, type Order, orderStatusAfter } from './order.ts';
import { type nothingToPay, outcomeChanges, type RecordedOutcome } from './outcome.ts';
import { paymentStatusAfter } from './payment.ts';
import { pipelineFor } from './pipelines/index.ts';
import type { ChargeOutcome } from './provider.ts';
import type { World } from './world.ts';

/**
 * Builds the record that `Audits.recordOutcomes` stores for a charge: the outcome, the response to the customer, and a
 * task for each group of orders that are now paid. `requestId` is that of the HTTP request, for the response.
 */
export const buildOutcomeRecord = (
  claim: Claim,
  charged: ChargeOutcome | typeof nothingToPay,
  requestId: string,
  { clock, ids, traceparent }: World,
): OutcomeRecord => {
  const nowMs = clock.nowMs();
  const { checkoutId, attempt } = claim;
  if (charged.kind === 'unavailable')
    return {
      checkoutId,
      attempt,
      outcome: { kind: 'released' },
      response: null,
      tasks: [],
      traceparent: traceparent(),
    };

  const tasks = outcomeChanges(charged).createsTasks
    ? groupOrders(claim.orders).map(({ type, orderIds }) => ({
        id: ids.next(nowMs),
        orderIds,
        pipeline: pipelineFor(type).name,
      }))
    : [];
  return {
    checkoutId,
    attempt,
    outcome: charged,
    response: responseOf(claim, charged, requestId, nowMs),
    tasks,
    traceparent: traceparent(),
  };
};

/** The response if the outcome is not known yet. The orders stay `paying`. */
export const unknownResponse = (claim: Claim, requestId: string): CheckoutResponse =>
  responseOf(claim, { kind: 'unknown', reason: 'not confirmed yet' }, requestId, null);

/** A `released` checkout gets no response, because its key may be sent again. */
type OutcomeWithResponse = Exclude<RecordedOutcome, { readonly kind: 'released' }>;

const responseOf = (
  { checkoutId, number, amount, method, orders }: Claim,
  outcome: OutcomeWithResponse,
  requestId: string,
  nowMs: number | null,
): CheckoutResponse => {
  const { order: event, reference, declineCode, action } = outcomeChanges(outcome);
  const statusOf = (order: Order) =>
    event === 'release' && nowMs !== null && isExpired(order, nowMs)
      ? orderStatusAfter.cancel
      : orderStatusAfter[event ?? 'claim'];
  const changedAtMs = event === null ? null : nowMs;
  const paymentStatus = outcome.kind === 'processing' ? paymentStatusAfter.submit : outcome.kind;
  return {
    status: paymentStatus,
    checkoutId,
    number,
    requestId,
    payment: { id: checkoutId, status: paymentStatus, amount, method, reference, declineCode, action },
    orders: orders.map((order) => ({
      ...order,
      status: statusOf(order),
      updatedAtMs: changedAtMs ?? order.updatedAtMs,
    })),
  };
};
