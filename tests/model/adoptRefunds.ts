import { err, ok, type Result } from 'neverthrow';
import {
  adoptedKey,
  isAdopted,
  judgeAssignment,
  planAdoption,
  type RefundPart,
  type StoredRefund,
} from '../../core/adoptRefunds.ts';
import type { Order } from '../../core/order.ts';
import { paymentStatusAfter } from '../../core/payment.ts';
import { planRedistribution, redistributedReason } from '../../core/redistributeRefunds.ts';
import {
  type AssignmentFailure,
  countedRefundStatuses,
  type Refund,
  type Refunds,
} from '../../core/refund.ts';
import type { World } from '../../core/world.ts';
import { finishRefund } from './finishRefund.ts';
import { endStranded } from './strandedOrders.ts';
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
  const orders = paidOrders(tables, paymentId);
  const stored = refundsOfPayment(tables, paymentId);
  const parts = planAdoption({ paymentId, orders, refunds: stored }, refunds, createId, nowMs);
  writeParts(tables, writes, parts, nowMs, world);
  endStranded(tables, writes, world, paymentId, nowMs);
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
  endStranded(tables, writes, world, stored?.refund.paymentId ?? null, nowMs);
  return ok(rowOf(tables.refunds, refundId).refund);
};

/** See `Refunds.failAdopted`. */
export const failAdopted = (
  tables: Tables,
  writes: Writes,
  { reference, reason }: { readonly reference: string; readonly reason: string },
  nowMs: number,
  world: World,
): number => {
  const ids = storedRefunds(tables)
    .filter((each) => each.reference === reference && isAdopted(each))
    .map(({ refund: { id } }) => id);
  return failRefunds(tables, writes, { ids, reason }, nowMs, world);
};

/** See `Refunds.finish`. All of these fail before anything is shared out again. Returns how many of them failed. */
export const failRefunds = (
  tables: Tables,
  writes: Writes,
  { ids, reason }: { readonly ids: readonly string[]; readonly reason: string },
  nowMs: number,
  world: World,
): number => {
  const fail = (refundId: string, why: string) =>
    finishRefund(tables, writes, { refundId, outcome: { kind: 'failed', reason: why } }, nowMs, world);
  const failed = ids.filter((id) => fail(id, reason));
  for (const paymentId of new Set(failed.map((id) => rowOf(tables.refunds, id).refund.paymentId))) {
    if (paymentId === null) continue;
    const orders = paidOrders(tables, paymentId);
    const refunds = refundsOfPayment(tables, paymentId);
    const { replaced, parts } = planRedistribution({ orders, refunds }, () => world.ids.next(nowMs), nowMs);
    for (const id of replaced) fail(id, redistributedReason);
    writeParts(tables, writes, parts, nowMs, world);
    endStranded(tables, writes, world, paymentId, nowMs);
  }
  return failed.length;
};

const paidOrders = (tables: Tables, paymentId: string): readonly Order[] => {
  const isPaid = tables.payments.get(paymentId)?.payment.status === paymentStatusAfter.succeed;
  return (isPaid ? rowOf(tables.audits, paymentId).orderIds : [])
    .toSorted()
    .map((id) => rowOf(tables.orders, id).order)
    .filter(({ checkoutId }) => checkoutId === paymentId);
};

const refundsOfPayment = (tables: Tables, paymentId: string): readonly StoredRefund[] =>
  storedRefunds(tables).filter(({ refund }) => refund.paymentId === paymentId);

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
