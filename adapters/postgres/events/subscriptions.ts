import { err, ok } from 'neverthrow';
import {
  type CreateSubscription,
  resumeWithinMs,
  type Subscription,
  type Subscriptions,
  subscriptionOf,
  subscriptionTarget,
} from '../../../core/subscription.ts';
import { deferredMs, type SubscriptionRow, subscriptionFrom } from '../../stored/subscription.ts';
import { writeActivity } from '../activity/activity.ts';
import { runOneOnce } from '../commandKeys/once.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';

export const createSubscriptions = (sql: Sql): Subscriptions => ({
  create: (command, nowMs) => inTransaction(sql, (tx) => create(tx, command, nowMs)),

  createOnce: async ({ commandKey, ...command }, nowMs, refusal = null) => {
    const result = await inTransaction(sql, (tx) =>
      runOneOnce(tx, commandKey, nowMs, async () =>
        refusal === null ? ok(await create(tx, command, nowMs)) : err(refusal),
      ),
    );
    return result.andThen((each) => each);
  },

  list: (kind) =>
    orUnavailable(async () => {
      const rows = await sql<SubscriptionRow[]>`select * from subscription where kind = ${kind} order by id`;
      return rows.map(subscriptionFrom);
    }),

  find: (id) =>
    orUnavailable(async () => {
      const [row] = await sql<SubscriptionRow[]>`select * from subscription where id = ${id}`;
      return row === undefined ? null : subscriptionFrom(row);
    }),

  change: ({ id, target, types, paused, secret, command }, nowMs) =>
    inTransaction(sql, async (tx) => {
      if (types !== undefined) await waitForWriters(tx);
      const [row] = await tx<SubscriptionRow[]>`
        update subscription set
          target = coalesce(${target ?? null}, target),
          types = coalesce(${types === undefined ? null : [...types]}::text[], types),
          paused = coalesce(${paused ?? null}, paused),
          pause_reason = case when ${paused ?? null}::boolean is null then pause_reason end,
          failures = case when ${paused === false} then 0 else failures end,
          failing_since_ms = case when ${paused === false} then null else failing_since_ms end,
          retry_ms = case when ${paused === false} then 0 else retry_ms end,
          previous_secret = case when ${secret ?? null}::text is null then previous_secret else secret end,
          secret_changed_ms = case when ${secret ?? null}::text is null then secret_changed_ms else ${nowMs} end,
          secret = coalesce(${secret ?? null}, secret)
        where id = ${id}
        returning *`;
      if (row === undefined) return null;
      if (paused === false) await restartEvents(tx, id, nowMs + resumeWithinMs);
      const changed = subscriptionFrom(row);
      await writeActivity(tx, command, 'webhook.change', [subscriptionTarget(changed)], nowMs);
      return changed;
    }),

  end: (id, nowMs, command) =>
    inTransaction(sql, async (tx) => {
      await waitForWriters(tx);
      const rows = await tx<SubscriptionRow[]>`delete from subscription where id = ${id} returning *`;
      await tx`delete from event where subscription_id = ${id}`;
      await tx`delete from event_batch where subscription_id = ${id}`;
      await tx`delete from webhook_delivery where subscription_id = ${id}`;
      await writeActivity(
        tx,
        command,
        'webhook.end',
        rows.map(subscriptionFrom).map(subscriptionTarget),
        nowMs,
      );
    }),
});

/** What has failed and may be due by now is in `event_deferred`. All that waits would be read otherwise. */
const restartEvents = async (tx: Transaction, id: string, dueMs: number): Promise<void> => {
  await tx`
    update event set due_ms = ${dueMs}, attempts = 0
    where subscription_id = ${id} and due_ms >= 0 and due_ms > ${dueMs}`;
  await tx`
    update event set attempts = 0
    where subscription_id = ${id} and due_ms > at_ms + ${tx.unsafe(String(deferredMs))} and attempts > 0`;
};

const create = async (tx: Transaction, command: CreateSubscription, nowMs: number): Promise<Subscription> => {
  await waitForWriters(tx);
  const { id, kind, target, types, secret } = command;
  // The update locks the row that is there: it could end before a second statement reads it.
  const [row] = await tx<SubscriptionRow[]>`
    insert into subscription (id, kind, target, types, secret, created_ms)
    values (${id}, ${kind}, ${target}, ${[...types]}, ${secret}, ${nowMs})
    on conflict (target) where kind = 'kafka' do update set target = excluded.target
    returning *`;
  if (row === undefined) throw new Error(`the subscription to ${target} was not written`);
  if (row.id !== id) return subscriptionFrom(row);
  await writeActivity(tx, command.command, 'webhook.create', [subscriptionTarget(command)], nowMs);
  return subscriptionOf(command, nowMs);
};

/**
 * A transaction that has appended to a history, and has not committed, has not seen the new subscription. It would
 * commit after it without an event, or write one for a subscription that has ended. The lock waits for such transactions,
 * and makes new ones wait until we commit. We hold no row that they need, so nothing can wait in a circle. If it takes too
 * long, nothing was written.
 */
const waitForWriters = async (tx: Transaction): Promise<void> => {
  await tx`set local lock_timeout = '2s'`;
  await tx`lock table order_state in share mode`;
};
