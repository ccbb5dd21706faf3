import { nextOrderStatus, type Order } from './order.ts';
import { countedRefundStatuses, openRefundStatuses, type Refund, type RefundOrderChanges } from './refund.ts';

/** The rows that decide whether the pause of an order can still end. The adapter reads them under the order's lock. */
export type ChargeOfOrder = {
  /** The amount of the payment. */
  readonly charged: number;
  /** All refunds of the payment. */
  readonly refunds: readonly Pick<Refund, 'orderId' | 'status' | 'amount'>[];
};

/**
 * A refund of all that was left has paused the order's task. The order can stay paid all the same: another refund of its
 * charge has failed meanwhile, or the bank has taken the rest. Nothing would end the pause then, so the task fails: an
 * operator can retry it, or refund the rest.
 *
 * Null if the pause can still end: a refund of the order is open, or nothing of the charge stays paid and the rest of the
 * order is in a refund that has no order yet.
 */
export const planStranded = (
  order: Pick<Order, 'id' | 'status' | 'total'>,
  { charged, refunds }: ChargeOfOrder,
  nowMs: number,
): RefundOrderChanges | null => {
  const counted = refunds.filter(({ status }) => countedRefundStatuses.includes(status));
  const own = counted.filter(({ orderId }) => orderId === order.id);
  if (own.some(({ status }) => openRefundStatuses.includes(status))) return null;
  const isUnassigned = counted.some(({ orderId }) => orderId === null);
  const isChargeGone = sumOf(counted) >= charged;
  if (isUnassigned && isChargeGone && sumOf(own) < order.total.amount) return null;
  const status = nextOrderStatus(order.status, 'fail');
  return {
    history: status === null ? [] : [{ state: status, detail: strandedError }],
    status,
    task: { kind: 'fail', lastError: strandedError, runAtMs: nowMs },
  };
};

/** For people: what the task says. */
export const strandedError = 'its refunds have ended, but the order is not refunded';

const sumOf = (refunds: ChargeOfOrder['refunds']): number =>
  refunds.reduce((sum, { amount }) => sum + amount.amount, 0);
