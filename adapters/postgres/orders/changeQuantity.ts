import { err, ok } from 'neverthrow';
import type { Order, Orders } from '../../../core/order.ts';
import { judgeQuantity, quantityChangedState } from '../../../core/orderChange.ts';
import type { Sql, Transaction } from '../connection.ts';
import { appendHistory, withLockedOrder } from './lock.ts';

/**
 * See `Orders.changeQuantity`. The history row raises the order's `seq`, so a claim that has read the old quantity does
 * not write, and judges again.
 */
export const changeQuantity = async (
  sql: Sql,
  change: Parameters<Orders['changeQuantity']>[0],
  nowMs: number,
): ReturnType<Orders['changeQuantity']> => {
  const changed = await withLockedOrder(sql, change.orderId, async (tx, locked) => {
    const verdict = judgeQuantity(locked?.order ?? null, change, nowMs);
    if (verdict.isErr()) return err(verdict.error);
    const { order, historyDetail } = verdict.value;
    if (locked !== null && historyDetail !== null) {
      const row = { state: quantityChangedState, detail: historyDetail };
      await Promise.all([write(tx, order), appendHistory(tx, locked, [row], nowMs).written]);
    }
    return ok(order);
  });
  return changed.andThen((outcome) => outcome);
};

const write = (tx: Transaction, { id, quantity, total, updatedAtMs }: Order) =>
  tx`
    update orders set quantity = ${quantity}, amount = ${total.amount}, updated_ms = ${updatedAtMs}
    where id = ${id}`.execute();
