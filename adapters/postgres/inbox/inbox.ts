import { ok } from 'neverthrow';
import type { Inbox, InboxItem } from '../../../core/inbox.ts';
import { providerEventPipeline } from '../../../core/pipelines/providerEvent.ts';
import type { ProviderEvent } from '../../../core/provider.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';

export const createInbox = (sql: Sql): Inbox => ({
  receive: async (items, nowMs) =>
    items.length === 0 ? ok([]) : orUnavailable(() => receive(sql, items, nowMs)),

  find: (id) =>
    orUnavailable(async () => {
      const [row] = await sql<{ event: ProviderEvent }[]>`select event from provider_event where id = ${id}`;
      return row?.event ?? null;
    }),
});

/**
 * One statement, and so one transaction. Rows are inserted in the order of the provider's event ids, so that two
 * batches with the same events wait for one another and never deadlock. If an event is twice in a batch, the first
 * one is new.
 */
const receive = async (sql: Sql, items: readonly InboxItem[], nowMs: number): Promise<readonly boolean[]> => {
  const rows = await sql<{ id: string }[]>`
    with item as materialized (
      select * from json_to_recordset(${JSON.stringify(items.map(rowOf))}::text::json) as i(
        position integer, id uuid, task_id uuid, provider text, event_id text, type text, event text, body text,
        traceparent text
      )
    ), inserted as (
      insert into provider_event (id, provider, event_id, type, event, body, received_ms)
      select id, provider, event_id, type, event::json, body, ${nowMs}::bigint from item
      order by provider, event_id, position
      on conflict (provider, event_id) do nothing
      returning id
    ), queued as (
      insert into task (id, job_id, pipeline, step, state, run_ms, traceparent)
      select i.task_id, id, ${name}::text, ${steps[0].name}::text, 'ready', ${nowMs}::bigint, i.traceparent
      from inserted join item i using (id) where i.task_id is not null
    )
    select id from inserted`;
  const inserted = new Set(rows.map(({ id }) => id));
  return items.map(({ id }) => inserted.has(id));
};

/**
 * A row as `item` reads it. The event is a string in this JSON, so that the server does not parse it here: in parsed
 * strings the server refuses a NUL and half of a surrogate pair.
 */
const rowOf = ({ id, taskId, provider, event, body, traceparent }: InboxItem, position: number) => ({
  position,
  id,
  task_id: taskId,
  provider,
  event_id: event.id.toWellFormed(),
  type: event.type.toWellFormed(),
  event: JSON.stringify(event),
  body,
  traceparent,
});

const { name, steps } = providerEventPipeline;
