import { type PaymentStatus, paymentStatusAfter } from '../../../core/payment.ts';
import type { Connection } from '../connection.ts';
import type { LockedOrder, OrderLock } from '../orders/lock.ts';

type Row = { readonly status: PaymentStatus; readonly orderIds: string };

/** Reads the orders that a payment has paid for, by id. None for a late charge. Runs in the caller's transaction. */
export const createReadPaidOrders = ({ client }: Connection, orders: OrderLock) => {
  const paymentById = client.prepare<[string], Row>(
    'select p.status, a.order_ids as orderIds from payment p join audit a on a.id = p.id where p.id = ?',
  );
  return (paymentId: string): readonly LockedOrder[] => {
    const payment = paymentById.get(paymentId);
    const ids: string[] = payment?.status === paymentStatusAfter.succeed ? JSON.parse(payment.orderIds) : [];
    return ids
      .toSorted()
      .flatMap((id) => orders.read(id) ?? [])
      .filter(({ order }) => order.checkoutId === paymentId);
  };
};
