import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../../../core/activity.ts';
import {
  adoptedKey,
  type ChargeSnapshot,
  isAdopted,
  judgeAssignment,
  planAdoption,
  type RefundPart,
  type StoredRefund,
} from '../../../core/adoptRefunds.ts';
import { refundTarget } from '../../../core/judgeRefund.ts';
import { planRedistribution, redistributedReason } from '../../../core/redistributeRefunds.ts';
import {
  type AssignmentFailure,
  countedRefundStatuses,
  type FinishedRefund,
  type Refund,
  type Refunds,
} from '../../../core/refund.ts';
import type { World } from '../../../core/world.ts';
import { isOneOf } from '../../stored/statuses.ts';
import type { WriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import type { OrderLock } from '../orders/lock.ts';
import type { FinishRefund } from './finish.ts';
import { createReadPaidOrders } from './paidOrders.ts';
import { type RefundRow, refundOf, selectRefunds } from './read.ts';
import type { EndStranded } from './stranded.ts';

/** See `Refunds.adopt`, `assign`, `finish` and `failAdopted`. Each runs in the caller's transaction. */
export const createAdoptedRefunds = (
  connection: Connection,
  world: World,
  orders: OrderLock,
  finish: FinishRefund,
  endStranded: EndStranded,
  writeActivity: WriteActivity,
) => {
  const { client } = connection;
  const writeParts = createWriteParts(connection, finish);
  const byPayment = client.prepare<[string], RefundRow>(
    `${selectRefunds} where r.payment_id = ? order by r.id`,
  );
  const byId = client.prepare<[string], RefundRow>(`${selectRefunds} where r.id = ?`);
  const byReference = client.prepare<[string], RefundRow>(
    `${selectRefunds} where r.reference = ? order by r.id`,
  );
  const readPaidOrders = createReadPaidOrders(connection, orders);
  // The `+` keeps SQLite from using the index on status: an order has few refunds, a status many.
  const countedOf = client
    .prepare<[string], number>(
      `select coalesce(sum(amount), 0) from refund
       where order_id = ? and ${isOneOf('+status', countedRefundStatuses)}`,
    )
    .pluck();

  const readCharge = (paymentId: string): ChargeSnapshot => ({
    paymentId,
    orders: readPaidOrders(paymentId).map(({ order }) => order),
    refunds: byPayment.all(paymentId).map(storedRefundOf),
  });

  const fail = (refundId: string, reason: string, nowMs: number): boolean =>
    finish({ refundId, outcome: { kind: 'failed', reason } }, nowMs);

  /** All of these fail before anything is shared out again. */
  const failAll = (rows: readonly RefundRow[], reason: string, nowMs: number): number => {
    const failed = rows.filter(({ id }) => fail(id, reason, nowMs));
    for (const paymentId of new Set(failed.flatMap((row) => row.paymentId ?? []))) {
      const { replaced, parts } = planRedistribution(
        readCharge(paymentId),
        () => world.ids.next(nowMs),
        nowMs,
      );
      for (const id of replaced) fail(id, redistributedReason, nowMs);
      writeParts(parts, nowMs);
      endStranded(paymentId, nowMs);
    }
    return failed.length;
  };

  return {
    adopt: ({ paymentId, refunds, createId }: Parameters<Refunds['adopt']>[0], nowMs: number): number => {
      const parts = planAdoption(readCharge(paymentId), refunds, createId, nowMs);
      writeParts(parts, nowMs);
      endStranded(paymentId, nowMs);
      return parts.length;
    },

    assign: (
      { refundId, orderId, createId }: Parameters<Refunds['assign']>[0],
      nowMs: number,
      command?: OperatorCommand,
    ): Result<Refund, AssignmentFailure> => {
      const row = byId.get(refundId);
      const stored = row === undefined ? null : storedRefundOf(row);
      const order = orders.read(orderId)?.order ?? null;
      const parts = judgeAssignment({ stored, order, refunded: countedOf.get(orderId) ?? 0 }, createId);
      if (parts.isErr()) return err(parts.error);
      writeParts(parts.value, nowMs);
      endStranded(row?.paymentId ?? null, nowMs);
      const assigned = byId.get(refundId);
      if (assigned === undefined) return err({ kind: 'not_found' });
      const refund = refundOf(assigned);
      writeActivity(command, 'refund.assign', [refundTarget(refund)], nowMs);
      return ok(refund);
    },

    finish: (finished: FinishedRefund, nowMs: number): boolean => {
      const rows = byId.all(finished.refundId);
      if (finished.outcome.kind === 'failed') return failAll(rows, finished.outcome.reason, nowMs) > 0;
      const isFinished = finish(finished, nowMs);
      if (isFinished) endStranded(rows[0]?.paymentId ?? null, nowMs);
      return isFinished;
    },

    failAdopted: (reference: string, reason: string, nowMs: number): number => {
      const adopted = byReference.all(reference).filter((row) => isAdopted(storedRefundOf(row)));
      return failAll(adopted, reason, nowMs);
    },
  };
};

const storedRefundOf = (row: RefundRow): StoredRefund => ({
  refund: refundOf(row),
  reference: row.reference,
});

const createWriteParts = ({ client }: Connection, finish: FinishRefund) => {
  type NewRow = Omit<Refund, 'amount' | 'creditNote' | 'creditedLine' | 'error'> &
    Refund['amount'] & { readonly key: string; readonly reference: string };
  const insert = client.prepare<[NewRow]>(
    `insert into refund (id, key, fingerprint, order_id, payment_id, amount, currency, origin, reason, status,
       reference, created_ms, updated_ms)
     values ($id, $key, '', $orderId, $paymentId, $amount, $currency, $origin, $reason, $status, $reference,
       $createdAtMs, $updatedAtMs)`,
  );
  const replace = client.prepare<[string | null, number, string, string]>(
    'update refund set order_id = ?, amount = ?, status = ? where id = ?',
  );
  return (parts: readonly RefundPart[], nowMs: number): void => {
    for (const { refund, reference, isNew } of parts) {
      const { creditNote: _, creditedLine: __, error: ___, amount, ...rest } = refund;
      if (isNew) insert.run({ ...rest, ...amount, key: adoptedKey(refund.id), reference });
      else replace.run(refund.orderId, amount.amount, refund.status, refund.id);
      finish({ refundId: refund.id, outcome: { kind: 'succeeded', reference } }, nowMs);
    }
  };
};
