import { planStranded } from '../../core/strandedOrder.ts';
import type { World } from '../../core/world.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';
import { writeOrderChanges } from './writeRefund.ts';

/** Ends the pauses of a payment's orders that no refund will end. */
export const endStranded = (
  tables: Tables,
  writes: Writes,
  world: World,
  paymentId: string | null,
  nowMs: number,
): void => {
  const ids = [...tables.tasks.values()]
    .filter(({ state, checkoutId }) => state === 'paused' && checkoutId === paymentId)
    .flatMap(({ orderIds }) => orderIds)
    .toSorted();
  for (const id of paymentId === null ? [] : ids) {
    const refunds = [...tables.refunds.values()]
      .map(({ refund }) => refund)
      .filter((refund) => refund.paymentId === paymentId);
    const charged = rowOf(tables.payments, paymentId ?? '').payment.amount.amount;
    const changes = planStranded(rowOf(tables.orders, id).order, { charged, refunds }, nowMs);
    if (changes !== null) writeOrderChanges(tables, writes, world, id, changes, nowMs);
  }
};
