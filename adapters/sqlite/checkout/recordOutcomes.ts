import type { OutcomeRecord, RecordResult } from '../../../core/audit.ts';
import { countedPaymentStatuses } from '../../../core/limits.ts';
import { expiredDetail, isExpired, orderStatusAfter } from '../../../core/order.ts';
import { type OutcomeChanges, outcomeChanges } from '../../../core/outcome.ts';
import { nextPaymentStatus, type PaymentStatus } from '../../../core/payment.ts';
import { firstStep } from '../../../core/steps.ts';
import { storedResponseOf } from '../../stored/response.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';
import { createWriteCounted } from './countedCheckouts.ts';
import type { CheckoutReader } from './read.ts';

type Row = {
  readonly status: PaymentStatus;
  readonly attempt: number;
  /** JSON. */
  readonly orderIds: string;
  readonly hasResponse: 0 | 1;
};

/** See `Audits.recordOutcomes`. Runs in the caller's transaction. */
export const createRecordOutcome = (connection: Connection, { responseTo }: CheckoutReader) => {
  const { client } = connection;
  const updatePayment = createUpdatePayment(connection);
  const updateOrders = createUpdateOrders(connection);
  const insertAttempt = client.prepare<[string, string, number, PaymentStatus, string | null, number]>(
    `insert into payment_attempt (order_id, payment_id, attempt, status, decline_code, at_ms)
     values (?, ?, ?, ?, ?, ?)`,
  );
  const writeCounted = createWriteCounted(connection);
  const byId = client.prepare<[string], Row>(
    `select p.status, p.attempt, a.order_ids as orderIds, p.response is not null as hasResponse
     from payment p cross join audit a on a.id = p.id where p.id = ?`,
  );

  return (record: OutcomeRecord, nowMs: number): RecordResult => {
    const { checkoutId, attempt, outcome } = record;
    const changes = outcomeChanges(outcome);
    const row = byId.get(checkoutId);
    if (row === undefined) throw new Error(`there is no checkout ${checkoutId}`);
    const known = row.hasResponse === 1 ? responseTo(checkoutId) : null;
    const stored = known === 'dropped' ? null : known;

    const status = nextPaymentStatus(row.status, changes.payment);
    const stale = changes.newestAttemptOnly && attempt !== row.attempt;
    if (status === null || stale) return { applied: false, paymentStatus: row.status, response: stored };

    updatePayment(record, changes, status, nowMs);
    const orderIds: readonly string[] = JSON.parse(row.orderIds);
    updateOrders(record, changes, orderIds, nowMs);
    if (changes.order === 'release')
      for (const orderId of orderIds)
        insertAttempt.run(orderId, checkoutId, row.attempt, status, changes.declineCode, nowMs);
    if (countedPaymentStatuses.includes(status)) writeCounted(checkoutId, nowMs);
    return { applied: true, paymentStatus: status, response: stored ?? record.response };
  };
};

/** A stored response is never replaced. */
const createUpdatePayment = ({ client }: Connection) => {
  const update = client.prepare<
    [PaymentStatus, string | null, string | null, string | null, 0 | 1, string | null, number, string]
  >(
    `update payment set status = ?, response = coalesce(response, ?), reference = coalesce(?, reference),
       decline_code = ?, action = case when ? then action else ? end, updated_ms = ? where id = ?`,
  );

  return (
    { checkoutId, response }: OutcomeRecord,
    { reference, declineCode, action, keepsAction }: OutcomeChanges,
    status: PaymentStatus,
    nowMs: number,
  ): void => {
    const responseJson = response === null ? null : JSON.stringify(storedResponseOf(response));
    const actionJson = action === null ? null : JSON.stringify(action);
    update.run(
      status,
      responseJson,
      reference,
      declineCode,
      keepsAction ? 1 : 0,
      actionJson,
      nowMs,
      checkoutId,
    );
  };
};

const createUpdateOrders = ({ client }: Connection) => {
  const appendHistory = createAppendHistory(client);
  // A separate read, because SQLite builds a table of the rows for `returning`.
  const claimed = client.prepare<
    [string, string],
    { readonly seq: number; readonly productId: string; readonly held: number; readonly expiresAtMs: number }
  >(
    `select seq, product_id as productId, held, expires_ms as expiresAtMs from orders
     where id = ? and checkout_id = ? and status = ${quoted(orderStatusAfter.claim)}`,
  );
  const update = client.prepare<[string, number, number, number, string]>(
    'update orders set status = ?, seq = ?, held = ?, updated_ms = ? where id = ?',
  );
  const giveBack = client.prepare<[number, string]>(
    'update stock set units = units + ? where product_id = ?',
  );
  const insertTask = client.prepare<[string, string, string, string, string, string, number, string | null]>(
    `insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms, traceparent)
     values (?, ?, ?, ?, ?, ?, 'ready', ?, ?)`,
  );

  return (
    { checkoutId, tasks, traceparent }: OutcomeRecord,
    { order: event, historyDetail, createsTasks }: OutcomeChanges,
    orderIds: readonly string[],
    nowMs: number,
  ): void => {
    if (event === null) return;
    const status = orderStatusAfter[event];
    const seqOf = new Map<string, number>();
    for (const orderId of orderIds) {
      const row = claimed.get(orderId, checkoutId);
      if (row === undefined)
        throw new Error(`the order ${orderId} is not claimed by its checkout ${checkoutId}`);
      const seq = row.seq + 1;
      const frees = event === 'release' && row.held > 0;
      const expires = event === 'release' && isExpired(row, nowMs);
      const held = frees ? 0 : row.held;
      if (expires) update.run(orderStatusAfter.cancel, seq + 1, held, nowMs, orderId);
      else update.run(status, seq, held, nowMs, orderId);
      if (frees) giveBack.run(row.held, row.productId);
      appendHistory(orderId, { seq, state: status, detail: historyDetail }, nowMs);
      if (expires)
        appendHistory(
          orderId,
          { seq: seq + 1, state: orderStatusAfter.cancel, detail: expiredDetail },
          nowMs,
        );
      seqOf.set(orderId, seq);
    }
    if (!createsTasks) return;
    const inTasks = new Set(tasks.flatMap((task) => task.orderIds));
    for (const orderId of orderIds)
      if (!inTasks.has(orderId)) throw new Error(`the order ${orderId} is paid and has no task`);
    for (const task of tasks) {
      const seqs = JSON.stringify(task.orderIds.map((id) => seqOf.get(id)));
      const ids = JSON.stringify(task.orderIds);
      const { id, pipeline } = task;
      insertTask.run(id, checkoutId, ids, seqs, pipeline, firstStep(pipeline), nowMs, traceparent ?? null);
    }
  };
};
