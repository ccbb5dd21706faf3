import { ok } from 'neverthrow';
import { type Disputes, planDisputes } from '../../core/dispute.ts';
import { paymentStatusAfter } from '../../core/payment.ts';
import { openRefundStatuses } from '../../core/refund.ts';
import { appendHistory } from './history.ts';
import { rowOf, runTransaction, type Tables, type Writes } from './tables.ts';
import { updateTask } from './transitions.ts';

export const createDisputes = (tables: Tables): Disputes => ({
  record: async (charge, nowMs) => ok(runTransaction((writes) => record(tables, writes, charge, nowMs))),
});

/** True while a dispute of the payment's charge is open. */
export const isDisputed = (tables: Tables, paymentId: string | null): boolean =>
  [...tables.disputes.values()].some(
    (dispute) => dispute.paymentId === paymentId && dispute.status === 'open',
  );

const record = (
  tables: Tables,
  writes: Writes,
  { paymentId, disputes: reported, createId }: Parameters<Disputes['record']>[0],
  nowMs: number,
): number => {
  const isPaid = tables.payments.get(paymentId)?.payment.status === paymentStatusAfter.succeed;
  const orders = (isPaid ? rowOf(tables.audits, paymentId).orderIds : [])
    .map((id) => rowOf(tables.orders, id).order)
    .filter(({ checkoutId }) => checkoutId === paymentId);
  const stored = [...tables.disputes.values()].filter((dispute) => dispute.paymentId === paymentId);
  const changes = planDisputes({ paymentId, orders, disputes: stored }, reported, createId, nowMs);
  for (const dispute of changes.disputes) writes.set(tables.disputes, dispute.reference, dispute);
  for (const { id } of orders) {
    for (const row of changes.history) appendHistory(tables, writes, id, row, nowMs);
    const row = rowOf(tables.orders, id);
    writes.set(tables.orders, id, { ...row, order: { ...row.order, disputed: changes.disputed } });
  }
  if (changes.resumesRefunds) resumeRefunds(tables, writes, paymentId, nowMs);
  return changes.disputes.length;
};

const resumeRefunds = (tables: Tables, writes: Writes, paymentId: string, nowMs: number): void => {
  const waiting = new Set(
    [...tables.refunds.values()]
      .filter(({ refund }) => refund.paymentId === paymentId && openRefundStatuses.includes(refund.status))
      .map(({ refund }) => refund.id),
  );
  for (const { id, jobId, state, runAtMs } of tables.tasks.values())
    if (jobId !== null && waiting.has(jobId) && state === 'ready' && runAtMs > nowMs)
      updateTask(tables, writes, id, { runAtMs: nowMs });
};
