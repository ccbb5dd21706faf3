import { ok } from 'neverthrow';
import { reconciliationTarget } from '../../../core/acknowledgement.ts';
import {
  type Ledger,
  type LedgerDifference,
  type LedgerEvidence,
  type Reconciliation,
  type ReconciliationReport,
  unbookedCharge,
} from '../../../core/ledger.ts';
import type { Money } from '../../../core/money.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { reconciliationPipeline } from '../../../core/pipelines/reconciliation.ts';
import { writeActivity } from '../activity/activity.ts';
import { runOneOnce } from '../commandKeys/once.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { insertJobs } from '../queue/jobs.ts';

type Request = Parameters<Ledger['requestReconciliation']>[0];

export const requestReconciliation = (
  sql: Sql,
  request: Request,
  nowMs: number,
): ReturnType<Ledger['requestReconciliation']> => inTransaction(sql, (tx) => insert(tx, request, nowMs));

export const requestReconciliationOnce = async (
  sql: Sql,
  ...[{ commandKey, ...request }, nowMs]: Parameters<Ledger['requestReconciliationOnce']>
): ReturnType<Ledger['requestReconciliationOnce']> => {
  const result = await inTransaction(sql, (tx) =>
    runOneOnce(tx, commandKey, nowMs, async () => ok(await insert(tx, request, nowMs))),
  );
  return result.andThen((each) => each);
};

const insert = async (
  tx: Transaction,
  { taskId, command, traceparent, ...day }: Request,
  nowMs: number,
): Promise<Reconciliation> => {
  await Promise.all([
    tx`
      insert into reconciliation (id, day, day_ms, end_ms, created_ms)
      values (${day.id}, ${day.day}, ${day.dayMs}, ${day.endMs}, ${nowMs})`,
    insertJobs(tx, reconciliationPipeline, [{ taskId, jobId: day.id, traceparent }], nowMs),
    writeActivity(tx, command, 'reconciliation.request', [reconciliationTarget(day)], nowMs),
  ]);
  return { ...day, createdAtMs: nowMs, finishedAtMs: null, charges: 0, refunds: 0, differences: 0 };
};

/** Writes the differences only if this call finishes the reconciliation. A finished one stays as it is. */
export const finishReconciliation = async (
  sql: Sql,
  reconciliationId: string,
  { charges, refunds, differences, storedDifferences }: ReconciliationReport,
  nowMs: number,
): Promise<void> => {
  await sql`
    with finished as (
      update reconciliation
      set finished_ms = ${nowMs}, charges = ${charges}, refunds = ${refunds}, differences = ${differences}
      where id = ${reconciliationId} and finished_ms is null
      returning id
    )
    insert into reconciliation_difference (id, reconciliation_id, kind, provider_id, charge_reference, payment_id, refund_id,
      ours_amount, ours_currency, theirs_amount, theirs_currency, at_ms)
    select k.id, f.id, kind, provider_id, charge_reference, payment_id, refund_id,
      ours_amount, ours_currency, theirs_amount, theirs_currency, at_ms
    from finished f cross join unnest(
      ${storedDifferences.map(({ id }) => id)}::uuid[],
      ${storedDifferences.map(({ kind }) => kind)}::text[],
      ${storedDifferences.map(({ providerId }) => providerId)}::text[],
      ${storedDifferences.map(({ chargeReference }) => chargeReference)}::text[],
      ${storedDifferences.map(({ paymentId }) => paymentId)}::text[],
      ${storedDifferences.map(({ refundId }) => refundId)}::text[],
      ${storedDifferences.map(({ ours }) => ours?.amount ?? null)}::bigint[],
      ${storedDifferences.map(({ ours }) => ours?.currency ?? null)}::text[],
      ${storedDifferences.map(({ theirs }) => theirs?.amount ?? null)}::bigint[],
      ${storedDifferences.map(({ theirs }) => theirs?.currency ?? null)}::text[],
      ${storedDifferences.map(({ atMs }) => atMs)}::bigint[]
    ) as k(id, kind, provider_id, charge_reference, payment_id, refund_id, ours_amount, ours_currency, theirs_amount, theirs_currency, at_ms)`;
};

export const findReconciliation = async (sql: Sql, id: string): Promise<Reconciliation | null> => {
  const [row] = await sql<ReconciliationRow[]>`select * from reconciliation where id = ${id}`;
  return row === undefined ? null : reconciliationOf(row);
};

export const listReconciliations = async (
  sql: Sql,
  { after, limit }: Parameters<Ledger['reconciliations']>[0],
): Promise<Page<Reconciliation, string>> => {
  const rows = await sql<ReconciliationRow[]>`
    select * from reconciliation where ${after === null ? sql`true` : sql`id < ${after}`}
    order by id desc limit ${limit + 1}`;
  return pageOf(rows.map(reconciliationOf), limit, ({ id }) => id);
};

export const findEvidence = async (
  sql: Sql,
  { paymentId, dayMs, endMs, requestedFromMs }: Parameters<Ledger['findEvidence']>[0],
): Promise<LedgerEvidence | null> => {
  const [row] = await sql<(ReconciliationRow & { charge_reference: string | null })[]>`
    select r.*, (
      select d.charge_reference from reconciliation_difference d
      where d.reconciliation_id = r.id and d.kind = ${unbookedCharge} and d.payment_id = ${paymentId}
      order by d.id limit 1
    ) as charge_reference
    from reconciliation r
    where r.day_ms = ${dayMs} and r.end_ms = ${endMs} and r.created_ms >= ${requestedFromMs}
    order by r.finished_ms is null, r.id desc limit 1`;
  if (row === undefined) return null;
  return { reconciliation: reconciliationOf(row), chargeReference: row.charge_reference };
};

type ReconciliationRow = {
  readonly id: string;
  readonly day: string;
  readonly day_ms: number;
  readonly end_ms: number;
  readonly created_ms: number;
  readonly finished_ms: number | null;
  readonly charges: number;
  readonly refunds: number;
  readonly differences: number;
};

const reconciliationOf = (row: ReconciliationRow): Reconciliation => ({
  id: row.id,
  day: row.day,
  dayMs: row.day_ms,
  endMs: row.end_ms,
  createdAtMs: row.created_ms,
  finishedAtMs: row.finished_ms,
  charges: row.charges,
  refunds: row.refunds,
  differences: row.differences,
});

export const listDifferences = async (
  sql: Sql,
  { reconciliationId, after, limit }: Parameters<Ledger['differences']>[0],
): Promise<Page<LedgerDifference & { readonly id: string }, string>> => {
  const rows = await sql<DifferenceRow[]>`
    select * from reconciliation_difference
    where reconciliation_id = ${reconciliationId} ${after === null ? sql`` : sql`and id > ${after}`}
    order by id limit ${limit + 1}`;
  return pageOf(rows.map(differenceOf), limit, ({ id }) => id);
};

export const findDifference = async (
  sql: Sql,
  id: string,
): Promise<(LedgerDifference & { readonly id: string }) | null> => {
  const [row] = await sql<DifferenceRow[]>`select * from reconciliation_difference where id = ${id}`;
  return row === undefined ? null : differenceOf(row);
};

type DifferenceRow = {
  readonly id: string;
  readonly kind: LedgerDifference['kind'];
  readonly provider_id: string | null;
  readonly charge_reference: string | null;
  readonly payment_id: string | null;
  readonly refund_id: string | null;
  readonly ours_amount: number | null;
  readonly ours_currency: string | null;
  readonly theirs_amount: number | null;
  readonly theirs_currency: string | null;
  readonly at_ms: number;
};

const differenceOf = (row: DifferenceRow) => ({
  id: row.id,
  kind: row.kind,
  providerId: row.provider_id,
  chargeReference: row.charge_reference,
  paymentId: row.payment_id,
  refundId: row.refund_id,
  ours: moneyOf(row.ours_amount, row.ours_currency),
  theirs: moneyOf(row.theirs_amount, row.theirs_currency),
  atMs: row.at_ms,
});

const moneyOf = (amount: number | null, currency: string | null): Money | null =>
  amount === null || currency === null ? null : { amount, currency };
