import { err, ok } from 'neverthrow';
import {
  type ContactSnapshot,
  type Contacts,
  changesAddress,
  contactChangedState,
  type MailTask,
  ordersWithOneMail,
  planCorrection,
} from '../../../core/contact.ts';
import { succeededRefundStatuses } from '../../../core/refund.ts';
import type { NamedTask } from '../../../core/rescue.ts';
import { writeActivity } from '../activity/activity.ts';
import type { Sql, Transaction } from '../connection.ts';
import { appendHistory, type LockedOrder, stale, withLockedOrders } from '../orders/lock.ts';
import { lockNamedTasks, writeChanges } from '../queue/rescue.ts';
import { statusList } from '../statuses.ts';

export const createContacts = (sql: Sql): Contacts => ({
  correct: async (correction, nowMs, command) => {
    const { orderId, email } = correction;
    let checkoutId: string | null = null;
    const corrected = await withLockedOrders(
      sql,
      async (tx) => {
        const rows = await readIds(tx, orderId);
        checkoutId = rows[0]?.checkout_id ?? null;
        return rows.map(({ id }) => id);
      },
      async (tx, locked) => {
        const order = locked.find((each) => each.order.id === orderId)?.order;
        if (order === undefined) return err({ kind: 'not_found' as const });
        // A checkout has claimed it since the ids were read, so other orders may belong to it.
        if (order.checkoutId !== checkoutId) return stale;
        const group = ordersWithOneMail(
          order,
          locked.map((each) => each.order),
        );
        const named = locked.filter((each) => group.includes(each.order));
        // The history comes first: the tasks have the `seq`s of their orders.
        const orders = await readOrders(tx, named);
        if (changesAddress(orders, email)) await write(tx, named, email, nowMs);
        const plan = planCorrection(await readSnapshot(tx, orders, named), correction, nowMs);
        await writeChanges(tx, plan.changes, nowMs);
        await writeMails(tx, plan.mails, correction.traceparent, nowMs);
        await writeActivity(tx, command, 'order.contact', plan.targets, nowMs);
        return ok({
          orderIds: named.map((each) => each.order.id),
          retried: plan.changes.length,
          resent: plan.mails.length,
        });
      },
    );
    return corrected.isErr() ? err(corrected.error) : corrected.value;
  },
});

/** The order and the others of its checkout. */
const readIds = (
  tx: Transaction,
  orderId: string,
): Promise<{ readonly id: string; readonly checkout_id: string | null }[]> => tx`
  select u.id, o.checkout_id from orders o
  cross join lateral unnest(coalesce((select a.order_ids from audit a where a.id = o.checkout_id), array[o.id])) as u(id)
  where o.id = ${orderId}`;

const readOrders = async (
  tx: Transaction,
  locked: readonly LockedOrder[],
): Promise<ContactSnapshot['orders']> => {
  const rows = await tx<{ id: string; email: string }[]>`
    select id, email from orders where id = any(${locked.map(({ order }) => order.id)}::uuid[])`;
  const emails = new Map(rows.map(({ id, email }) => [id, email]));
  return locked.map(({ order, task }) => ({
    order,
    email: emails.get(order.id) ?? '',
    hasTask: task !== null,
  }));
};

const write = async (
  tx: Transaction,
  locked: readonly LockedOrder[],
  email: string,
  nowMs: number,
): Promise<void> => {
  await tx`update orders set email = ${email} where id = any(${locked.map(({ order }) => order.id)}::uuid[])`;
  for (const each of locked)
    await appendHistory(tx, each, [{ state: contactChangedState, detail: null }], nowMs).written;
};

/** Reads the tasks after the history was written. */
const readSnapshot = async (
  tx: Transaction,
  orders: ContactSnapshot['orders'],
  locked: readonly LockedOrder[],
): Promise<ContactSnapshot> => {
  const orderIds = orders.map(({ order }) => order.id);
  const [ofGroup, ofRefunds, mailed] = await Promise.all([
    lockNamedTasks(tx, [...new Set(locked.flatMap(({ task }) => task?.id ?? []))]),
    // A transaction that holds one of them may wait for a task of ours. That transaction decides what happens to the mail.
    tx<NamedTask[]>`
      select t.id, pipeline, step, state, attempts, crashes, lease, t.order_ids as "orderIds", seqs,
        run_ms as "runAtMs", last_error as "lastError"
      from task t where job_id in (select id from refund where order_id = any(${orderIds}::uuid[]))
      order by id for update of t skip locked`,
    tx<{ id: string }[]>`
      select r.id from refund r
      where order_id = any(${orderIds}::uuid[]) and status in (${statusList(tx, succeededRefundStatuses)})
        and (origin = 'operator' or origin = 'system') and not exists (select from task t where t.job_id = r.id)
      order by r.id`,
  ]);
  return {
    orders,
    tasks: [...ofGroup, ...ofRefunds],
    mailedRefundIds: mailed.map(({ id }) => id),
  };
};

/**
 * The orders of a new task have none, so their rows have their `seq`s. Another resend may have added the job's. If the
 * group's first mail had the invoice attached, the new one has it too.
 */
const writeMails = async (
  tx: Transaction,
  mails: readonly MailTask[],
  traceparent: string | undefined,
  nowMs: number,
): Promise<void> => {
  for (const { id, pipeline, step, checkoutId, orderIds, jobId } of mails) {
    await tx`
      insert into task (id, checkout_id, order_ids, seqs, job_id, pipeline, step, state, run_ms, traceparent)
      select ${id}::uuid, ${checkoutId}::uuid, ${orderIds as string[]}::uuid[],
        array(select seq from orders where id = any(${orderIds as string[]}::uuid[]) order by id),
        ${jobId}::uuid, ${pipeline}, ${step}, 'ready', ${nowMs}::bigint,
        ${traceparent ?? null}::text
      on conflict do nothing`;
    if (checkoutId !== null)
      await tx`update invoice set task_id = ${id} where checkout_id = ${checkoutId} and pipeline = ${pipeline}`;
  }
};
