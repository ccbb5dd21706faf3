import { countedEvents, type Events } from '../../../core/relay.ts';
import { cutCount, deferredMs, type SubscriptionRow, subscriptionFrom } from '../../stored/subscription.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { dropBatches } from './batches.ts';

/**
 * How far subscriptions are behind, and the end of what is too old. With `+ 0`, the second part of a drop is read from
 * `event_deferred`. Rows are deleted by their place, because a join could read the whole table.
 */
export const createBacklogs = (sql: Sql): Pick<Events, 'backlog' | 'drop'> => ({
  drop: (beforeMs, limit) =>
    orUnavailable(async () => {
      const rows = await sql<{ subscriptionId: string; events: number }[]>`
        with old as materialized (
          select e.place from subscription s cross join lateral (
            select ctid as place from event
            where subscription_id = s.id and due_ms < ${beforeMs + deferredMs} and at_ms < ${beforeMs}
            union all
            select ctid from event
            where subscription_id = s.id and due_ms + 0 >= ${beforeMs + deferredMs} and at_ms < ${beforeMs}
              and due_ms > at_ms + ${sql.unsafe(String(deferredMs))}
            limit ${limit}
          ) e
        ), dropped as (
          delete from event where ctid = any(array(select place from old)) returning subscription_id
        )
        select subscription_id as "subscriptionId", count(*) as events from dropped
        group by subscription_id order by subscription_id`;
      return [...rows, ...(await dropBatches(sql, beforeMs, limit))];
    }),

  backlog: ({ id = null, kind = null, countMax } = {}) =>
    orUnavailable(async () => {
      const subscriptions = await sql<SubscriptionRow[]>`
        select * from subscription where id = coalesce(${id}, id) and kind = coalesce(${kind}, kind) order by id`;
      const max = countMax ?? countedEvents(subscriptions.length);
      const counts = await sql<{ id: string; events: number; oldest_ms: number | null }[]>`
        select s.id, e.events + b.events as events, least(e.oldest_ms, b.oldest_ms) as oldest_ms
        from unnest(${subscriptions.map((row) => row.id)}::uuid[]) as s(id) cross join lateral (
          select count(*) as events, min(at_ms) as oldest_ms from (
            select at_ms from event where subscription_id = s.id order by due_ms limit ${max + 1}
          ) counted
        ) e cross join lateral (
          select coalesce(sum(events), 0)::bigint as events, min(at_ms) as oldest_ms from (
            select events, at_ms from event_batch where subscription_id = s.id order by id limit ${max + 1}
          ) counted
        ) b`;
      const countOf = new Map(counts.map((count) => [count.id, count]));
      return subscriptions.map((row) => {
        const { events = 0, oldest_ms: oldestAtMs = null } = countOf.get(row.id) ?? {};
        return { subscription: subscriptionFrom(row), ...cutCount(events, max), oldestAtMs };
      });
    }),
});
