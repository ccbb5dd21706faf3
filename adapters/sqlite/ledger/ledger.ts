import type Database from 'better-sqlite3';
import { firstIdAt } from '../../../core/id.ts';
import type { Ledger, OwnRecord, Span } from '../../../core/ledger.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { chargedPaymentStatuses, type PaymentStatus } from '../../../core/payment.ts';
import { type RefundStatus, succeededRefundStatuses } from '../../../core/refund.ts';
import { isOneOf } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createCountCases, createListCases } from './health.ts';
import { createReconciliationReader, createReconciliationWriter } from './reconciliations.ts';

export const createLedger = (connection: Connection): Ledger => {
  const { ask, client, read, write } = connection;
  const counts = createCountCases(connection);
  const findings = createListCases(connection);
  const { request, finish } = createReconciliationWriter(connection);
  const audits = createReconciliationReader(connection);
  const payments = paymentBooks(client);
  const refunds = refundBooks(client);
  return {
    counts: async (nowMs) => read(() => counts(nowMs)),
    cases: async (query) => ask(() => findings(query)),
    requestReconciliation: async (audit, nowMs) => write(() => request(audit, nowMs)),
    finishReconciliation: async (auditId, report, nowMs) => write(() => finish(auditId, report, nowMs)),
    findReconciliation: async (auditId) => ask(() => audits.find(auditId)),
    reconciliations: async (query) => ask(() => audits.list(query)),
    differences: async (query) => ask(() => audits.differences(query)),
    payments: async (ids) => read(() => ids.flatMap(payments.find)),
    refunds: async (ids) => read(() => ids.flatMap(refunds.find)),
    paymentsMade: async (span) => ask(() => payments.made(span)),
    refundsMade: async (span) => ask(() => refunds.made(span)),
  };
};

/** Made when its key was seen first, which is the time that its id tells. */
const paymentBooks = (client: Database.Database) => {
  const select = `
    select p.id, p.status, p.amount, p.currency, a.created_ms as createdAtMs, p.updated_ms as updatedAtMs
    from payment p cross join audit a on a.id = p.id`;
  const byId = client.prepare<[string], BookedRow<PaymentStatus>>(`${select} where p.id = ?`);
  const made = client.prepare<[string, string, string, number], BookedRow<PaymentStatus>>(
    `${select} where p.id >= ? and p.id > ? and p.id < ? and ${isOneOf('p.status', chargedPaymentStatuses)}
     order by p.id limit ?`,
  );
  return {
    find: (id: string): readonly OwnRecord<PaymentStatus>[] => byId.all(id).map(bookedOf),
    made: ({ fromMs, toMs, after, limit }: Span): Page<OwnRecord<PaymentStatus>, string> =>
      pageOfBooked(made.all(firstIdAt(fromMs), after ?? '', firstIdAt(toMs), limit + 1), limit),
  };
};

const refundBooks = (client: Database.Database) => {
  const select = `
    select id, status, amount, currency, created_ms as createdAtMs, updated_ms as updatedAtMs from refund`;
  const byId = client.prepare<[string], BookedRow<RefundStatus>>(`${select} where id = ?`);
  const made = client.prepare<[number, number, string, number], BookedRow<RefundStatus>>(
    `${select} indexed by refund_succeeded
     where ${isOneOf('status', succeededRefundStatuses)} and updated_ms >= ? and updated_ms < ? and id > ? order by id limit ?`,
  );
  return {
    find: (id: string): readonly OwnRecord<RefundStatus>[] => byId.all(id).map(bookedOf),
    made: ({ fromMs, toMs, after, limit }: Span): Page<OwnRecord<RefundStatus>, string> =>
      pageOfBooked(made.all(fromMs, toMs, after ?? '', limit + 1), limit),
  };
};

type BookedRow<Status> = Omit<OwnRecord<Status>, 'amount'> & {
  readonly amount: number;
  readonly currency: string;
};

const bookedOf = <Status>({ amount, currency, ...row }: BookedRow<Status>): OwnRecord<Status> => ({
  ...row,
  amount: { amount, currency },
});

const pageOfBooked = <Status>(
  rows: readonly BookedRow<Status>[],
  limit: number,
): Page<OwnRecord<Status>, string> => pageOf(rows.map(bookedOf), limit, ({ id }) => id);
