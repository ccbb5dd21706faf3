import { err, ok, type Result } from 'neverthrow';
import {
  acknowledgementTarget,
  judgeAcknowledgement,
  reconciliationTarget,
} from '../../core/acknowledgement.ts';
import { firstIdAt } from '../../core/id.ts';
import {
  type AcknowledgeCommand,
  type CaseFailure,
  type Ledger,
  type MoneyCase,
  type OwnRecord,
  type OwnRecordQuery,
  type Reconciliation,
  type ReconciliationReport,
  unbookedCharge,
} from '../../core/ledger.ts';
import { type Page, pageOf } from '../../core/page.ts';
import { chargedPaymentStatuses, type PaymentStatus } from '../../core/payment.ts';
import { reconciliationPipeline } from '../../core/pipelines/reconciliation.ts';
import { type RefundStatus, succeededRefundStatuses } from '../../core/refund.ts';
import { writeActivity } from './activity.ts';
import { runOnce } from './commandKeys.ts';
import { acknowledgementKey, countCases, listCases } from './health.ts';
import { insertJob } from './jobs.ts';
import { compareStock } from './stockCheck.ts';
import {
  type PaymentRow,
  type RefundRow,
  rowOf,
  runTransaction,
  type Tables,
  type Writes,
} from './tables.ts';

export const createLedger = (tables: Tables): Ledger => ({
  counts: async (nowMs) => ok(countCases(tables, nowMs)),

  cases: async ({ check, nowMs, after, limit }) =>
    ok(pageAfter(listCases(tables, check, nowMs), after, limit)),

  findCase: async ({ check, caseId }, nowMs) =>
    ok(listCases(tables, check, nowMs).find(({ id }) => id === caseId) ?? null),

  acknowledge: async (command, nowMs) =>
    runTransaction((writes) => acknowledge(tables, writes, command, nowMs)),

  acknowledgeOnce: async ({ commandKey, ...command }, nowMs) =>
    runTransaction((writes) =>
      runOnce(tables, writes, commandKey, nowMs, () => acknowledge(tables, writes, command, nowMs)),
    ),

  compareStock: async (_slice, nowMs) => ok(runTransaction((writes) => compareStock(tables, writes, nowMs))),

  requestReconciliation: async (reconciliation, nowMs) =>
    ok(runTransaction((writes) => requestReconciliation(tables, writes, reconciliation, nowMs))),

  requestReconciliationOnce: async ({ commandKey, ...reconciliation }, nowMs) =>
    runTransaction((writes) =>
      runOnce(tables, writes, commandKey, nowMs, () =>
        ok(requestReconciliation(tables, writes, reconciliation, nowMs)),
      ),
    ),

  finishReconciliation: async (reconciliationId, report, nowMs) => {
    runTransaction((writes) => finishReconciliation(tables, writes, reconciliationId, report, nowMs));
    return ok(undefined);
  },

  findReconciliation: async (reconciliationId) => ok(tables.reconciliations.get(reconciliationId) ?? null),

  findEvidence: async ({ paymentId, dayMs, endMs, requestedFromMs }) => {
    const [reconciliation] = [...tables.reconciliations.values()]
      .filter((each) => each.dayMs === dayMs && each.endMs === endMs && each.createdAtMs >= requestedFromMs)
      .sort(
        (one, other) =>
          Number(one.finishedAtMs === null) - Number(other.finishedAtMs === null) ||
          (one.id < other.id ? 1 : -1),
      );
    if (reconciliation === undefined) return ok(null);
    const charge = (tables.differences.get(reconciliation.id) ?? []).find(
      (each) => each.kind === unbookedCharge && each.paymentId === paymentId,
    );
    return ok({ reconciliation, chargeReference: charge?.chargeReference ?? null });
  },

  reconciliations: async ({ after, limit }) => {
    const rows = [...tables.reconciliations.values()]
      .filter(({ id }) => after === null || id < after)
      .sort((one, other) => (one.id < other.id ? 1 : -1));
    return ok(pageOf(rows, limit, ({ id }) => id));
  },

  findDifference: async (id) =>
    ok([...tables.differences.values()].flat().find((each) => each.id === id) ?? null),

  differences: async ({ reconciliationId, after, limit }) =>
    ok(pageAfter(tables.differences.get(reconciliationId) ?? [], after, limit)),

  payments: async (ids) =>
    ok(ids.flatMap((id) => tables.payments.get(id) ?? []).map((row) => paymentRecordOf(tables, row))),

  refunds: async (ids) => ok(ids.flatMap((id) => tables.refunds.get(id) ?? []).map(refundRecordOf)),

  refundsByReference: async (references) =>
    ok(
      [...tables.refunds.values()]
        .filter(({ reference }) => reference !== null && references.includes(reference))
        .map(refundRecordOf),
    ),

  listChargedPayments: async ({ fromMs, toMs, after, limit }: OwnRecordQuery) => {
    const rows = [...tables.payments.values()]
      .filter(({ payment: { id } }) => id >= firstIdAt(fromMs) && id < firstIdAt(toMs))
      .filter(({ payment: { status } }) => chargedPaymentStatuses.includes(status))
      .map((row) => paymentRecordOf(tables, row));
    return ok(pageAfter(rows, after, limit));
  },

  listSucceededRefunds: async ({ fromMs, toMs, after, limit }: OwnRecordQuery) => {
    const rows = [...tables.refunds.values()]
      .filter(
        ({ refund: { status, updatedAtMs: atMs } }) =>
          succeededRefundStatuses.includes(status) && atMs >= fromMs && atMs < toMs,
      )
      .map(refundRecordOf);
    return ok(pageAfter(rows, after, limit));
  },
});

const acknowledge = (
  tables: Tables,
  writes: Writes,
  command: AcknowledgeCommand,
  nowMs: number,
): Result<MoneyCase, CaseFailure> => {
  const { check, caseId } = command;
  const found = listCases(tables, check, nowMs).find(({ id }) => id === caseId);
  if (found === undefined) return err({ kind: 'not_found' });
  const acknowledgement = judgeAcknowledgement(found, command, nowMs);
  writes.set(tables.acknowledgements, acknowledgementKey(check, found), acknowledgement);
  const target = acknowledgementTarget(found, command);
  writeActivity(tables, writes, command.command, 'case.acknowledge', [target], nowMs);
  return ok({ ...found, acknowledgement });
};

/** In ascending order of ids. */
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

const requestReconciliation = (
  tables: Tables,
  writes: Writes,
  { taskId, command, traceparent, ...day }: Parameters<Ledger['requestReconciliation']>[0],
  nowMs: number,
): Reconciliation => {
  const numbers = { charges: 0, refunds: 0, differences: 0 };
  const reconciliation: Reconciliation = { ...day, createdAtMs: nowMs, finishedAtMs: null, ...numbers };
  writes.set(tables.reconciliations, day.id, reconciliation);
  insertJob(tables, writes, reconciliationPipeline, { taskId, jobId: day.id, traceparent }, nowMs);
  writeActivity(tables, writes, command, 'reconciliation.request', [reconciliationTarget(day)], nowMs);
  return reconciliation;
};

const finishReconciliation = (
  tables: Tables,
  writes: Writes,
  reconciliationId: string,
  { storedDifferences, ...numbers }: ReconciliationReport,
  nowMs: number,
): void => {
  const reconciliation = tables.reconciliations.get(reconciliationId);
  if (reconciliation === undefined || reconciliation.finishedAtMs !== null) return;
  writes.set(tables.reconciliations, reconciliationId, {
    ...reconciliation,
    ...numbers,
    finishedAtMs: nowMs,
  });
  writes.set(tables.differences, reconciliationId, storedDifferences);
};

/** Its creation time is that of its audit. The id has the same time. */
const paymentRecordOf = (tables: Tables, { payment, updatedAtMs }: PaymentRow): OwnRecord<PaymentStatus> => {
  const { id, status, amount, reference } = payment;
  return { id, status, amount, createdAtMs: rowOf(tables.audits, id).createdAtMs, updatedAtMs, reference };
};

const refundRecordOf = ({
  refund: { id, status, amount, createdAtMs, updatedAtMs },
  reference,
}: RefundRow): OwnRecord<RefundStatus> => ({ id, status, amount, createdAtMs, updatedAtMs, reference });
