import type Database from 'better-sqlite3';
import { err, ok, type Result } from 'neverthrow';
import { firstIdAt } from '../../../core/id.ts';
import type {
  AcknowledgeCommand,
  CaseFailure,
  Ledger,
  MoneyCase,
  OwnRecord,
  OwnRecordQuery,
} from '../../../core/ledger.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { chargedPaymentStatuses, type PaymentStatus } from '../../../core/payment.ts';
import { type RefundStatus, succeededRefundStatuses } from '../../../core/refund.ts';
import { isOneOf } from '../../stored/statuses.ts';
import { createRunOnce } from '../commandKeys/once.ts';
import type { Connection } from '../connection.ts';
import { createAcknowledge } from './acknowledgements.ts';
import { createCountCases, createFindCase, createListCases } from './health.ts';
import { createReconciliationReader, createReconciliationWriter } from './reconciliations.ts';
import { createCompareStock } from './stock.ts';

export const createLedger = (connection: Connection): Ledger => {
  const { runStatement, client, read, write } = connection;
  const countCases = createCountCases(connection);
  const listCases = createListCases(connection);
  const findCase = createFindCase(connection);
  const acknowledge = createAcknowledge(connection);
  const compareStock = createCompareStock(connection);
  const { request, finish } = createReconciliationWriter(connection);
  const reconciliations = createReconciliationReader(connection);
  const runOnce = createRunOnce(connection);
  const payments = createPaymentRecords(client);
  const refunds = createRefundRecords(client);
  const acknowledgeCase = (command: AcknowledgeCommand, nowMs: number): Result<MoneyCase, CaseFailure> => {
    const found = findCase(command, nowMs);
    return found === null ? err({ kind: 'not_found' }) : ok(acknowledge(found, command, nowMs));
  };
  return {
    counts: async (nowMs) => read(() => countCases(nowMs)),
    cases: async (query) => runStatement(() => listCases(query)),
    findCase: async (query, nowMs) => runStatement(() => findCase(query, nowMs)),
    acknowledge: async (command, nowMs) =>
      write(() => acknowledgeCase(command, nowMs)).andThen((result) => result),
    acknowledgeOnce: async ({ commandKey, ...command }, nowMs) =>
      write(() => runOnce(commandKey, nowMs, () => acknowledgeCase(command, nowMs))).andThen(
        (result) => result,
      ),
    compareStock: async (slice, nowMs) => compareStock(slice, nowMs),
    requestReconciliation: async (reconciliation, nowMs) => write(() => request(reconciliation, nowMs)),
    requestReconciliationOnce: async ({ commandKey, ...reconciliation }, nowMs) =>
      write(() => runOnce(commandKey, nowMs, () => ok(request(reconciliation, nowMs)))).andThen(
        (outcome) => outcome,
      ),
    finishReconciliation: async (id, report, nowMs) => write(() => finish(id, report, nowMs)),
    findReconciliation: async (id) => runStatement(() => reconciliations.find(id)),
    findEvidence: async (query) => read(() => reconciliations.findEvidence(query)),
    reconciliations: async (query) => runStatement(() => reconciliations.list(query)),
    findDifference: async (id) => runStatement(() => reconciliations.findDifference(id)),
    differences: async (query) => runStatement(() => reconciliations.differences(query)),
    payments: async (ids) => read(() => ids.flatMap(payments.find)),
    refunds: async (ids) => read(() => ids.flatMap(refunds.find)),
    refundsByReference: async (references) => read(() => references.flatMap(refunds.findByReference)),
    listChargedPayments: async (query) => runStatement(() => payments.list(query)),
    listSucceededRefunds: async (query) => runStatement(() => refunds.list(query)),
  };
};

/** A payment's creation time is that of its audit. Its id has the same time. */
const createPaymentRecords = (client: Database.Database) => {
  const select = `
    select p.id, p.status, p.amount, p.currency, a.created_ms as createdAtMs, p.updated_ms as updatedAtMs,
      p.reference
    from payment p cross join audit a on a.id = p.id`;
  const byId = client.prepare<[string], RecordRow<PaymentStatus>>(`${select} where p.id = ?`);
  const charged = client.prepare<[string, string, string, number], RecordRow<PaymentStatus>>(
    `${select} where p.id >= ? and p.id > ? and p.id < ? and ${isOneOf('p.status', chargedPaymentStatuses)}
     order by p.id limit ?`,
  );
  return {
    find: (id: string): readonly OwnRecord<PaymentStatus>[] => byId.all(id).map(recordOf),
    list: ({ fromMs, toMs, after, limit }: OwnRecordQuery): Page<OwnRecord<PaymentStatus>, string> =>
      pageOfRecords(charged.all(firstIdAt(fromMs), after ?? '', firstIdAt(toMs), limit + 1), limit),
  };
};

const createRefundRecords = (client: Database.Database) => {
  type Row = RecordRow<RefundStatus>;
  const select = `
    select id, status, amount, currency, created_ms as createdAtMs, updated_ms as updatedAtMs, reference from refund`;
  const byId = client.prepare<[string], Row>(`${select} where id = ?`);
  const byReference = client.prepare<[string], Row>(`${select} where reference = ?`);
  const succeeded = client.prepare<[number, number, string, number], Row>(
    `${select} indexed by refund_succeeded
     where ${isOneOf('status', succeededRefundStatuses)} and updated_ms >= ? and updated_ms < ? and id > ?
     order by id limit ?`,
  );
  return {
    find: (id: string): readonly OwnRecord<RefundStatus>[] => byId.all(id).map(recordOf),
    findByReference: (reference: string): readonly OwnRecord<RefundStatus>[] =>
      byReference.all(reference).map(recordOf),
    list: ({ fromMs, toMs, after, limit }: OwnRecordQuery): Page<OwnRecord<RefundStatus>, string> =>
      pageOfRecords(succeeded.all(fromMs, toMs, after ?? '', limit + 1), limit),
  };
};

type RecordRow<Status> = Omit<OwnRecord<Status>, 'amount'> & {
  readonly amount: number;
  readonly currency: string;
};

const recordOf = <Status>({ amount, currency, ...row }: RecordRow<Status>): OwnRecord<Status> => ({
  ...row,
  amount: { amount, currency },
});

const pageOfRecords = <Status>(
  rows: readonly RecordRow<Status>[],
  limit: number,
): Page<OwnRecord<Status>, string> => pageOf(rows.map(recordOf), limit, ({ id }) => id);
