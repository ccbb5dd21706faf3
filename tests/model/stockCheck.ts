import { failedOrderStatuses, type StockSlice, unfinishedOrderStatuses } from '../../core/ledger.ts';
import { orderStatusAfter } from '../../core/order.ts';
import { ordersThatLeak, productsThatDiffer } from '../../core/stockCheck.ts';
import { isGoneByService } from './references.ts';
import type { Tables, Writes } from './tables.ts';

const reservedStatuses: ReadonlySet<string> = new Set([
  ...[orderStatusAfter.claim, ...unfinishedOrderStatuses, ...failedOrderStatuses],
]);

/** See `Ledger.compareStock`. It compares everything at once, from what the orders themselves hold. */
export const compareStock = (tables: Tables, writes: Writes, nowMs: number): StockSlice => {
  const reserved = new Map<string, number>();
  for (const { order, held } of tables.orders.values())
    if (reservedStatuses.has(order.status))
      reserved.set(order.product.id, (reserved.get(order.product.id) ?? 0) + held);
  const products = [...tables.stocks].map(([productId, { delivered, units }]) => ({
    productId,
    delivered,
    units,
    reserved: reserved.get(productId) ?? 0,
    sold: tables.soldUnits.get(productId) ?? 0,
  }));
  const unreturned = new Set(
    [...tables.refunds.values()].flatMap(({ refund }) => (refund.restock === false ? [refund.orderId] : [])),
  );
  const holding = Array.from(tables.orders.values(), ({ order: { id, status }, held }) => ({
    orderId: id,
    status,
    held,
    keeps:
      tables.shipments.has(id) ||
      tables.licences.has(id) ||
      isGoneByService(tables, id) ||
      unreturned.has(id),
  }));
  const found = [...productsThatDiffer(products), ...ordersThatLeak(holding)];
  const ids = new Set(found.map(({ id }) => id));
  for (const id of tables.stockDifferences.keys())
    if (!ids.has(id)) writes.remove(tables.stockDifferences, id);
  for (const difference of found) {
    const sinceMs = tables.stockDifferences.get(difference.id)?.sinceMs ?? nowMs;
    writes.set(tables.stockDifferences, difference.id, { ...difference, sinceMs });
  }
  return { afterProductId: null, afterOrderId: null };
};
