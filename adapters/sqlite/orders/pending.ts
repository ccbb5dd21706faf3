import type { Result } from 'neverthrow';
import { judgePendingOrder, ordersToCount } from '../../../core/limits.ts';
import { initialOrderStatus, type Order, type OrderFailure, type OrderRequest } from '../../../core/order.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createPlaceOrder } from './place.ts';

/** Places an order whose customer may have another pending one. Runs in the caller's transaction. */
export const createPlaceWithinLimit = (connection: Connection) => {
  const placeOrder = createPlaceOrder(connection);
  const countPending = connection.client
    .prepare<[string, number], number>(
      `select count(*) from (select status from orders where customer_id = ? order by position desc limit ?)
       where status = ${quoted(initialOrderStatus)}`,
    )
    .pluck();
  return (request: OrderRequest, nowMs: number, pendingMax: number): Result<Order, OrderFailure> => {
    if (pendingMax === 0) return placeOrder(request, nowMs);
    const pending = countPending.get(request.customerId, ordersToCount(pendingMax)) ?? 0;
    return judgePendingOrder(pending, pendingMax).andThen(() => placeOrder(request, nowMs));
  };
};
