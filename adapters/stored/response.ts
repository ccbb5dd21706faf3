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
    readonly orders: readonly (Omit<Order, ConstantOrderField | PendingOrderField | 'number' | 'disputed'> &
      Partial<Pick<Order, PendingOrderField>>)[];
  };

type ConstantOrderField = 'id' | 'customerId' | 'product' | 'expiresAtMs' | 'createdAtMs';

/** They change only while the order is pending. So those of a paid order never change, and are left out. */
type PendingOrderField = 'quantity' | 'total';

/**
 * What is left of a response after `KEEP_ANSWERS_DAYS`: a row that says that there was one. The release 0.2.0 reads it as
 * a response without stored fields, and so sends the first status with the checkout as it is now.
 */
type DroppedResponse = Pick<StoredResponse, 'status'> & {
  readonly requestId?: undefined;
  readonly orders: readonly [];
};

/** What `response` becomes. `status` is that of the stored response and not of the payment. */
export const droppedResponseSql = {
  postgres: `json_build_object('status', p.response -> 'status', 'orders', json_build_array())`,
  sqlite: `json_object('status', response ->> 'status', 'orders', json_array())`,
} as const;

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
    ...(status === 'succeeded' ? {} : { quantity: order.quantity, total: order.total }),
  })),
});

/**
 * The original response, field by field, or `dropped`.
 *
 * @param number the number of the checkout
 * @param payment the payment as it is now
 * @param orders the orders as they are now, in the order of the request
 */
export const responseFrom = (
  stored: StoredResponse | DroppedResponse,
  number: string,
  payment: Payment,
  orders: readonly Order[],
): CheckoutResponse | 'dropped' => {
  if (stored.requestId === undefined) return 'dropped';
  const { status, requestId, orders: storedOrders, ...storedPayment } = stored;
  return {
    status,
    checkoutId: payment.id,
    number,
    requestId,
    payment: { ...payment, ...storedPayment, status },
    // A response is older than every dispute of its charge.
    orders: orders.map((order, index) => ({ ...order, number, disputed: false, ...storedOrders[index] })),
  };
};
