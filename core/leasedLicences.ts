import type { Order } from './order.ts';
import type { LeasedOrder } from './queue.ts';

/** The most licence keys that a mail lists, and that the lease of a task has. An order may have a million. */
export const mailedKeysMax = 500;

/** `keysOf` returns the first keys of an order, at most so many. */
export const leaseOrders = (
  orders: readonly Order[],
  keysOf: (orderId: string, most: number) => readonly string[],
): readonly LeasedOrder[] => {
  let room = mailedKeysMax;
  return orders.map((order) => {
    // One more shows that there are others.
    const found = keysOf(order.id, room + 1);
    const licences = found.slice(0, room);
    room -= licences.length;
    return found.length === licences.length
      ? { order, licences }
      : { order, licences, licenceCount: order.quantity };
  });
};
