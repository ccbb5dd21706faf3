import type { CheckoutResponse } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';

/**
 * The stored part of a response: the fields of the payment and the orders that can change later. The other fields never
 * change, and they would be most of what a checkout writes. The types list the fields that are left out, so a new field
 * is stored unless it is added to them.
 */
export type StoredResponse = Pick<CheckoutResponse, 'status' | 'requestId'> &
  Omit<Payment, 'id' | 'status' | 'amount' | 'method'> & {
    /** In the order of the request. */
    readonly orders: readonly Omit<Order, ConstantOrderField | 'disputed'>[];
  };

type ConstantOrderField = 'id' | 'customerId' | 'product' | 'quantity' | 'total' | 'createdAtMs';

export const storedResponseOf = ({
  status,
  requestId,
  payment,
  orders,
}: CheckoutResponse): StoredResponse => ({
  status,
  requestId,
  reference: payment.reference,
  declineCode: payment.declineCode,
  action: payment.action,
  orders: orders.map((order) => ({
    status: order.status,
    checkoutId: order.checkoutId,
    updatedAtMs: order.updatedAtMs,
  })),
});

/**
 * The original response, field by field.
 *
 * @param payment the payment as it is now
 * @param orders the orders as they are now, in the order of the request
 */
export const responseFrom = (
  { status, requestId, orders: storedOrders, ...storedPayment }: StoredResponse,
  payment: Payment,
  orders: readonly Order[],
): CheckoutResponse => ({
  status,
  checkoutId: payment.id,
  requestId,
  payment: { ...payment, ...storedPayment, status },
  // A response is older than every dispute of its charge.
  orders: orders.map((order, index) => ({ ...order, disputed: false, ...storedOrders[index] })),
});
