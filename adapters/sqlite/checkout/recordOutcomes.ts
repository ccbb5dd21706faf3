import type { OutcomeRecord, RecordResult } from '../../../core/audit.ts';
import { orderStatusAfter } from '../../../core/order.ts';
import { type OutcomeChanges, outcomeChanges } from '../../../core/outcome.ts';
import { nextPaymentStatus, type PaymentStatus } from '../../../core/payment.ts';
import { firstStep } from '../../../core/steps.ts';
import { storedResponseOf } from '../../stored/response.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';
import type { CheckoutReader } from './read.ts';

type Row = {
  readonly status: PaymentStatus;
  readonly attempt: number;
  /** JSON. */
  readonly orderIds: string;
  readonly answered: 0 | 1;
};

export const createRecordOutcomes = (connection: Connection, { responseTo: answerTo }: CheckoutReader) => {
  const { client } = connection;
  const moveOrders = orderMoving(connection);
  const byId = client.prepare<[string], Row>(
    `select p.status, p.attempt, a.order_ids as orderIds, p.answer is not null as answered
     from payment p cross join audit a on a.id = p.id where p.id = ?`,
  );
  const updatePayment = paymentUpdating(connection);

  return (settlement: OutcomeRecord, nowMs: number): RecordResult => {
    const { checkoutId, attempt, outcome } = settlement;
    const changes = outcomeChanges(outcome);
    const row = byId.get(checkoutId);
    if (row === undefined) throw new Error(`there is no checkout ${checkoutId} to settle`);
    const given = row.answered === 1 ? answerTo(checkoutId) : null;

    const status = nextPaymentStatus(row.status, changes.payment);
    const stale = changes.newestAttemptOnly && attempt !== row.attempt;
    if (status === null || stale) return { applied: false, paymentStatus: row.status, response: given };

    updatePayment(settlement, changes, status, nowMs);
    moveOrders(settlement, changes, JSON.parse(row.orderIds), nowMs);
    return { applied: true, paymentStatus: status, response: given ?? settlement.response };
  };
};

/** The first answer stays. */
const paymentUpdating = ({ client }: Connection) => {
  const update = client.prepare<
    [PaymentStatus, string | null, string | null, string | null, 0 | 1, string | null, number, string]
  >(
    `update payment set status = ?, answer = coalesce(answer, ?), reference = coalesce(?, reference),
       decline_code = ?, action = case when ? then action else ? end, updated_ms = ? where id = ?`,
  );

  return (
    { checkoutId, response: answer }: OutcomeRecord,
    { reference, declineCode, action, keepsAction }: OutcomeChanges,
    status: PaymentStatus,
    nowMs: number,
  ): void => {
    const kept = answer === null ? null : JSON.stringify(storedResponseOf(answer));
    const shown = action === null ? null : JSON.stringify(action);
    update.run(status, kept, reference, declineCode, keepsAction ? 1 : 0, shown, nowMs, checkoutId);
  };
};

const orderMoving = ({ client }: Connection) => {
  const tell = createAppendHistory(client);
  // Read apart: for `returning`, SQLite builds a table of what it returns.
  const seqOf = client
    .prepare<[string, string], number>(
      `select seq from orders where id = ? and checkout_id = ? and status = ${quoted(orderStatusAfter.claim)}`,
    )
    .pluck();
  const update = client.prepare<[string, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );
  const insertTask = client.prepare<[string, string, string, string, number, number]>(
    `insert into task (id, order_id, pipeline, step, state, run_ms, seq) values (?, ?, ?, ?, 'ready', ?, ?)`,
  );

  return (
    { checkoutId, tasks }: OutcomeRecord,
    { order: event, historyDetail, owesTasks }: OutcomeChanges,
    orderIds: readonly string[],
    nowMs: number,
  ): void => {
    if (event === null) return;
    const status = orderStatusAfter[event];
    const taskOf = new Map(tasks.map((task) => [task.orderId, task]));
    for (const orderId of orderIds) {
      const last = seqOf.get(orderId, checkoutId);
      if (last === undefined)
        throw new Error(`the order ${orderId} is not held by its checkout ${checkoutId}`);
      const seq = last + 1;
      update.run(status, seq, nowMs, orderId);
      tell(orderId, { seq, state: status, detail: historyDetail }, nowMs);
      if (!owesTasks) continue;
      const task = taskOf.get(orderId);
      if (task === undefined) throw new Error(`the order ${orderId} is paid and has no task`);
      insertTask.run(task.id, orderId, task.pipeline, firstStep(task.pipeline), nowMs, seq);
    }
  };
};
