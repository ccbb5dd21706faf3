import type { CheckoutResponse } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';

/**
 * What is stored of an answer: that which its payment and its orders may not say any more when it is told again.
 * All the rest of them never changes, and would be most of what a checkout writes. Every field is stored but those
 * named here, so that a new one is forgotten by nobody.
 */
export type StoredResponse = Pick<CheckoutResponse, 'status' | 'requestId'> &
  Omit<Payment, 'id' | 'status' | 'amount' | 'method'> & {
    /** In the order of the cart. */
    readonly orders: readonly Omit<Order, ConstantOrderField>[];
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

/** The answer again, to the word. `payment` and `orders`, in the order of the cart, are as they are now. */
export const responseFrom = (
  { status, requestId, orders: kept, ...told }: StoredResponse,
  payment: Payment,
  orders: readonly Order[],
): CheckoutResponse => ({
  status,
  checkoutId: payment.id,
  requestId,
  payment: { ...payment, ...told, status },
  orders: orders.map((order, index) => ({ ...order, ...kept[index] })),
});
