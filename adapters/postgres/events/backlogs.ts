import { countedEvents, type Events } from '../../../core/relay.ts';
import { cutCount, deferredMs, type SubscriptionRow, subscriptionFrom } from '../../stored/subscription.ts';
import type { Sql, Transaction } from '../connection.ts';
import { withIndexScans } from '../nestedLoops.ts';
import { dropBatches } from './batches.ts';

type Dropped = { readonly subscriptionId: string; readonly events: number };

/** How far subscriptions are behind, and the end of what is too old. */
export const createBacklogs = (sql: Sql): Pick<Events, 'backlog' | 'drop'> => ({
  // Lock order: the batches, then the rows, as reports of runs.
  drop: (beforeMs, limit) =>
    withIndexScans(sql, async (tx) => {
      const batches = await dropBatches(tx, beforeMs, limit);
      return [...(await dropRows(tx, beforeMs, limit)), ...batches];
    }),

  backlog: ({ id = null, kind = null, countMax } = {}) =>
    withIndexScans(sql, async (tx) => {
      const subscriptions = await tx<SubscriptionRow[]>`
        select * from subscription where id = coalesce(${id}, id) and kind = coalesce(${kind}, kind) order by id`;
      const max = countMax ?? countedEvents(subscriptions.length);
      const counts = await tx<{ id: string; events: number; oldest_ms: number | null }[]>`
        select s.id, e.events + b.events as events, least(e.oldest_ms, b.oldest_ms) as oldest_ms
        from unnest(${subscriptions.map((row) => row.id)}::uuid[]) as s(id) cross join lateral (
          select count(*) as events, min(at_ms) as oldest_ms from (
            select at_ms from event where subscription_id = s.id and due_ms >= 0 order by due_ms limit ${max + 1}
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

/**
 * The first part of what is old is read from `event_due`, the second from `event_deferred`, each in its order. The rows are
 * locked in the order in which reports lock them. Then they are deleted by their places, because a join by their keys could
 * read the whole table.
 */
const dropRows = async (tx: Transaction, beforeMs: number, limit: number): Promise<readonly Dropped[]> => {
  const locked = await tx<{ place: string }[]>`
    with old as materialized (
      select s.id, e.* from subscription s cross join lateral (
        (
          select subject, sequence from event
          where subscription_id = s.id and due_ms >= 0 and due_ms < ${beforeMs + deferredMs} and at_ms < ${beforeMs}
          order by due_ms limit ${limit}
        )
        union all (
          select subject, sequence from event
          where subscription_id = s.id and due_ms + 0 >= ${beforeMs + deferredMs} and at_ms < ${beforeMs}
            and due_ms > at_ms + ${tx.unsafe(String(deferredMs))}
          order by at_ms limit ${limit}
        )
        limit ${limit}
      ) e
      order by s.id, subject, sequence
    )
    select e.place from old o cross join lateral (
      select ctid::text as place from event
      where subscription_id = o.id and subject = o.subject and sequence = o.sequence offset 0 for update
    ) e`;
  if (locked.length === 0) return [];
  return tx<Dropped[]>`
    with dropped as (
      delete from event where ctid = any(${locked.map(({ place }) => place)}::text[]::tid[]) returning subscription_id
    )
    select subscription_id as "subscriptionId", count(*) as events from dropped
    group by subscription_id order by subscription_id`;
};
