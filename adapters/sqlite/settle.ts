import type { Settled, Settlement } from '../../core/audit.ts';
import { nextStatus, type OrderEvent } from '../../core/order.ts';
import { nextPaymentStatus, type PaymentEvent, type PaymentStatus } from '../../core/payment.ts';
import { historyDetail } from '../../core/settlement.ts';
import { firstStep } from '../../core/steps.ts';
import { keptOf } from '../answers.ts';
import type { Checkouts } from './checkouts.ts';
import type { Connection } from './connection.ts';
import { telling } from './history.ts';

type Outcome = Settlement['outcome'];

/** What each outcome does to the payment and to its orders. */
const events: Readonly<
  Record<Outcome['kind'], { readonly payment: PaymentEvent; readonly order: OrderEvent | null }>
> = {
  succeeded: { payment: 'succeed', order: 'pay' },
  declined: { payment: 'decline', order: 'release' },
  cancelled: { payment: 'cancel', order: 'release' },
  released: { payment: 'cancel', order: 'release' },
  requires_action: { payment: 'challenge', order: null },
  unknown: { payment: 'lose', order: null },
};

type Row = {
  readonly status: PaymentStatus;
  readonly attempt: number;
  /** JSON. */
  readonly orderIds: string;
  readonly answered: 0 | 1;
};

export const settling = (connection: Connection, { answerTo }: Checkouts) => {
  const { client } = connection;
  const moveOrders = orderMoving(connection);
  const byId = client.prepare<[string], Row>(
    `select p.status, p.attempt, a.order_ids as orderIds, p.answer is not null as answered
     from payment p cross join audit a on a.id = p.id where p.id = ?`,
  );
  const updatePayment = paymentUpdating(connection);

  return (settlement: Settlement, nowMs: number): Settled => {
    const { checkoutId, attempt, outcome } = settlement;
    const row = byId.get(checkoutId);
    if (row === undefined) throw new Error(`there is no checkout ${checkoutId} to settle`);
    const given = row.answered === 1 ? answerTo(checkoutId) : null;

    const status = nextPaymentStatus(row.status, events[outcome.kind].payment);
    const overtaken = outcome.kind === 'released' && attempt !== row.attempt;
    if (status === null || overtaken) return { applied: false, paymentStatus: row.status, answer: given };

    updatePayment(settlement, status, nowMs);
    moveOrders(settlement, JSON.parse(row.orderIds), nowMs);
    return { applied: true, paymentStatus: status, answer: given ?? settlement.answer };
  };
};

/**
 * What there was to do for the customer is done, or is no more, with any outcome that is known. The first answer
 * stays.
 */
const paymentUpdating = ({ client }: Connection) => {
  const learn = client.prepare<
    [PaymentStatus, string | null, string | null, string | null, string | null, number, string]
  >(
    `update payment set status = ?, answer = coalesce(answer, ?), reference = coalesce(?, reference),
       decline_code = ?, action = ?, updated_ms = ? where id = ?`,
  );
  const lose = client.prepare<[PaymentStatus, string | null, number, string]>(
    'update payment set status = ?, answer = coalesce(answer, ?), updated_ms = ? where id = ?',
  );

  return ({ checkoutId: id, outcome, answer }: Settlement, status: PaymentStatus, nowMs: number): void => {
    const kept = answer === null ? null : JSON.stringify(keptOf(answer));
    if (outcome.kind === 'unknown') lose.run(status, kept, nowMs, id);
    else learn.run(status, kept, referenceOf(outcome), declineCodeOf(outcome), actionOf(outcome), nowMs, id);
  };
};

const orderMoving = ({ client }: Connection) => {
  const tell = telling(client);
  // Read apart: for `returning`, SQLite builds a table of what it returns.
  const seqOf = client
    .prepare<[string, string], number>(
      `select seq from orders where id = ? and checkout_id = ? and status = 'paying'`,
    )
    .pluck();
  const update = client.prepare<[string, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );
  const insertTask = client.prepare<[string, string, string, string, number, number]>(
    `insert into task (id, order_id, pipeline, step, state, run_ms, seq) values (?, ?, ?, ?, 'ready', ?, ?)`,
  );

  return ({ checkoutId, outcome, tasks }: Settlement, orderIds: readonly string[], nowMs: number): void => {
    const event = events[outcome.kind].order;
    const status = event === null ? null : nextStatus('paying', event);
    if (status === null) return;
    const taskOf = new Map(tasks.map((task) => [task.orderId, task]));
    for (const orderId of orderIds) {
      const last = seqOf.get(orderId, checkoutId);
      if (last === undefined)
        throw new Error(`the order ${orderId} is not held by its checkout ${checkoutId}`);
      const seq = last + 1;
      update.run(status, seq, nowMs, orderId);
      tell(orderId, { seq, state: status, detail: historyDetail(outcome) }, nowMs);
      if (status !== 'paid') continue;
      const task = taskOf.get(orderId);
      if (task === undefined) throw new Error(`the order ${orderId} is paid and has no task`);
      insertTask.run(task.id, orderId, task.pipeline, firstStep(task.pipeline), nowMs, seq);
    }
  };
};

const referenceOf = (outcome: Outcome) => ('reference' in outcome ? outcome.reference : null);
const actionOf = (outcome: Outcome) =>
  outcome.kind === 'requires_action' ? JSON.stringify(outcome.action) : null;
const declineCodeOf = (outcome: Outcome) => (outcome.kind === 'declined' ? outcome.declineCode : null);
