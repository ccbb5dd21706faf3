import { firstId, firstIdAt } from '../../../core/id.ts';
import type { Ledger, OwnRecord, OwnRecordQuery } from '../../../core/ledger.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { chargedPaymentStatuses, type PaymentStatus } from '../../../core/payment.ts';
import { type RefundStatus, succeededRefundStatuses } from '../../../core/refund.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { statusList } from '../statuses.ts';
import { acknowledge, acknowledgeOnce } from './acknowledgements.ts';
import { countCases, findCase, listCases } from './health.ts';
import {
  findDifference,
  findEvidence,
  findReconciliation,
  finishReconciliation,
  listDifferences,
  listReconciliations,
  requestReconciliation,
  requestReconciliationOnce,
} from './reconciliations.ts';
import { compareStock } from './stock.ts';

export const createLedger = (sql: Sql): Ledger => ({
  counts: (nowMs) => orUnavailable(() => countCases(sql, nowMs)),
  cases: (query) => orUnavailable(() => listCases(sql, query)),
  findCase: (query, nowMs) => orUnavailable(() => findCase(sql, query, nowMs)),
  acknowledge: (command, nowMs) => acknowledge(sql, (tx) => findCase(tx, command, nowMs), command, nowMs),
  acknowledgeOnce: (command, nowMs) =>
    acknowledgeOnce(sql, (tx) => findCase(tx, command, nowMs), command, nowMs),
  compareStock: (slice, nowMs) => orUnavailable(() => compareStock(sql, slice, nowMs)),
  requestReconciliation: (request, nowMs) => requestReconciliation(sql, request, nowMs),
  requestReconciliationOnce: (request, nowMs) => requestReconciliationOnce(sql, request, nowMs),
  finishReconciliation: (id, report, nowMs) =>
    orUnavailable(() => finishReconciliation(sql, id, report, nowMs)),
  findReconciliation: (id) => orUnavailable(() => findReconciliation(sql, id)),
  findEvidence: (query) => orUnavailable(() => findEvidence(sql, query)),
  reconciliations: (query) => orUnavailable(() => listReconciliations(sql, query)),
  findDifference: (id) => orUnavailable(() => findDifference(sql, id)),
  differences: (query) => orUnavailable(() => listDifferences(sql, query)),

  payments: (ids) =>
    orUnavailable(async () => {
      const rows = await sql<OwnRecordRow<PaymentStatus>[]>`
        select p.id, p.status, p.amount, p.currency, a.created_ms, p.updated_ms, p.reference
        from payment p join audit a using (id) where p.id = any(${ids as string[]}::uuid[])`;
      return rows.map(ownRecordOf);
    }),

  refunds: (ids) =>
    orUnavailable(async () => {
      const rows = await sql<OwnRecordRow<RefundStatus>[]>`
        select id, status, amount, currency, created_ms, updated_ms, reference
        from refund where id = any(${ids as string[]}::uuid[])`;
      return rows.map(ownRecordOf);
    }),

  refundsByReference: (references) =>
    orUnavailable(async () => {
      const rows = await sql<OwnRecordRow<RefundStatus>[]>`
        select id, status, amount, currency, created_ms, updated_ms, reference
        from refund where reference = any(${references as string[]}::text[])`;
      return rows.map(ownRecordOf);
    }),

  listChargedPayments: (span) => orUnavailable(() => listChargedPayments(sql, span)),
  listSucceededRefunds: (span) => orUnavailable(() => listSucceededRefunds(sql, span)),
});

type OwnRecordRow<Status> = {
  readonly id: string;
  readonly status: Status;
  readonly amount: number;
  readonly currency: string;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly reference: string | null;
};

const ownRecordOf = <Status>(row: OwnRecordRow<Status>): OwnRecord<Status> => ({
  id: row.id,
  status: row.status,
  amount: { amount: row.amount, currency: row.currency },
  createdAtMs: row.created_ms,
  updatedAtMs: row.updated_ms,
  reference: row.reference,
});

type Made<Status> = Page<OwnRecord<Status>, string>;

const listChargedPayments = async (
  sql: Sql,
  { fromMs, toMs, after, limit }: OwnRecordQuery,
): Promise<Made<PaymentStatus>> => {
  const rows = await sql<OwnRecordRow<PaymentStatus>[]>`
    select p.id, p.status, p.amount, p.currency, a.created_ms, p.updated_ms, p.reference
    from payment p join audit a using (id)
    where p.id >= ${firstIdAt(fromMs)} and p.id < ${firstIdAt(toMs)} and p.id > ${after ?? firstId}
      and a.id >= ${firstIdAt(fromMs)} and a.id < ${firstIdAt(toMs)} and a.id > ${after ?? firstId}
      and p.status in (${statusList(sql, chargedPaymentStatuses)})
    order by p.id limit ${limit + 1}`;
  return pageOf(rows.map(ownRecordOf), limit, ({ id }) => id);
};

const listSucceededRefunds = async (
  sql: Sql,
  { fromMs, toMs, after, limit }: OwnRecordQuery,
): Promise<Made<RefundStatus>> => {
  const rows = await sql<OwnRecordRow<RefundStatus>[]>`
    select id, status, amount, currency, created_ms, updated_ms, reference from refund
    where status in (${statusList(sql, succeededRefundStatuses)}) and updated_ms >= ${fromMs}
      and updated_ms < ${toMs} and id > ${after ?? firstId}
    order by id limit ${limit + 1}`;
  return pageOf(rows.map(ownRecordOf), limit, ({ id }) => id);
};
