import { ok } from 'neverthrow';
import {
  judgeRefund,
  planLateRefund,
  planUnknownChargeRefund,
  type RefundRequestSnapshot,
  refundFingerprint,
  refundTarget,
} from '../../core/judgeRefund.ts';
import { pageOf } from '../../core/page.ts';
import {
  countedRefundStatuses,
  type Refund,
  type RefundCommand,
  type RefundDetail,
  type Refunds,
} from '../../core/refund.ts';
import type { World } from '../../core/world.ts';
import { writeActivity } from './activity.ts';
import { adoptRefunds, assignRefund, failAdopted, failRefunds } from './adoptRefunds.ts';
import { isDisputed } from './disputes.ts';
import { finishRefund } from './finishRefund.ts';
import { endStranded } from './strandedOrders.ts';
import { rowOf, runTransaction, type Tables, type Writes } from './tables.ts';
import { updateTask } from './transitions.ts';
import { amountRefunded, insertRefund, writeOrderChanges } from './writeRefund.ts';

export const createRefunds = (tables: Tables, world: World): Refunds => ({
  request: async (command, nowMs) => {
    const verdict = judgeRefund(command, snapshotOf(tables, command), nowMs);
    return verdict.map(({ refund, replayed, changes }) => {
      if (changes !== null)
        runTransaction((writes) => {
          const { key, taskId, traceparent } = command;
          const fingerprint = refundFingerprint(command);
          insertRefund(tables, writes, refund, { key, fingerprint, taskId, traceparent });
          writeOrderChanges(tables, writes, world, command.orderId, changes, nowMs);
          const target = refundTarget(refund);
          writeActivity(tables, writes, command.command, 'refund.request', [target], nowMs);
        });
      return { refund, replayed };
    });
  },

  refundLateCharge: async (late, nowMs) =>
    ok(runTransaction((writes) => refundLateCharge(tables, writes, late, nowMs))),

  refundUnknownCharge: async (charge, nowMs) => {
    const { refund, key, fingerprint } = planUnknownChargeRefund(charge, nowMs);
    const known = tables.refundIds.get(key);
    if (known !== undefined) return ok(rowOf(tables.refunds, known).refund);
    const { taskId, reference: chargeReference, command, traceparent } = charge;
    runTransaction((writes) => {
      insertRefund(tables, writes, refund, { key, fingerprint, taskId, chargeReference, traceparent });
      writeActivity(tables, writes, command, 'case.refund', [refundTarget(refund)], nowMs);
    });
    return ok(refund);
  },

  findByKey: async (key) => {
    const known = tables.refundIds.get(key);
    return ok(known === undefined ? null : rowOf(tables.refunds, known).refund);
  },

  find: async (refundId) => {
    const refund = tables.refunds.get(refundId)?.refund;
    return ok(refund === undefined ? null : detailOf(tables, refund));
  },

  list: async ({ orderId, status, after, limit }) => {
    const rows = [...tables.refunds.values()]
      .map(({ refund }) => refund)
      .filter((refund) => orderId === null || refund.orderId === orderId)
      .filter((refund) => status === null || refund.status === status)
      .filter(({ id }) => after === null || id < after)
      .sort((one, other) => (one.id < other.id ? 1 : -1));
    return ok(pageOf(rows, limit, ({ id }) => id));
  },

  finish: async (refund, nowMs) =>
    ok(
      runTransaction((writes) => {
        const { refundId, outcome } = refund;
        if (outcome.kind === 'failed')
          return failRefunds(tables, writes, { ids: [refundId], reason: outcome.reason }, nowMs, world) > 0;
        const isFinished = finishRefund(tables, writes, refund, nowMs, world);
        const { paymentId = null } = tables.refunds.get(refundId)?.refund ?? {};
        if (isFinished) endStranded(tables, writes, world, paymentId, nowMs);
        return isFinished;
      }),
    ),

  adopt: async (charge, nowMs) =>
    ok(runTransaction((writes) => adoptRefunds(tables, writes, charge, nowMs, world))),

  assign: async (assignment, nowMs, command) =>
    runTransaction((writes) =>
      assignRefund(tables, writes, assignment, nowMs, world).map((refund) => {
        writeActivity(tables, writes, command, 'refund.assign', [refundTarget(refund)], nowMs);
        return refund;
      }),
    ),

  failAdopted: async (reference, reason, nowMs) =>
    ok(runTransaction((writes) => failAdopted(tables, writes, { reference, reason }, nowMs, world))),

  runNow: async (refundId, nowMs) => {
    runTransaction((writes) => {
      for (const { id, jobId, state, runAtMs } of tables.tasks.values())
        if (jobId === refundId && state === 'ready' && runAtMs > nowMs)
          updateTask(tables, writes, id, { runAtMs: nowMs });
    });
    return ok(undefined);
  },
});

const snapshotOf = (tables: Tables, { key, orderId }: RefundCommand): RefundRequestSnapshot => {
  const known = tables.refundIds.get(key);
  const order = tables.orders.get(orderId)?.order ?? null;
  return {
    known: known === undefined ? null : rowOf(tables.refunds, known),
    order,
    chargeLeft: chargeLeftOf(tables, order?.checkoutId ?? null),
    refunded: amountRefunded(tables, orderId, ({ status }) => countedRefundStatuses.includes(status)),
  };
};

const chargeLeftOf = (tables: Tables, paymentId: string | null): number | null => {
  const row = paymentId === null ? undefined : tables.payments.get(paymentId);
  if (row === undefined) return null;
  return [...tables.refunds.values()]
    .filter(({ refund }) => refund.paymentId === paymentId && countedRefundStatuses.includes(refund.status))
    .reduce((left, { refund }) => left - refund.amount.amount, row.payment.amount.amount);
};

const refundLateCharge = (
  tables: Tables,
  writes: Writes,
  {
    refundId,
    taskId,
    paymentId,
    reference,
    reason,
    command,
    response,
    traceparent,
  }: Parameters<Refunds['refundLateCharge']>[0],
  nowMs: number,
): boolean => {
  const row = tables.payments.get(paymentId);
  const late = row === undefined ? null : planLateRefund(row.payment, refundId, nowMs, reason);
  if (row === undefined || late === null) return false;
  const { paymentStatus, refund, key, fingerprint } = late;
  const audit = rowOf(tables.audits, paymentId);
  writes.set(tables.payments, paymentId, {
    ...row,
    payment: { ...row.payment, status: paymentStatus, reference },
    updatedAtMs: nowMs,
  });
  writes.set(tables.audits, paymentId, { ...audit, response: audit.response ?? response });
  insertRefund(tables, writes, refund, { key, fingerprint, taskId, traceparent });
  writeActivity(tables, writes, command, 'case.refund', [refundTarget(refund)], nowMs);
  return true;
};

const detailOf = (tables: Tables, refund: Refund): RefundDetail => {
  if (refund.paymentId === null) {
    const { chargeReference } = rowOf(tables.refunds, refund.id);
    if (chargeReference === null) throw new Error(`the refund ${refund.id} has no charge`);
    return { ...refund, chargeReference, disputed: false, order: null, contact: null };
  }
  const { reference } = rowOf(tables.payments, refund.paymentId).payment;
  if (reference === null) throw new Error(`the payment ${refund.paymentId} has no charge to refund`);
  const orderId = refund.orderId ?? rowOf(tables.audits, refund.paymentId).orderIds[0] ?? '';
  const { order, contact } = rowOf(tables.orders, orderId);
  const disputed = isDisputed(tables, refund.paymentId);
  return { ...refund, chargeReference: reference, disputed, order, contact };
};
