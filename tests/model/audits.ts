import { err, ok, type Result } from 'neverthrow';
import {
  type Audits,
  auditKeyOf,
  type CheckoutRequest,
  type Claim,
  type ClaimFailure,
  fingerprintOf,
  type KnownResponse,
  type OpenClaim,
  type OutcomeRecord,
  type RecordResult,
  withNumber,
} from '../../core/audit.ts';
import { firstCheckoutSequence, formatCheckoutNumber } from '../../core/checkoutNumber.ts';
import { onlyOne } from '../../core/heldRows.ts';
import { type ClaimSnapshot, judgeClaims, type KnownAudit } from '../../core/judgeClaims.ts';
import { type CountedCheckout, countedPaymentStatuses, customersOf } from '../../core/limits.ts';
import { expiredDetail, isExpired, type Order } from '../../core/order.ts';
import { outcomeChanges } from '../../core/outcome.ts';
import {
  initialPaymentStatus,
  nextPaymentStatus,
  type Payment,
  type PaymentEvent,
} from '../../core/payment.ts';
import { firstStep } from '../../core/steps.ts';
import { stockReservedState, unitsToHold } from '../../core/stock.ts';
import { numberPrefix } from '../numberPrefix.ts';
import { findCheckout, ordersOf } from './checkout.ts';
import { appendHistory, applyOrderEvent } from './history.ts';
import { moveUnits, unitsLeft } from './stock.ts';
import { type PaymentRow, rowOf, rowsWhere, runTransaction, type Tables, type Writes } from './tables.ts';
import { newTask } from './transitions.ts';

const claimAll = (
  tables: Tables,
  ...[requests, nowMs, limits]: Parameters<Audits['claim']>
): readonly Result<Claim, ClaimFailure>[] =>
  runTransaction((writes) => {
    const snapshot = snapshotOf(tables, requests);
    const verdicts = judgeClaims(requests, snapshot, nowMs, limits);
    return verdicts.map((verdict, index): Result<Claim, ClaimFailure> => {
      const request = requests[index];
      if (verdict.isErr() || request === undefined) return err(verdict._unsafeUnwrapErr());
      const claim = withNumber(verdict.value, verdict.value.number ?? nextNumber(tables));
      writeClaim(tables, writes, request, claim, nowMs);
      for (const order of claim.orders)
        reserveUnits(tables, writes, order.id, unitsToHold(order, snapshot.stock), nowMs);
      return ok(claim);
    });
  });

export const createAudits = (tables: Tables): Audits => ({
  claim: async (...query) => ok(claimAll(tables, ...query)),
  claimAlone: async (request, nowMs, limits) => ok(onlyOne(claimAll(tables, [request], nowMs, limits))),

  recordOutcomes: async (records, nowMs) =>
    ok(runTransaction((writes) => records.map((record) => recordOutcome(tables, writes, record, nowMs)))),

  claimOpenPayments: async ({ nowMs, nextRecoveryAtMs, limit, onlyPaymentId }) => {
    const isDue = (row: PaymentRow): boolean =>
      onlyPaymentId === null ? row.recoverAtMs <= nowMs : isClaimable(row, onlyPaymentId, nowMs);
    const due = rowsWhere(
      tables.payments,
      (row) => isDue(row) && nextPaymentStatus(row.payment.status, 'lose') !== null,
    )
      .sort((one, other) => one.recoverAtMs - other.recoverAtMs)
      .slice(0, limit);
    return ok(
      runTransaction((writes) =>
        due.map((row) => {
          const attempt = row.attempt + 1;
          const recoverAtMs = nextRecoveryAtMs(attempt, row.claimedAtMs);
          const claimed = { ...row, payment: applyPaymentEvent(row.payment, 'lose'), attempt, recoverAtMs };
          writes.set(tables.payments, row.payment.id, { ...claimed, updatedAtMs: nowMs });
          return openClaimOf(tables, claimed);
        }),
      ),
    );
  },

  find: async (checkoutId) => ok(findCheckout(tables, checkoutId)),

  findByKey: async (request) => ok(findCheckout(tables, tables.auditIds.get(auditKeyOf(request)) ?? '')),
});

/** Audits are never deleted. */
const nextNumber = (tables: Tables): string =>
  formatCheckoutNumber({ prefix: numberPrefix, sequence: firstCheckoutSequence + tables.audits.size });

/** A payment that its checkout is charging now is left to that checkout. */
const isClaimable = ({ payment, recoverAtMs }: PaymentRow, paymentId: string, nowMs: number): boolean =>
  payment.id === paymentId && (payment.status !== initialPaymentStatus || recoverAtMs <= nowMs);

const snapshotOf = (tables: Tables, requests: readonly CheckoutRequest[]): ClaimSnapshot => {
  const audits = requests.map(auditKeyOf).flatMap((key): [string, KnownAudit][] => {
    const id = tables.auditIds.get(key);
    return id === undefined ? [] : [[key, knownAudit(tables, id)]];
  });
  const orders = requests
    .flatMap(({ orderIds }) => orderIds)
    .flatMap((id): [string, Order][] => {
      const row = tables.orders.get(id);
      return row === undefined ? [] : [[id, row.order]];
    });
  const stock = orders.map(([, { product }]): [string, number | null] => [
    product.id,
    unitsLeft(tables, product.id),
  ]);
  const counted = customersOf(requests).map((id): [string, readonly CountedCheckout[]] => [
    id,
    countedOf(tables, id),
  ]);
  return {
    audits: new Map(audits),
    orders: new Map(orders),
    stock: new Map(stock),
    counted: new Map(counted),
  };
};

const countedOf = (tables: Tables, customerId: string): readonly CountedCheckout[] =>
  rowsWhere(tables.audits, (audit) => audit.customerId === customerId)
    .map(({ id }) => rowOf(tables.payments, id))
    .filter(({ payment }) => countedPaymentStatuses.includes(payment.status))
    .map(({ payment, updatedAtMs }) => ({ status: payment.status, atMs: updatedAtMs }));

const knownAudit = (tables: Tables, id: string): KnownAudit => {
  const { number, fingerprint, orderIds, response } = rowOf(tables.audits, id);
  const { payment, attempt } = rowOf(tables.payments, id);
  return { checkoutId: id, number, fingerprint, orderIds, paymentStatus: payment.status, attempt, response };
};

const writeClaim = (
  tables: Tables,
  writes: Writes,
  request: CheckoutRequest,
  { checkoutId: id, number, attempt, amount, method, orders }: Claim,
  nowMs: number,
): void => {
  const { customerId, recoverAtMs } = request;
  const orderIds = orders.map((order) => order.id);
  const audit = { id, number, customerId, orderIds, fingerprint: fingerprintOf(request), response: null };
  const createdAtMs = tables.audits.get(id)?.createdAtMs ?? nowMs;
  writes.set(tables.audits, id, { ...audit, createdAtMs });
  writes.set(tables.auditIds, auditKeyOf(request), id);

  const known = tables.payments.get(id)?.payment;
  const payment: Payment =
    known === undefined
      ? { id, status: initialPaymentStatus, amount, method, reference: null, declineCode: null, action: null }
      : { ...applyPaymentEvent(known, 'retry'), amount };
  const times = { claimedAtMs: nowMs, recoverAtMs, updatedAtMs: nowMs };
  writes.set(tables.payments, id, { payment, attempt, ...times });

  for (const order of orders) {
    writes.set(tables.orders, order.id, { ...rowOf(tables.orders, order.id), order });
    appendHistory(tables, writes, order.id, { state: order.status, detail: null }, nowMs);
  }
};

const reserveUnits = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  units: number,
  nowMs: number,
): void => {
  if (units === 0) return;
  moveUnits(tables, writes, orderId, { given: -units, held: units });
  appendHistory(tables, writes, orderId, { state: stockReservedState, detail: null }, nowMs);
};

const recordOutcome = (
  tables: Tables,
  writes: Writes,
  record: OutcomeRecord,
  nowMs: number,
): RecordResult => {
  const { checkoutId, attempt } = record;
  const changes = outcomeChanges(record.outcome);
  const audit = rowOf(tables.audits, checkoutId);
  const row = rowOf(tables.payments, checkoutId);
  const stale = changes.newestAttemptOnly && attempt !== row.attempt;
  if (nextPaymentStatus(row.payment.status, changes.payment) === null || stale)
    return { applied: false, paymentStatus: row.payment.status, response: shownResponse(audit.response) };

  const payment: Payment = {
    ...applyPaymentEvent(row.payment, changes.payment),
    reference: changes.reference ?? row.payment.reference,
    declineCode: changes.declineCode,
    action: changes.keepsAction ? row.payment.action : changes.action,
  };
  const response = audit.response ?? record.response;
  writes.set(tables.payments, checkoutId, { ...row, payment, updatedAtMs: nowMs });
  writes.set(tables.audits, checkoutId, { ...audit, response });
  for (const orderId of audit.orderIds) recordOrderOutcome(tables, writes, orderId, record, nowMs);
  if (changes.createsTasks) insertTasks(tables, writes, record, audit.orderIds, nowMs);
  return { applied: true, paymentStatus: payment.status, response: shownResponse(response) };
};

const shownResponse = (response: KnownResponse) => (response === 'dropped' ? null : response);

const recordOrderOutcome = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  record: OutcomeRecord,
  nowMs: number,
): void => {
  const { order: event, historyDetail } = outcomeChanges(record.outcome);
  if (event === null) return;
  const { status } = applyOrderEvent(tables, writes, orderId, event, nowMs);
  appendHistory(tables, writes, orderId, { state: status, detail: historyDetail }, nowMs);
  if (event === 'release' && isExpired(rowOf(tables.orders, orderId).order, nowMs)) {
    const { status: state } = applyOrderEvent(tables, writes, orderId, 'cancel', nowMs);
    appendHistory(tables, writes, orderId, { state, detail: expiredDetail }, nowMs);
  }
  if (event === 'release') {
    const { payment, attempt } = rowOf(tables.payments, record.checkoutId);
    const { id: paymentId, status: ended, declineCode } = payment;
    const key = `${orderId} ${paymentId} ${attempt}`;
    writes.set(tables.paymentAttempts, key, {
      orderId,
      paymentId,
      attempt,
      status: ended,
      declineCode,
      atMs: nowMs,
    });
  }
  const { held } = rowOf(tables.orders, orderId);
  if (event === 'release' && held > 0) moveUnits(tables, writes, orderId, { given: held, held: 0 });
};

const insertTasks = (
  tables: Tables,
  writes: Writes,
  { checkoutId, tasks, traceparent }: OutcomeRecord,
  paidIds: readonly string[],
  nowMs: number,
): void => {
  const inTasks = new Set(tasks.flatMap(({ orderIds }) => orderIds));
  for (const orderId of paidIds)
    if (!inTasks.has(orderId)) throw new Error(`the order ${orderId} is paid and has no task`);
  for (const { id, orderIds, pipeline } of tasks) {
    const step = firstStep(pipeline);
    const group = { checkoutId, orderIds, jobId: null };
    writes.set(tables.tasks, id, { id, ...group, pipeline, step, runAtMs: nowMs, ...newTask, traceparent });
  }
};

const applyPaymentEvent = (payment: Payment, event: PaymentEvent): Payment => {
  const status = nextPaymentStatus(payment.status, event);
  if (status === null)
    throw new Error(`the payment ${payment.id} is ${payment.status}, which has no edge for ${event}`);
  return { ...payment, status };
};

const openClaimOf = (tables: Tables, { payment, attempt, claimedAtMs }: PaymentRow): OpenClaim => ({
  checkoutId: payment.id,
  number: rowOf(tables.audits, payment.id).number,
  attempt,
  amount: payment.amount,
  method: payment.method,
  orders: ordersOf(tables, rowOf(tables.audits, payment.id)),
  claimedAtMs,
});
