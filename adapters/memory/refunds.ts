import { ok } from 'neverthrow';
import { pageOf } from '../../core/page.ts';
import { nextPaymentStatus } from '../../core/payment.ts';
import { refund as pipeline } from '../../core/pipelines/refund.ts';
import {
  judgeRefund,
  lateKey,
  lateReason,
  type Refund,
  type RefundCommand,
  type RefundDetail,
  type RefundGround,
  type Refunds,
  type RefundVerdict,
  refundFingerprint,
} from '../../core/refund.ts';
import { told } from '../refunds.ts';
import { leave } from './history.ts';
import { queueJob } from './jobs.ts';
import { change } from './moves.ts';
import { settleRefund } from './refundSettle.ts';
import { atomically, rowOf, type Tables, type Writes } from './tables.ts';

export const memoryRefunds = (tables: Tables): Refunds => ({
  request: async (command, nowMs) => {
    const verdict = judgeRefund(command, groundOf(tables, command), nowMs);
    return verdict.map(({ refund, replayed, whole }) => {
      if (!replayed) atomically((writes) => write(tables, writes, command, { refund, whole }, nowMs));
      return { refund, replayed };
    });
  },

  returnLate: async (late, nowMs) => ok(atomically((writes) => returnLate(tables, writes, late, nowMs))),

  find: async (refundId) => {
    const refund = tables.refunds.get(refundId)?.refund;
    return ok(refund === undefined ? null : detailOf(tables, refund));
  },

  list: async ({ orderId, status, after, limit }) => {
    const rows = [...tables.refunds.values()]
      .map(({ refund }) => refund)
      .filter((one) => orderId === null || one.orderId === orderId)
      .filter((one) => status === null || one.status === status)
      .filter(({ id }) => after === null || id < after)
      .sort((one, other) => (one.id < other.id ? 1 : -1));
    return ok(pageOf(rows, limit, ({ id }) => id));
  },

  settle: async (settlement, nowMs) =>
    ok(atomically((writes) => settleRefund(tables, writes, settlement, nowMs))),

  hasten: async (refundId, nowMs) => {
    atomically((writes) => {
      for (const { id, jobId, state, runAtMs } of tables.tasks.values())
        if (jobId === refundId && state === 'ready' && runAtMs > nowMs)
          change(tables, writes, id, { runAtMs: nowMs });
    });
    return ok(undefined);
  },

  unfulfillable: async (limit) => {
    const refunded = new Set([...tables.refunds.values()].map(({ refund }) => refund.orderId));
    const ids = [...tables.tasks.values()]
      .flatMap(({ unfulfillable, orderId }) => (unfulfillable && orderId !== null ? [orderId] : []))
      .filter((id) => !refunded.has(id) && rowOf(tables.orders, id).order.total.amount > 0);
    return ok(ids.toSorted().slice(0, limit));
  },
});

const groundOf = (tables: Tables, { key, orderId }: RefundCommand): RefundGround => {
  const known = tables.refundKeys.get(key);
  const refunded = [...tables.refunds.values()]
    .filter(({ refund }) => refund.orderId === orderId && refund.status !== 'failed')
    .reduce((sum, { refund }) => sum + refund.amount.amount, 0);
  return {
    known: known === undefined ? null : rowOf(tables.refunds, known),
    order: tables.orders.get(orderId)?.order ?? null,
    refunded,
  };
};

const write = (
  tables: Tables,
  writes: Writes,
  command: RefundCommand,
  { refund, whole }: Pick<RefundVerdict, 'refund' | 'whole'>,
  nowMs: number,
): void => {
  const { key, orderId, taskId } = command;
  writes.set(tables.refunds, refund.id, { refund, fingerprint: refundFingerprint(command) });
  writes.set(tables.refundKeys, key, refund.id);
  queueJob(tables, writes, pipeline, { taskId, jobId: refund.id }, nowMs);
  leave(tables, writes, orderId, { state: 'refund_requested', detail: told.amount(refund.amount) }, nowMs);
  if (whole) pause(tables, writes, refund);
};

/** No worker takes the order's task any more, nor may one that holds it go on. */
const pause = (tables: Tables, writes: Writes, { id: refundId, orderId }: Refund): void => {
  const task = [...tables.tasks.values()].find((one) => one.orderId === orderId);
  if (task === undefined) return;
  const lastError = told.stopped(refundId);
  change(tables, writes, task.id, { state: 'paused', lease: task.lease + 1, lastError });
};

const returnLate = (
  tables: Tables,
  writes: Writes,
  { refundId: id, taskId, paymentId, reference, answer }: Parameters<Refunds['returnLate']>[0],
  nowMs: number,
): boolean => {
  const row = tables.payments.get(paymentId);
  const status = row === undefined ? null : nextPaymentStatus(row.payment.status, 'return');
  if (row === undefined || status === null) return false;
  const audit = rowOf(tables.audits, paymentId);
  writes.set(tables.payments, paymentId, {
    ...row,
    payment: { ...row.payment, status, reference },
    updatedAtMs: nowMs,
  });
  writes.set(tables.audits, paymentId, { ...audit, answer: audit.answer ?? answer });
  const refund: Refund = {
    id,
    orderId: null,
    paymentId,
    amount: row.payment.amount,
    reason: lateReason,
    status: 'requested',
    creditNote: null,
    error: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  writes.set(tables.refunds, id, { refund, fingerprint: '' });
  writes.set(tables.refundKeys, lateKey(paymentId), id);
  queueJob(tables, writes, pipeline, { taskId, jobId: id }, nowMs);
  return true;
};

const detailOf = (tables: Tables, refund: Refund): RefundDetail => {
  const { reference } = rowOf(tables.payments, refund.paymentId).payment;
  if (reference === null) throw new Error(`the payment ${refund.paymentId} has no charge to give back`);
  const orderId = refund.orderId ?? rowOf(tables.audits, refund.paymentId).orderIds[0] ?? '';
  const { order, contact } = rowOf(tables.orders, orderId);
  return { ...refund, chargeReference: reference, order, contact };
};
