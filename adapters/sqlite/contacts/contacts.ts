import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../../../core/activity.ts';
import {
  type ContactCorrection,
  type ContactSnapshot,
  type Contacts,
  type CorrectedContact,
  changesAddress,
  contactChangedState,
  type MailTask,
  ordersWithOneMail,
  planCorrection,
} from '../../../core/contact.ts';
import { succeededRefundStatuses } from '../../../core/refund.ts';
import { isOneOf } from '../../stored/statuses.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createOrderLock, type LockedOrder } from '../orders/lock.ts';
import { createReadNamedTasks, createWriteChange } from '../queue/rescue.ts';

export const createContacts = (connection: Connection): Contacts => {
  const correct = createCorrect(connection);
  return {
    correct: async (correction, nowMs, command) =>
      connection.write(() => correct(correction, nowMs, command)).andThen((corrected) => corrected),
  };
};

/** See `Contacts.correct`. Runs in the caller's transaction. */
const createCorrect = (connection: Connection) => {
  const { client } = connection;
  const lock = createOrderLock(connection);
  const readTasks = createReadTasks(connection);
  const writeChange = createWriteChange(connection);
  const writeMail = createWriteMail(connection);
  const writeActivity = createWriteActivity(connection);
  const idsOf = client
    .prepare<[string], string>(
      `select coalesce(j.value, o.id) from orders o left join audit a on a.id = o.checkout_id
       left join json_each(a.order_ids) j where o.id = ?`,
    )
    .pluck();
  const emailOf = client.prepare<[string], string>('select email from orders where id = ?').pluck();
  const setEmail = client.prepare<[string, string]>('update orders set email = ? where id = ?');

  return (
    correction: ContactCorrection,
    nowMs: number,
    command: OperatorCommand | undefined,
  ): Result<CorrectedContact, { readonly kind: 'not_found' }> => {
    const { orderId, email } = correction;
    const known = idsOf
      .all(orderId)
      .toSorted()
      .flatMap((id) => lock.read(id) ?? []);
    const order = known.find((each) => each.order.id === orderId)?.order;
    if (order === undefined) return err({ kind: 'not_found' });
    const group = ordersWithOneMail(
      order,
      known.map((each) => each.order),
    );
    const named = known.filter((each) => group.includes(each.order));
    const orders = named.map((each) => ({
      order: each.order,
      email: emailOf.get(each.order.id) ?? '',
      hasTask: each.task !== null,
    }));
    // The history comes first: the tasks have the `seq`s of their orders.
    if (changesAddress(orders, email))
      for (const each of named) {
        setEmail.run(email, each.order.id);
        lock.appendHistory(each, { state: contactChangedState, detail: null }, nowMs);
      }
    const { changes, mails, targets } = planCorrection({ orders, ...readTasks(named) }, correction, nowMs);
    for (const change of changes) writeChange(change, nowMs);
    for (const mail of mails) writeMail(mail, correction.traceparent, nowMs);
    writeActivity(command, 'order.contact', targets, nowMs);
    const orderIds = named.map((each) => each.order.id);
    return ok({ orderIds, retried: changes.length, resent: mails.length });
  };
};

/** Reads the tasks after the history was written. */
const createReadTasks = (connection: Connection) => {
  const { client } = connection;
  const readNamedTasks = createReadNamedTasks(connection);
  const refundTasks = client
    .prepare<[string], string>(
      'select t.id from refund r cross join task t on t.job_id = r.id where r.order_id = ?',
    )
    .pluck();
  const mailedRefunds = client
    .prepare<[string], string>(
      `select id from refund r
       where order_id = ? and ${isOneOf('status', succeededRefundStatuses)} and (origin = 'operator' or origin = 'system')
         and not exists (select 1 from task t where t.job_id = r.id)
       order by id`,
    )
    .pluck();
  return (locked: readonly LockedOrder[]): Omit<ContactSnapshot, 'orders'> => ({
    tasks: readNamedTasks(
      locked.flatMap(({ order, task }) => [
        ...(task === null ? [] : [task.id]),
        ...refundTasks.all(order.id),
      ]),
    ),
    mailedRefundIds: locked.flatMap(({ order }) => mailedRefunds.all(order.id)),
  });
};

const createWriteMail = ({ client }: Connection) => {
  const seqOf = client.prepare<[string], number>('select seq from orders where id = ?').pluck();
  const insert = client.prepare<[object]>(
    `insert into task (id, checkout_id, order_ids, seqs, job_id, pipeline, step, state, run_ms, traceparent)
     values ($id, $checkoutId, $orderIds, $seqs, $jobId, $pipeline, $step, 'ready', $nowMs, $traceparent)`,
  );
  const attachInvoice = client.prepare<[string, string, string]>(
    'update invoice set task_id = ? where checkout_id = ? and pipeline = ?',
  );
  return ({ orderIds, ...task }: MailTask, traceparent: string | undefined, nowMs: number): void => {
    // The orders have no task, so their rows have their `seq`s.
    const seqs = JSON.stringify(orderIds.map((id) => seqOf.get(id) ?? 0));
    insert.run({
      ...task,
      orderIds: JSON.stringify(orderIds),
      seqs,
      nowMs,
      traceparent: traceparent ?? null,
    });
    // If the group's first mail had the invoice attached, the new one has it too.
    if (task.checkoutId !== null) attachInvoice.run(task.id, task.checkoutId, task.pipeline);
  };
};
