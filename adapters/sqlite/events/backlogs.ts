import { countedEvents, type Events } from '../../../core/relay.ts';
import { cutCount, deferredMs, type EventRow, subscriptionFrom } from '../../stored/subscription.ts';
import type { Connection } from '../connection.ts';
import { rowOfStored, type StoredSubscription } from './subscriptions.ts';

/** How far subscriptions are behind, and the end of what is too old. */
export const createBacklogs = ({ client, read, write }: Connection): Pick<Events, 'backlog' | 'drop'> => {
  const subscriptionsOf = client.prepare<[object], StoredSubscription>(
    'select * from subscription where id = coalesce($id, id) and kind = coalesce($kind, kind) order by id',
  );
  const count = client.prepare<[object], { readonly events: number; readonly oldest_ms: number | null }>(
    `select count(*) as events, min(at_ms) as oldest_ms from (
       select at_ms from event where subscription_id = $id order by due_ms limit $limit
     )`,
  );
  const ids = client.prepare<[], string>('select id from subscription order by id').pluck();
  // With the plus, SQLite reads the second part from `event_deferred`. Otherwise it reads all that is kept.
  const old = client.prepare<[object], Pick<EventRow, 'subject' | 'sequence'>>(
    `select subject, sequence from event
     where subscription_id = $id and due_ms < $dueMs and at_ms < $beforeMs
     union all
     select subject, sequence from event
     where subscription_id = $id and +due_ms >= $dueMs and at_ms < $beforeMs and due_ms > at_ms + ${deferredMs}
     limit $limit`,
  );
  const remove = client.prepare<[object]>(
    'delete from event where subscription_id = $id and subject = $subject and sequence = $sequence',
  );
  return {
    drop: async (beforeMs, limit) =>
      write(() =>
        ids.all().flatMap((id) => {
          const rows = old.all({ id, beforeMs, dueMs: beforeMs + deferredMs, limit });
          for (const row of rows) remove.run({ id, ...row });
          return rows.length === 0 ? [] : [{ subscriptionId: id, events: rows.length }];
        }),
      ),
    backlog: async ({ id = null, kind = null, countMax } = {}) =>
      read(() => {
        const subscriptions = subscriptionsOf.all({ id, kind });
        const max = countMax ?? countedEvents(subscriptions.length);
        return subscriptions.map((row) => {
          const { events = 0, oldest_ms: oldestAtMs = null } =
            count.get({ id: row.id, limit: max + 1 }) ?? {};
          const subscription = subscriptionFrom(rowOfStored(row));
          return { subscription, ...cutCount(events, max), oldestAtMs };
        });
      }),
  };
};
