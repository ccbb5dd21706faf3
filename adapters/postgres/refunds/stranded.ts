import type { Refund } from '../../../core/refund.ts';
import { type ChargeOfOrder, planStranded } from '../../../core/strandedOrder.ts';
import type { World } from '../../../core/world.ts';
import type { Transaction } from '../connection.ts';
import { type LockedOrder, lock, stale } from '../orders/lock.ts';
import { writeOrderChanges } from './write.ts';

/**
 * Ends the pauses that no refund will end, as `planStranded` decides. The caller's transaction holds these orders, and has
 * written its refunds. It sends nothing if no task was paused. Returns false if the orders must be locked again.
 */
export const endStranded = async (
  tx: Transaction,
  world: World,
  locked: readonly LockedOrder[],
  nowMs: number,
): Promise<boolean> => {
  for (const { order } of locked.filter(({ paused }) => paused)) {
    // What was written meanwhile may have changed the order or deleted its task.
    const current = await lock(tx, order.id);
    if (current === stale) return false;
    if (current === null || !current.paused) continue;
    const changes = planStranded(current.order, await readCharge(tx, current.order.checkoutId), nowMs);
    if (changes !== null) await writeOrderChanges(tx, world, current, changes, nowMs);
  }
  return true;
};

type Row = Pick<Refund, 'status'> & { readonly order_id: string | null } & Refund['amount'];

const readCharge = async (tx: Transaction, paymentId: string | null): Promise<ChargeOfOrder> => {
  const [[payment], refunds] = await Promise.all([
    tx<{ amount: number }[]>`select amount from payment where id = ${paymentId}`,
    tx<Row[]>`select order_id, status, amount, currency from refund where payment_id = ${paymentId}`,
  ]);
  if (payment === undefined) throw new Error(`the payment ${paymentId} of a refunded order does not exist`);
  return {
    charged: payment.amount,
    refunds: refunds.map(({ order_id: orderId, status, ...amount }) => ({ orderId, status, amount })),
  };
};
