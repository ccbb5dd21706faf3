import { err, ok } from 'neverthrow';
import {
  type CreateSubscription,
  resumeWithinMs,
  type Subscriptions,
  subscriptionOf,
  subscriptionTarget,
} from '../../../core/subscription.ts';
import { deferredMs, type SubscriptionRow, subscriptionFrom } from '../../stored/subscription.ts';
import { createWriteActivity } from '../activity/activity.ts';
import { createRunOnce } from '../commandKeys/once.ts';
import type { Connection } from '../connection.ts';

/** A row as SQLite stores it. */
export type StoredSubscription = Omit<SubscriptionRow, 'types' | 'paused'> & {
  /** JSON. */
  readonly types: string;
  readonly paused: number;
};

export const rowOfStored = (row: StoredSubscription): SubscriptionRow => ({
  ...row,
  types: JSON.parse(row.types),
  paused: row.paused === 1,
});

export const createSubscriptions = (connection: Connection): Subscriptions => {
  const { client, write, runStatement } = connection;
  const runOnce = createRunOnce(connection);
  const writeActivity = createWriteActivity(connection);
  const insert = client.prepare<[string, string, string, string, string | null, number]>(
    `insert into subscription (id, kind, target, types, secret, created_ms) values (?, ?, ?, ?, ?, ?)
     on conflict (target) where kind = 'kafka' do nothing`,
  );
  const byTarget = client.prepare<[string, string], StoredSubscription>(
    'select * from subscription where kind = ? and target = ?',
  );
  const byKind = client.prepare<[string], StoredSubscription>(
    'select * from subscription where kind = ? order by id',
  );
  const byId = client.prepare<[string], StoredSubscription>('select * from subscription where id = ?');
  const update = client.prepare<[object]>(
    `update subscription set
       target = coalesce($target, target),
       types = coalesce($types, types),
       paused = coalesce($paused, paused),
       pause_reason = case when $paused is null then pause_reason end,
       failures = case when $paused = 0 then 0 else failures end,
       failing_since_ms = case when $paused = 0 then null else failing_since_ms end,
       retry_ms = case when $paused = 0 then 0 else retry_ms end,
       previous_secret = case when $secret is null then previous_secret else secret end,
       secret_changed_ms = case when $secret is null then secret_changed_ms else $nowMs end,
       secret = coalesce($secret, secret)
     where id = $id`,
  );
  const resume = client.prepare<[object]>(
    'update event set due_ms = $dueMs, attempts = 0 where subscription_id = $id and due_ms > $dueMs',
  );
  // What has failed and may be due by now is in `event_deferred`. All that waits would be read otherwise.
  const forgetAttempts = client.prepare<[string]>(
    `update event indexed by event_deferred set attempts = 0
     where subscription_id = ? and due_ms > at_ms + ${deferredMs} and attempts > 0`,
  );
  const remove = client.prepare<[string]>('delete from subscription where id = ?');
  const removeEvents = client.prepare<[string]>('delete from event where subscription_id = ?');
  const removeDeliveries = client.prepare<[string]>('delete from webhook_delivery where subscription_id = ?');

  const find = (id: string) => {
    const row = byId.get(id);
    return row === undefined ? null : subscriptionFrom(rowOfStored(row));
  };
  const create = (command: CreateSubscription, nowMs: number) => {
    const { id, kind, target, types, secret } = command;
    if (insert.run(id, kind, target, JSON.stringify(types), secret, nowMs).changes === 0) {
      const known = byTarget.get(kind, target);
      if (known === undefined) throw new Error(`the subscription to ${target} was not written`);
      return subscriptionFrom(rowOfStored(known));
    }
    writeActivity(command.command, 'webhook.create', [subscriptionTarget(command)], nowMs);
    return subscriptionOf(command, nowMs);
  };

  return {
    create: async (command, nowMs) => write(() => create(command, nowMs)),
    createOnce: async ({ commandKey, ...command }, nowMs, refusal = null) =>
      write(() =>
        runOnce(commandKey, nowMs, () => (refusal === null ? ok(create(command, nowMs)) : err(refusal))),
      ).andThen((result) => result),
    list: async (kind) => runStatement(() => byKind.all(kind).map(rowOfStored).map(subscriptionFrom)),
    find: async (id) => runStatement(() => find(id)),
    change: async ({ id, target = null, types, paused, secret = null, command }, nowMs) =>
      write(() => {
        update.run({
          id,
          target,
          secret,
          nowMs,
          types: types === undefined ? null : JSON.stringify(types),
          paused: paused === undefined ? null : Number(paused),
        });
        if (paused === false) {
          resume.run({ id, dueMs: nowMs + resumeWithinMs });
          forgetAttempts.run(id);
        }
        const changed = find(id);
        if (changed !== null) writeActivity(command, 'webhook.change', [subscriptionTarget(changed)], nowMs);
        return changed;
      }),
    end: async (id, nowMs, command) =>
      write(() => {
        const ended = find(id);
        remove.run(id);
        removeEvents.run(id);
        removeDeliveries.run(id);
        if (ended !== null) writeActivity(command, 'webhook.end', [subscriptionTarget(ended)], nowMs);
      }),
  };
};
