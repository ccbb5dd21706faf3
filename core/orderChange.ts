import { err, ok, type Result } from 'neverthrow';
import { orderAmountMax } from './money.ts';
import {
  initialOrderStatus,
  isExpired,
  type Order,
  type OrderFailure,
  orderStatusAfter,
  type QuantityChange,
} from './order.ts';

/** The state in an order's history after a change of its quantity. */
export const quantityChangedState = 'quantity_changed';

/** An order with a new quantity, and the detail of its history row. Null if the quantity is the old one. */
export type ChangedQuantity = { readonly order: Order; readonly historyDetail: string | null };

/**
 * Decides a change of the quantity. The price of a unit stays as it was when the order was placed. An order that has
 * expired counts as cancelled.
 */
export const judgeQuantity = (
  order: Order | null,
  { customerId, quantity }: QuantityChange,
  nowMs: number,
): Result<ChangedQuantity, OrderFailure> => {
  if (order?.customerId !== customerId) return err({ kind: 'not_found' });
  if (order.status !== initialOrderStatus) return err({ kind: 'order_not_pending', status: order.status });
  if (isExpired(order, nowMs)) return err({ kind: 'order_not_pending', status: orderStatusAfter.cancel });
  if (order.quantity === quantity) return ok({ order, historyDetail: null });
  const { amount, currency } = order.total;
  const total = { amount: (amount / order.quantity) * quantity, currency };
  if (total.amount > orderAmountMax) return err({ kind: 'amount_too_large' });
  return ok({
    order: { ...order, quantity, total, updatedAtMs: nowMs },
    historyDetail: `${order.quantity} → ${quantity}`,
  });
};
