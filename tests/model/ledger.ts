import { ok } from 'neverthrow';
import { firstIdAt } from '../../core/id.ts';
import type { Ledger, OwnRecord, Reconciliation, ReconciliationReport, Span } from '../../core/ledger.ts';
import { type Page, pageOf } from '../../core/page.ts';
import { chargedPaymentStatuses, type PaymentStatus } from '../../core/payment.ts';
import { moneyAudit } from '../../core/pipelines/reconciliation.ts';
import { type Refund, type RefundStatus, succeededRefundStatuses } from '../../core/refund.ts';
import { countsAt, findingsAt } from './health.ts';
import { queueJob } from './jobs.ts';
import { atomically, type PaymentRow, rowOf, type Tables, type Writes } from './tables.ts';

export const memoryMoneyBooks = (tables: Tables): Ledger => ({
  counts: async (nowMs) => ok(countsAt(tables, nowMs)),

  cases: async ({ check, nowMs, after, limit }) =>
    ok(pageAfter(findingsAt(tables, check, nowMs), after, limit)),

  requestReconciliation: async (audit, nowMs) =>
    ok(atomically((writes) => requestOne(tables, writes, audit, nowMs))),

  finishReconciliation: async (auditId, report, nowMs) => {
    atomically((writes) => finishOne(tables, writes, auditId, report, nowMs));
    return ok(undefined);
  },

  findReconciliation: async (auditId) => ok(tables.moneyAudits.get(auditId) ?? null),

  reconciliations: async ({ after, limit }) => {
    const rows = [...tables.moneyAudits.values()]
      .filter(({ id }) => after === null || id < after)
      .sort((one, other) => (one.id < other.id ? 1 : -1));
    return ok(pageOf(rows, limit, ({ id }) => id));
  },

  differences: async ({ reconciliationId: auditId, after, limit }) =>
    ok(pageAfter(tables.differences.get(auditId) ?? [], after, limit)),

  payments: async (ids) =>
    ok(ids.flatMap((id) => tables.payments.get(id) ?? []).map((row) => bookedPayment(tables, row))),

  refunds: async (ids) =>
    ok(ids.flatMap((id) => tables.refunds.get(id) ?? []).map(({ refund }) => bookedRefund(refund))),

  paymentsMade: async ({ fromMs, toMs, after, limit }: Span) => {
    const rows = [...tables.payments.values()]
      .filter(({ payment: { id } }) => id >= firstIdAt(fromMs) && id < firstIdAt(toMs))
      .filter(({ payment: { status } }) => chargedPaymentStatuses.includes(status))
      .map((row) => bookedPayment(tables, row));
    return ok(pageAfter(rows, after, limit));
  },

  refundsMade: async ({ fromMs, toMs, after, limit }: Span) => {
    const rows = [...tables.refunds.values()]
      .map(({ refund }) => refund)
      .filter(
        ({ status, updatedAtMs: atMs }) =>
          succeededRefundStatuses.includes(status) && atMs >= fromMs && atMs < toMs,
      )
      .map(bookedRefund);
    return ok(pageAfter(rows, after, limit));
  },
});

/** By id upwards. */
const pageAfter = <Row extends { readonly id: string }>(
  rows: readonly Row[],
  after: string | null,
  limit: number,
): Page<Row, string> => {
  const rest = rows
    .filter(({ id }) => after === null || id > after)
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  return pageOf(rest, limit, ({ id }) => id);
};

const requestOne = (
  tables: Tables,
  writes: Writes,
  { id, taskId, dayMs }: Parameters<Ledger['requestReconciliation']>[0],
  nowMs: number,
): Reconciliation => {
  const numbers = { charges: 0, refunds: 0, differences: 0 };
  const audit: Reconciliation = { id, dayMs, createdAtMs: nowMs, finishedAtMs: null, ...numbers };
  writes.set(tables.moneyAudits, id, audit);
  queueJob(tables, writes, moneyAudit, { taskId, jobId: id }, nowMs);
  return audit;
};

const finishOne = (
  tables: Tables,
  writes: Writes,
  auditId: string,
  { kept, ...numbers }: ReconciliationReport,
  nowMs: number,
): void => {
  const audit = tables.moneyAudits.get(auditId);
  if (audit === undefined || audit.finishedAtMs !== null) return;
  writes.set(tables.moneyAudits, auditId, { ...audit, ...numbers, finishedAtMs: nowMs });
  writes.set(tables.differences, auditId, kept);
};

/** Made when its key was seen first, which is the time that its id tells. */
const bookedPayment = (tables: Tables, { payment, updatedAtMs }: PaymentRow): OwnRecord<PaymentStatus> => {
  const { id, status, amount } = payment;
  return { id, status, amount, createdAtMs: rowOf(tables.audits, id).createdAtMs, updatedAtMs };
};

const bookedRefund = ({ id, status, amount, createdAtMs, updatedAtMs }: Refund): OwnRecord<RefundStatus> => ({
  id,
  status,
  amount,
  createdAtMs,
  updatedAtMs,
});
