import type { Deliveries } from '../../../core/delivery.ts';
import { eventId } from '../../../core/event.ts';
import { pageOf } from '../../../core/page.ts';
import type { EventReport, LoggedAttempt } from '../../../core/relay.ts';
import { type DeliveryRow, deliveryFrom } from '../../stored/subscription.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createReleaseFollowers } from './followers.ts';

export const createDeliveries = (connection: Connection): Deliveries => {
  const { client, write, runStatement } = connection;
  const writeActivity = createWriteActivity(connection);
  const releaseFollowers = createReleaseFollowers(connection);
  const listOf = (condition: string) =>
    client.prepare<[object], DeliveryRow>(
      `select id, type, subject, sequence, event_ms, attempts, delivered_ms, attempt_ms, response_status, error
     from webhook_delivery where subscription_id = $subscriptionId and ($after is null or id < $after) ${condition}
     order by id desc limit $limit`,
    );
  const lists = {
    all: listOf(''),
    failed: listOf('and delivered_ms is null'),
    delivered: listOf('and delivered_ms is not null'),
  };
  const resend = client.prepare<[object]>(
    `insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms, body)
     select subscription_id, subject, sequence, kind, type, event_ms, $nowMs, body
     from webhook_delivery where subscription_id = $subscriptionId and id = $id
     on conflict (subscription_id, subject, sequence) do update set due_ms = min(due_ms, $nowMs), attempts = 0`,
  );
  const dropOld = client.prepare<[object]>(
    `delete from webhook_delivery where (subscription_id, id) in (
       select subscription_id, id from webhook_delivery where event_ms < $beforeMs limit $limit
     )`,
  );
  return {
    list: async ({ subscriptionId, outcome, after, limit }) =>
      runStatement(() => {
        const rows = lists[outcome ?? 'all'].all({ subscriptionId, after, limit: limit + 1 });
        return pageOf(rows.map(deliveryFrom), limit, ({ id }) => id);
      }),
    resend: async ({ subscriptionId, id }, nowMs, command) =>
      write(() => {
        const isKnown = resend.run({ subscriptionId, id, nowMs }).changes > 0;
        releaseFollowers({ subscriptionId, id });
        const target = { target: subscriptionId, orderId: null, detail: id };
        if (isKnown) writeActivity(command, 'webhook.resend', [target], nowMs);
        return isKnown;
      }),
    drop: async (beforeMs, limit) => write(() => dropOld.run({ beforeMs, limit }).changes),
  };
};

/** Writes an attempt to the log, in the caller's transaction, which has not yet written what became of the event. */
export const createWriteDelivery = ({ client }: Connection) => {
  const atOf = client
    .prepare<[object], number>(
      `select at_ms from event where subscription_id = $subscriptionId and subject = $subject
         and sequence = $sequence and lease = $lease`,
    )
    .pluck();
  const insert = client.prepare<[object]>(
    `insert into webhook_delivery (subscription_id, id, subject, sequence, kind, type, event_ms, body, attempts,
       delivered_ms, attempt_ms, response_status, error)
     select subscription_id, $id, subject, sequence, kind, type, at_ms, $body, attempts + 1, $deliveredMs, $atMs,
       $responseStatus, $error
     from event where subscription_id = $subscriptionId and subject = $subject and sequence = $sequence
     on conflict (subscription_id, id) do update set attempts = attempts + 1,
       delivered_ms = coalesce(excluded.delivered_ms, delivered_ms), attempt_ms = excluded.attempt_ms,
       response_status = excluded.response_status, error = excluded.error`,
  );
  return (
    subscriptionId: string,
    { subject, sequence, lease, outcome }: EventReport,
    attempt: LoggedAttempt,
  ): void => {
    const atMs = atOf.get({ subscriptionId, subject, sequence, lease });
    if (atMs === undefined) return;
    const id = eventId({ subject, sequence, atMs });
    const deliveredMs = outcome.kind === 'delivered' ? attempt.atMs : null;
    insert.run({ subscriptionId, subject, sequence, id, deliveredMs, ...attempt });
  };
};
