import { err } from 'neverthrow';
import { testEventType } from '../../../core/event.ts';
import type { Events } from '../../../core/relay.ts';
import type { AsyncResult } from '../../../core/result.ts';
import { resumeWithinMs, subscriptionTarget } from '../../../core/subscription.ts';
import {
  type EventRow,
  relaySubscriptionFrom,
  type SubscriptionRow,
  subscriptionFrom,
} from '../../stored/subscription.ts';
import { writeActivity } from '../activity/activity.ts';
import { inTransaction, type Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { createBacklogs } from './backlogs.ts';
import { leasedFrom } from './bodies.ts';
import { createReport } from './reports.ts';
import { createRuns } from './runs.ts';

export const createEvents = (sql: Sql): Events => ({
  ...createRuns(sql),
  ...createBacklogs(sql),

  // `exists` could be answered from a hash of all that waits. The first row in the order of an index cannot.
  due: (nowMs, id) =>
    withNestedLoops(sql, async (tx) => {
      const rows = await tx<SubscriptionRow[]>`
        select * from subscription s
        where not paused and retry_ms <= ${nowMs} and lease_until_ms <= ${nowMs}
          ${id === undefined ? tx`` : tx`and id = ${id}`}
          and (
            (select id from event_batch where subscription_id = s.id order by id limit 1) is not null
            or (
              select due_ms from event where subscription_id = s.id and due_ms >= 0 order by due_ms limit 1
            ) <= ${nowMs}
          )
        order by id`;
      return rows.map((row) => relaySubscriptionFrom(row, nowMs));
    }),

  claim: async (query) => {
    const rows = await lease(sql, query);
    return rows.isErr() ? err(rows.error) : orUnavailable(() => leasedFrom(sql, rows.value));
  },

  report: createReport(sql),

  sendTest: (subscriptionId, nowMs, command) =>
    inTransaction(sql, async (tx) => {
      // The lock keeps the subscription until we commit. Otherwise it could end, and its event would stay forever.
      const rows = await tx<SubscriptionRow[]>`
        select * from subscription where id = ${subscriptionId} for key share`;
      if (rows.length === 0) return;
      await tx`
        update event set due_ms = least(due_ms, ${nowMs + resumeWithinMs}), attempts = 0
        where subscription_id = ${subscriptionId} and subject = ${subscriptionId}`;
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

/**
 * Reads the due events in the order of `event_due`, and looks up for each whether it is the first of its subject, until it
 * has `limit`. A sub-select for one row cannot become a join, which the server might begin with all that is due. The rows
 * are locked, so they are found again by their places.
 */
const lease = (
  sql: Sql,
  { subscriptionId, limit, nowMs, leaseMs }: Parameters<Events['claim']>[0],
): AsyncResult<EventRow[]> =>
  withNestedLoops(
    sql,
    (tx) => tx<EventRow[]>`
      with due as materialized (
        select ctid as place from event e
        where subscription_id = ${subscriptionId} and due_ms >= 0 and due_ms <= ${nowMs} and sequence = (
          select first.sequence from event first
          where first.subscription_id = ${subscriptionId} and first.subject = e.subject
          order by first.sequence limit 1
        )
        order by due_ms limit ${limit} for update skip locked
      )
      update event e set lease = e.lease + 1, due_ms = ${nowMs + leaseMs}::bigint
      from due d where e.ctid = d.place
      returning e.kind, e.subject, e.sequence, e.type, e.at_ms as "atMs", e.quantity, e.amount, e.body, e.attempts,
        e.lease`,
  );
