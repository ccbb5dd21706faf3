import { and, asc, desc, eq, gt, gte, isNull, lt, sql } from 'drizzle-orm';
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
import { reconciliationPipeline as pipeline } from '../../../core/pipelines/reconciliation.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createInsertJob } from '../queue/jobs.ts';
import { reconciliation, reconciliationDifference } from '../schema.ts';

/** See `Ledger.requestReconciliation` and `Ledger.finishReconciliation`. Runs in the caller's transaction. */
export const createReconciliationWriter = (connection: Connection) => {
  const { db } = connection;
  const insertJob = createInsertJob(connection, pipeline);
  const writeActivity = createWriteActivity(connection);
  return {
    request: (
      { taskId, command, traceparent, ...day }: Parameters<Ledger['requestReconciliation']>[0],
      nowMs: number,
    ): Reconciliation => {
      const numbers = { charges: 0, refunds: 0, differences: 0 };
      const row = { ...day, createdAtMs: nowMs, finishedAtMs: null, ...numbers };
      db.insert(reconciliation).values(row).run();
      insertJob(taskId, day.id, nowMs, traceparent);
      writeActivity(command, 'reconciliation.request', [reconciliationTarget(day)], nowMs);
      return row;
    },

    finish: (id: string, { storedDifferences, ...numbers }: ReconciliationReport, nowMs: number): void => {
      const unfinished = and(eq(reconciliation.id, id), isNull(reconciliation.finishedAtMs));
      const set = { ...numbers, finishedAtMs: nowMs };
      if (db.update(reconciliation).set(set).where(unfinished).run().changes === 0) return;
      for (const difference of storedDifferences)
        db.insert(reconciliationDifference).values(rowOf(id, difference)).run();
    },
  };
};

/** See `Ledger.findReconciliation`, `Ledger.reconciliations` and `Ledger.differences`. */
export const createReconciliationReader = ({ db }: Connection) => ({
  find: (id: string): Reconciliation | null =>
    db.select().from(reconciliation).where(eq(reconciliation.id, id)).get() ?? null,

  findEvidence: ({
    paymentId,
    dayMs,
    endMs,
    requestedFromMs,
  }: Parameters<Ledger['findEvidence']>[0]): LedgerEvidence | null => {
    const found = db
      .select()
      .from(reconciliation)
      .where(
        and(
          eq(reconciliation.dayMs, dayMs),
          eq(reconciliation.endMs, endMs),
          gte(reconciliation.createdAtMs, requestedFromMs),
        ),
      )
      .orderBy(sql`${reconciliation.finishedAtMs} is null`, desc(reconciliation.id))
      .limit(1)
      .get();
    if (found === undefined) return null;
    const table = reconciliationDifference;
    const ofPayment = and(
      eq(table.reconciliationId, found.id),
      eq(table.kind, unbookedCharge),
      eq(table.paymentId, paymentId),
    );
    const charge = db.select().from(table).where(ofPayment).orderBy(asc(table.id)).limit(1).get();
    return { reconciliation: found, chargeReference: charge?.chargeReference ?? null };
  },

  list: ({ after, limit }: Parameters<Ledger['reconciliations']>[0]): Page<Reconciliation, string> => {
    const rows = db
      .select()
      .from(reconciliation)
      .where(after === null ? undefined : lt(reconciliation.id, after))
      .orderBy(desc(reconciliation.id))
      .limit(limit + 1)
      .all();
    return pageOf(rows, limit, ({ id }) => id);
  },

  findDifference: (id: string): Difference | null => {
    const table = reconciliationDifference;
    const row = db.select().from(table).where(eq(table.id, id)).get();
    return row === undefined ? null : differenceOf(row);
  },

  differences: ({
    reconciliationId,
    after,
    limit,
  }: Parameters<Ledger['differences']>[0]): Page<Difference, string> => {
    const table = reconciliationDifference;
    const rows = db
      .select()
      .from(table)
      .where(
        and(eq(table.reconciliationId, reconciliationId), after === null ? undefined : gt(table.id, after)),
      )
      .orderBy(asc(table.id))
      .limit(limit + 1)
      .all();
    return pageOf(rows.map(differenceOf), limit, ({ id }) => id);
  },
});

type Difference = LedgerDifference & { readonly id: string };
type Row = typeof reconciliationDifference.$inferSelect;

const rowOf = (reconciliationId: string, { ours, theirs, ...difference }: Difference): Row => ({
  ...difference,
  reconciliationId,
  oursAmount: ours?.amount ?? null,
  oursCurrency: ours?.currency ?? null,
  theirsAmount: theirs?.amount ?? null,
  theirsCurrency: theirs?.currency ?? null,
});

const differenceOf = (row: Row): Difference => ({
  id: row.id,
  kind: row.kind,
  providerId: row.providerId,
  chargeReference: row.chargeReference,
  paymentId: row.paymentId,
  refundId: row.refundId,
  ours: moneyOf(row.oursAmount, row.oursCurrency),
  theirs: moneyOf(row.theirsAmount, row.theirsCurrency),
  atMs: row.atMs,
});

const moneyOf = (amount: number | null, currency: string | null): Money | null =>
  amount === null || currency === null ? null : { amount, currency };
