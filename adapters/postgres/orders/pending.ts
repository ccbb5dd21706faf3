import { err, type Result } from 'neverthrow';
import { customersOf, judgePendingOrder, ordersToCount } from '../../../core/limits.ts';
import { initialOrderStatus, type Order, type OrderFailure, type OrderRequest } from '../../../core/order.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Sql, Transaction } from '../connection.ts';
import { place } from './place.ts';

/**
 * Places the orders whose customers may have another pending one. Each request of a batch counts for the next ones,
 * also if it fails for another reason. Without a limit nothing is read.
 */
export const placeWithinLimit = async (
  sql: Sql | Transaction,
  requests: readonly OrderRequest[],
  nowMs: number,
  pendingMax: number,
): Promise<readonly Result<Order, OrderFailure>[]> => {
  if (pendingMax === 0) return place(sql, requests, nowMs);
  const pending = await countPending(sql, customersOf(requests), pendingMax);
  const verdicts = requests.map(({ customerId }) => {
    const count = pending.get(customerId) ?? 0;
    pending.set(customerId, count + 1);
    return judgePendingOrder(count, pendingMax);
  });
  const allowed = requests.filter((_, index) => verdicts[index]?.isOk());
  const placed = (await place(sql, allowed, nowMs)).values();
  return verdicts.flatMap((verdict) => (verdict.isErr() ? err(verdict.error) : (placed.next().value ?? [])));
};

/** Each order is found by its key: `limit 1` keeps the planner from reading all orders. */
const countPending = async (
  sql: Sql | Transaction,
  customerIds: readonly string[],
  pendingMax: number,
): Promise<Map<string, number>> => {
  if (customerIds.length === 0) return new Map();
  const rows = await sql<{ customer_id: string; pending: number }[]>`
    select c.customer_id, n.pending from unnest(${[...customerIds]}::text[]) as c(customer_id)
    cross join lateral (
      select count(*) as pending from (
        select order_id from order_search s where s.customer_id = c.customer_id
        order by order_id desc limit ${ordersToCount(pendingMax)}
      ) s
      cross join lateral (select status from orders where id = s.order_id limit 1) o
      where o.status = ${sql.unsafe(quoted(initialOrderStatus))}
    ) n`;
  return new Map(rows.map(({ customer_id, pending }) => [customer_id, pending]));
};
