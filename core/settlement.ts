import type { CheckoutAnswer, Claim, Settlement } from './audit.ts';
import type { OrderStatus } from './order.ts';
import type { ChargeOutcome, Payment } from './payment.ts';
import { pipelineFor } from './pipelines.ts';
import type { World } from './world.ts';

/** What to write down for a claim whose charge came to `outcome`. */
export const settlementOf = (
  claim: Claim,
  outcome: ChargeOutcome,
  requestId: string,
  { clock, ids }: World,
): Settlement => {
  const nowMs = clock.nowMs();
  const { checkoutId, attempt } = claim;
  const answered = (status: OrderStatus, payment: PaymentPart) =>
    answerOf(claim, requestId, nowMs, status, payment);

  switch (outcome.kind) {
    case 'succeeded': {
      const answer = answered('paid', { status: 'succeeded', reference: outcome.reference });
      const tasks = claim.orders.map((order) => ({
        id: ids.next(nowMs),
        orderId: order.id,
        pipeline: pipelineFor(order.product.type).name,
      }));
      return { checkoutId, attempt, outcome, answer, tasks };
    }
    case 'declined': {
      const answer = answered('pending', { status: 'declined', declineCode: outcome.declineCode });
      return { checkoutId, attempt, outcome, answer, tasks: [] };
    }
    case 'requires_action': {
      const { reference, action } = outcome;
      const answer = answerOf(claim, requestId, null, 'paying', { status: outcome.kind, reference, action });
      return { checkoutId, attempt, outcome, answer, tasks: [] };
    }
    case 'cancelled':
      return {
        checkoutId,
        attempt,
        outcome,
        answer: answered('pending', { status: 'cancelled' }),
        tasks: [],
      };
    case 'unavailable':
      return { checkoutId, attempt, outcome: { kind: 'released' }, answer: null, tasks: [] };
    case 'unknown':
      return { checkoutId, attempt, outcome, answer: unconfirmed(claim, requestId), tasks: [] };
  }
};

/** What the history of an order says of the outcome, beside the status that it left behind. */
export const historyDetail = (outcome: Settlement['outcome']): string | null => {
  switch (outcome.kind) {
    case 'declined':
      return `declined: ${outcome.declineCode}`;
    case 'cancelled':
      return 'cancelled';
    case 'released':
      return 'payment unavailable';
    case 'succeeded':
    case 'requires_action':
    case 'unknown':
      return null;
  }
};

/** The answer where the outcome is not known yet: the orders stay `paying`. */
export const unconfirmed = (claim: Claim, requestId: string): CheckoutAnswer =>
  answerOf(claim, requestId, null, 'paying', { status: 'unknown' });

type PaymentPart = Partial<Payment> & { readonly status: CheckoutAnswer['status'] };

const answerOf = (
  { checkoutId, amount, method, orders }: Claim,
  requestId: string,
  changedAtMs: number | null,
  status: OrderStatus,
  payment: PaymentPart,
): CheckoutAnswer => ({
  status: payment.status,
  checkoutId,
  requestId,
  payment: { id: checkoutId, amount, method, reference: null, declineCode: null, action: null, ...payment },
  orders: orders.map((order) => ({ ...order, status, updatedAtMs: changedAtMs ?? order.updatedAtMs })),
});
