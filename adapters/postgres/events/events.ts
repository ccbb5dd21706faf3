import { testEventType } from '../../../core/event.ts';
import type { EventReport, Events } from '../../../core/relay.ts';
import { subscriptionTarget } from '../../../core/subscription.ts';
import {
  type EventRow,
  relaySubscriptionFrom,
  type SubscriptionRow,
  subscriptionFrom,
} from '../../stored/subscription.ts';
import { writeActivity } from '../activity/activity.ts';
import { inTransaction, type Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { createBacklogs } from './backlogs.ts';
import { leasedFrom } from './bodies.ts';
import { writeDeliveries } from './deliveries.ts';
import { holdFollowers } from './followers.ts';
import { createRuns } from './runs.ts';

export const createEvents = (sql: Sql): Events => ({
  ...createRuns(sql),
  ...createBacklogs(sql),

  due: (nowMs, id) =>
    orUnavailable(async () => {
      const rows = await sql<SubscriptionRow[]>`
        select * from subscription s
        where not paused and retry_ms <= ${nowMs} and lease_until_ms <= ${nowMs}
          ${id === undefined ? sql`` : sql`and id = ${id}`}
          and (
            exists (select from event_batch where subscription_id = s.id)
            or exists (select from event where subscription_id = s.id and due_ms <= ${nowMs})
          )
        order by id`;
      return rows.map((row) => relaySubscriptionFrom(row, nowMs));
    }),

  claim: (query) => orUnavailable(async () => leasedFrom(sql, await lease(sql, query))),

  report: (subscriptionId, reports, health) =>
    inTransaction(sql, async (tx) => {
      // Lock order: the subscription, then its events, as whoever changes or ends it. The reverse would deadlock.
      if (health !== null)
        await tx`
          update subscription set failures = ${health.failures}, failing_since_ms = ${health.failingSinceMs},
            retry_ms = ${health.retryAtMs}, paused = paused or ${health.pauseReason !== null},
            pause_reason = coalesce(${health.pauseReason}, pause_reason)
          where id = ${subscriptionId}`;
      const rows = reports.map(rowOf);
      await writeDeliveries(tx, subscriptionId, reports);
      const [counts] = await tx<{ applied: number }[]>`
        with reported as (
          select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(
            subject uuid, sequence bigint, lease integer, kind text, due_ms bigint, body text
          ) limit ${rows.length}
        ), delivered as (
          delete from event e using reported r
          where r.kind = 'delivered' and e.subscription_id = ${subscriptionId} and e.subject = r.subject
            and e.sequence = r.sequence and e.lease = r.lease
          returning 1
        ), kept as (
          update event e set
            due_ms = coalesce(r.due_ms, e.at_ms),
            attempts = e.attempts + case r.kind when 'failed' then 1 else 0 end,
            lease = e.lease + 1,
            body = coalesce(e.body, r.body)
          from reported r
          where r.kind <> 'delivered' and e.subscription_id = ${subscriptionId} and e.subject = r.subject
            and e.sequence = r.sequence and e.lease = r.lease
          returning 1
        )
        select (select count(*) from delivered) + (select count(*) from kept) as applied`;
      await holdFollowers(tx, subscriptionId, reports);
      return counts?.applied ?? 0;
    }),

  sendTest: (subscriptionId, nowMs, command) =>
    inTransaction(sql, async (tx) => {
      // The lock keeps the subscription until we commit. Otherwise it could end, and its event would stay forever.
      const rows = await tx<SubscriptionRow[]>`
        select * from subscription where id = ${subscriptionId} for key share`;
      if (rows.length === 0) return;
      await tx`
        insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
        values (${subscriptionId}, ${subscriptionId}, ${nowMs}, 'test', ${testEventType}, ${nowMs}, ${nowMs})
        on conflict do nothing`;
      await writeActivity(
        tx,
        command,
        'webhook.test',
        rows.map(subscriptionFrom).map(subscriptionTarget),
        nowMs,
      );
    }),
});

const lease = (
  sql: Sql,
  { subscriptionId, limit, nowMs, leaseMs }: Parameters<Events['claim']>[0],
): Promise<EventRow[]> => sql<EventRow[]>`
  with due as materialized (
    select subject, sequence from event e
    where subscription_id = ${subscriptionId} and due_ms <= ${nowMs} and not exists (
      select from event earlier
      where earlier.subscription_id = ${subscriptionId} and earlier.subject = e.subject
        and earlier.sequence < e.sequence
    )
    order by due_ms limit ${limit} for update skip locked
  )
  update event e set lease = e.lease + 1, due_ms = ${nowMs + leaseMs}::bigint
  from due d
  where e.subscription_id = ${subscriptionId} and e.subject = d.subject and e.sequence = d.sequence
  returning e.kind, e.subject, e.sequence, e.type, e.at_ms as "atMs", e.quantity, e.amount, e.body, e.attempts, e.lease`;

const rowOf = ({ subject, sequence, lease: token, outcome, attempt }: EventReport) => ({
  subject,
  sequence,
  lease: token,
  kind: outcome.kind,
  due_ms: outcome.kind === 'failed' ? outcome.dueAtMs : null,
  // A delivered event is deleted, and its body is in the log of deliveries.
  body: outcome.kind === 'delivered' ? null : attempt?.body,
});
