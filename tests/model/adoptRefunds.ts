import { err, ok, type Result } from 'neverthrow';
import {
  adoptedKey,
  judgeAssignment,
  planAdoption,
  type RefundPart,
  type StoredRefund,
} from '../../core/adoptRefunds.ts';
import { paymentStatusAfter } from '../../core/payment.ts';
import {
  type AssignmentFailure,
  adoptedOrigins,
  countedRefundStatuses,
  type Refund,
  type Refunds,
} from '../../core/refund.ts';
import type { World } from '../../core/world.ts';
import { finishRefund } from './finishRefund.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';
import { amountRefunded } from './writeRefund.ts';

/** See `Refunds.adopt`. */
export const adoptRefunds = (
  tables: Tables,
  writes: Writes,
  { paymentId, refunds, createId }: Parameters<Refunds['adopt']>[0],
  nowMs: number,
  world: World,
): number => {
  const isPaid = tables.payments.get(paymentId)?.payment.status === paymentStatusAfter.succeed;
  const orders = (isPaid ? rowOf(tables.audits, paymentId).orderIds : [])
    .toSorted()
    .map((id) => rowOf(tables.orders, id).order)
    .filter(({ checkoutId }) => checkoutId === paymentId);
  const stored = storedRefunds(tables).filter(({ refund }) => refund.paymentId === paymentId);
  const parts = planAdoption({ paymentId, orders, refunds: stored }, refunds, createId, nowMs);
  writeParts(tables, writes, parts, nowMs, world);
  return parts.length;
};

/** See `Refunds.assign`. */
export const assignRefund = (
  tables: Tables,
  writes: Writes,
  { refundId, orderId, createId }: Parameters<Refunds['assign']>[0],
  nowMs: number,
  world: World,
): Result<Refund, AssignmentFailure> => {
  const stored = storedRefunds(tables).find(({ refund }) => refund.id === refundId) ?? null;
  const order = tables.orders.get(orderId)?.order ?? null;
  const refunded = amountRefunded(tables, orderId, ({ status }) => countedRefundStatuses.includes(status));
  const parts = judgeAssignment({ stored, order, refunded }, createId);
  if (parts.isErr()) return err(parts.error);
  writeParts(tables, writes, parts.value, nowMs, world);
  return ok(rowOf(tables.refunds, refundId).refund);
};

/** See `Refunds.failAdopted`. */
export const failAdopted = (
  tables: Tables,
  writes: Writes,
  { reference, reason }: { readonly reference: string; readonly reason: string },
  nowMs: number,
  world: World,
): number =>
  storedRefunds(tables)
    .filter((each) => each.reference === reference)
    .filter(({ refund }) => adoptedOrigins.some((origin) => origin === refund.origin))
    .filter(({ refund: { id } }) =>
      finishRefund(tables, writes, { refundId: id, outcome: { kind: 'failed', reason } }, nowMs, world),
    ).length;

const storedRefunds = (tables: Tables): readonly StoredRefund[] => [...tables.refunds.values()];

const writeParts = (
  tables: Tables,
  writes: Writes,
  parts: readonly RefundPart[],
  nowMs: number,
  world: World,
): void => {
  for (const { refund, reference } of parts) {
    writes.set(tables.refunds, refund.id, { refund, reference, fingerprint: '', chargeReference: null });
    writes.set(tables.refundIds, adoptedKey(refund.id), refund.id);
    finishRefund(
      tables,
      writes,
      { refundId: refund.id, outcome: { kind: 'succeeded', reference } },
      nowMs,
      world,
    );
  }
};
