import { ok } from 'neverthrow';
import {
  type Audits,
  type CheckoutRequest,
  type Claim,
  type ClaimSnapshot,
  fingerprintOf,
  judgeClaims,
  type KnownAudit,
  type OpenClaim,
  type OutcomeRecord,
  type RecordResult,
} from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import { outcomeChanges } from '../../core/outcome.ts';
import {
  initialPaymentStatus,
  nextPaymentStatus,
  type Payment,
  type PaymentEvent,
} from '../../core/payment.ts';
import { firstStep } from '../../core/steps.ts';
import { leave, move } from './history.ts';
import { type AuditRow, atomically, type PaymentRow, rowOf, type Tables, type Writes } from './tables.ts';
import { freshTask } from './transitions.ts';

export const memoryAudits = (tables: Tables): Audits => ({
  claim: async (requests, nowMs) =>
    ok(
      atomically((writes) => {
        const verdicts = judgeClaims(requests, groundOf(tables, requests), nowMs);
        requests.forEach((request, index) => {
          verdicts[index]?.map((claim) => writeClaim(tables, writes, request, claim, nowMs));
        });
        return verdicts;
      }),
    ),

  recordOutcomes: async (settlements, nowMs) =>
    ok(atomically((writes) => settlements.map((one) => settleOne(tables, writes, one, nowMs)))),

  claimOpenPayments: async ({ nowMs, againAtMs, limit, only }) => {
    const due = [...tables.payments.values()]
      .filter(({ payment }) => nextPaymentStatus(payment.status, 'lose') !== null)
      .filter((row) => (only === null ? row.dueMs <= nowMs : isThis(row, only, nowMs)))
      .sort((one, other) => one.dueMs - other.dueMs)
      .slice(0, limit);
    return ok(
      atomically((writes) =>
        due.map((row) => {
          const attempt = row.attempt + 1;
          const dueMs = againAtMs(attempt, row.claimedAtMs);
          const taken = { ...row, payment: pay(row.payment, 'lose'), attempt, dueMs };
          writes.set(tables.payments, row.payment.id, { ...taken, updatedAtMs: nowMs });
          return unsettled(tables, taken);
        }),
      ),
    );
  },

  find: async (checkoutId) => {
    const audit = tables.audits.get(checkoutId);
    if (audit === undefined) return ok(null);
    const { payment, updatedAtMs } = rowOf(tables.payments, checkoutId);
    const { id, customerId, createdAtMs } = audit;
    return ok({ id, customerId, payment, orders: ordersOf(tables, audit), createdAtMs, updatedAtMs });
  },
});

/** One that is being charged just now is left to its checkout. */
const isThis = ({ payment, dueMs }: PaymentRow, only: string, nowMs: number): boolean =>
  payment.id === only && (payment.status !== initialPaymentStatus || dueMs <= nowMs);

const groundOf = (tables: Tables, requests: readonly CheckoutRequest[]): ClaimSnapshot => {
  const audits = requests.flatMap(({ key }): [string, KnownAudit][] => {
    const id = tables.keys.get(key);
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
    rowOf(tables.products, product.id).product.stock,
  ]);
  return { audits: new Map(audits), orders: new Map(orders), stock: new Map(stock) };
};

const knownAudit = (tables: Tables, id: string): KnownAudit => {
  const { fingerprint, orderIds, answer } = rowOf(tables.audits, id);
  const { payment, attempt } = rowOf(tables.payments, id);
  return { checkoutId: id, fingerprint, orderIds, paymentStatus: payment.status, attempt, response: answer };
};

const writeClaim = (
  tables: Tables,
  writes: Writes,
  request: CheckoutRequest,
  { checkoutId: id, attempt, amount, method, orders }: Claim,
  nowMs: number,
): void => {
  const { key, customerId, reconcileAtMs } = request;
  const orderIds = orders.map((order) => order.id);
  const audit = { id, customerId, orderIds, fingerprint: fingerprintOf(request), answer: null };
  const createdAtMs = tables.audits.get(id)?.createdAtMs ?? nowMs;
  writes.set(tables.audits, id, { ...audit, createdAtMs });
  writes.set(tables.keys, key, id);

  const known = tables.payments.get(id)?.payment;
  const payment: Payment =
    known === undefined
      ? { id, status: initialPaymentStatus, amount, method, reference: null, declineCode: null, action: null }
      : pay(known, 'retry');
  const times = { claimedAtMs: nowMs, dueMs: reconcileAtMs, updatedAtMs: nowMs };
  writes.set(tables.payments, id, { payment, attempt, ...times });

  for (const order of orders) {
    writes.set(tables.orders, order.id, { ...rowOf(tables.orders, order.id), order });
    leave(tables, writes, order.id, { state: order.status, detail: null }, nowMs);
  }
};

const settleOne = (
  tables: Tables,
  writes: Writes,
  settlement: OutcomeRecord,
  nowMs: number,
): RecordResult => {
  const { checkoutId, attempt } = settlement;
  const changes = outcomeChanges(settlement.outcome);
  const audit = rowOf(tables.audits, checkoutId);
  const row = rowOf(tables.payments, checkoutId);
  const stale = changes.newestAttemptOnly && attempt !== row.attempt;
  if (nextPaymentStatus(row.payment.status, changes.payment) === null || stale)
    return { applied: false, paymentStatus: row.payment.status, response: audit.answer };

  const payment: Payment = {
    ...pay(row.payment, changes.payment),
    reference: changes.reference ?? row.payment.reference,
    declineCode: changes.declineCode,
    action: changes.keepsAction ? row.payment.action : changes.action,
  };
  const answer = audit.answer ?? settlement.response;
  writes.set(tables.payments, checkoutId, { ...row, payment, updatedAtMs: nowMs });
  writes.set(tables.audits, checkoutId, { ...audit, answer });
  for (const orderId of audit.orderIds) settleOrder(tables, writes, orderId, settlement, nowMs);
  return { applied: true, paymentStatus: payment.status, response: answer };
};

const settleOrder = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  settlement: OutcomeRecord,
  nowMs: number,
): void => {
  const { order: event, historyDetail, owesTasks } = outcomeChanges(settlement.outcome);
  if (event === null) return;
  const { status } = move(tables, writes, orderId, event, nowMs);
  leave(tables, writes, orderId, { state: status, detail: historyDetail }, nowMs);
  if (!owesTasks) return;
  const task = settlement.tasks.find((one) => one.orderId === orderId);
  if (task === undefined) throw new Error(`the order ${orderId} is paid and has no task`);
  const { id, pipeline } = task;
  const step = firstStep(pipeline);
  writes.set(tables.tasks, id, { id, orderId, jobId: null, pipeline, step, runAtMs: nowMs, ...freshTask });
};

const pay = (payment: Payment, event: PaymentEvent): Payment => {
  const status = nextPaymentStatus(payment.status, event);
  if (status === null) throw new Error(`the payment ${payment.id} is ${payment.status}: no ${event}`);
  return { ...payment, status };
};

const ordersOf = (tables: Tables, { orderIds }: AuditRow): readonly Order[] =>
  orderIds.map((id) => rowOf(tables.orders, id).order);

const unsettled = (tables: Tables, { payment, attempt, claimedAtMs }: PaymentRow): OpenClaim => ({
  checkoutId: payment.id,
  attempt,
  amount: payment.amount,
  method: payment.method,
  orders: ordersOf(tables, rowOf(tables.audits, payment.id)),
  claimedAtMs,
});
