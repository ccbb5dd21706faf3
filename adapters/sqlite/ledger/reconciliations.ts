import { and, asc, desc, eq, gt, isNull, lt } from 'drizzle-orm';
import type { Ledger, LedgerDifference, Reconciliation, ReconciliationReport } from '../../../core/ledger.ts';
import type { Money } from '../../../core/money.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { moneyAudit as pipeline } from '../../../core/pipelines/reconciliation.ts';
import type { Connection } from '../connection.ts';
import { createInsertJob } from '../queue/jobs.ts';
import { moneyAudit, moneyDifference } from '../schema.ts';

/** See `MoneyBooks.requestAudit` and `finishAudit`. Inside the caller's transaction. */
export const createReconciliationWriter = (connection: Connection) => {
  const { db } = connection;
  const queue = createInsertJob(connection, pipeline);
  return {
    request: (
      { id, taskId, dayMs }: Parameters<Ledger['requestReconciliation']>[0],
      nowMs: number,
    ): Reconciliation => {
      const numbers = { charges: 0, refunds: 0, differences: 0 };
      const audit = { id, dayMs, createdAtMs: nowMs, finishedAtMs: null, ...numbers };
      db.insert(moneyAudit).values(audit).run();
      queue(taskId, id, nowMs);
      return audit;
    },

    finish: (auditId: string, { kept, ...numbers }: ReconciliationReport, nowMs: number): void => {
      const unfinished = and(eq(moneyAudit.id, auditId), isNull(moneyAudit.finishedAtMs));
      const set = { ...numbers, finishedAtMs: nowMs };
      if (db.update(moneyAudit).set(set).where(unfinished).run().changes === 0) return;
      for (const difference of kept) db.insert(moneyDifference).values(rowOf(auditId, difference)).run();
    },
  };
};

/** See `MoneyBooks.findAudit`, `audits` and `differences`. */
export const createReconciliationReader = ({ db }: Connection) => ({
  find: (auditId: string): Reconciliation | null =>
    db.select().from(moneyAudit).where(eq(moneyAudit.id, auditId)).get() ?? null,

  list: ({ after, limit }: Parameters<Ledger['reconciliations']>[0]): Page<Reconciliation, string> => {
    const rows = db
      .select()
      .from(moneyAudit)
      .where(after === null ? undefined : lt(moneyAudit.id, after))
      .orderBy(desc(moneyAudit.id))
      .limit(limit + 1)
      .all();
    return pageOf(rows, limit, ({ id }) => id);
  },

  differences: ({
    reconciliationId: auditId,
    after,
    limit,
  }: Parameters<Ledger['differences']>[0]): Page<Difference, string> => {
    const { id, auditId: of } = moneyDifference;
    const rows = db
      .select()
      .from(moneyDifference)
      .where(and(eq(of, auditId), after === null ? undefined : gt(id, after)))
      .orderBy(asc(id))
      .limit(limit + 1)
      .all();
    return pageOf(rows.map(differenceOf), limit, (one) => one.id);
  },
});

type Difference = LedgerDifference & { readonly id: string };
type Row = typeof moneyDifference.$inferSelect;

const rowOf = (auditId: string, { ours, theirs, ...difference }: Difference): Row => ({
  ...difference,
  auditId,
  oursAmount: ours?.amount ?? null,
  oursCurrency: ours?.currency ?? null,
  theirsAmount: theirs?.amount ?? null,
  theirsCurrency: theirs?.currency ?? null,
});

const differenceOf = (row: Row): Difference => ({
  id: row.id,
  kind: row.kind,
  providerId: row.providerId,
  paymentId: row.paymentId,
  refundId: row.refundId,
  ours: moneyOf(row.oursAmount, row.oursCurrency),
  theirs: moneyOf(row.theirsAmount, row.theirsCurrency),
  atMs: row.atMs,
});

const moneyOf = (amount: number | null, currency: string | null): Money | null =>
  amount === null || currency === null ? null : { amount, currency };
