import { ok } from 'neverthrow';
import type { Inbox, InboxItem } from '../../core/inbox.ts';
import type { ProviderEvent } from '../../core/payment.ts';
import { providerEvent } from '../../core/pipelines/providerEvent.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';
import { answered } from './failures.ts';
import { queueJobs } from './jobs.ts';

export const inbox = (sql: Sql): Inbox => ({
  receive: async (items, nowMs) =>
    items.length === 0 ? ok([]) : inTransaction(sql, (tx) => receive(tx, items, nowMs)),

  find: (id) =>
    answered(async () => {
      const [row] = await sql<{ event: ProviderEvent }[]>`select event from provider_event where id = ${id}`;
      return row?.event ?? null;
    }),
});

/** Deletes the events that came before `atMs` and that nobody has still to act on. */
export const pruneEvents = async (sql: Sql, atMs: number): Promise<void> => {
  await sql`
    delete from provider_event e
    where received_ms < ${atMs} and not exists (select from task where job_id = e.id)`;
};

/**
 * Written in the order of the events' own ids, so that two batches with the same events wait for one another and
 * never in a circle. Of one event twice in a batch the first is new.
 */
const receive = async (
  tx: Transaction,
  items: readonly InboxItem[],
  nowMs: number,
): Promise<readonly boolean[]> => {
  const rows = await tx<{ id: string }[]>`
    insert into provider_event (id, provider, event_id, type, event, body, received_ms)
    select id, provider, event_id, type, event::json, body, ${nowMs}::bigint
    from unnest(
      ${items.map(({ id }) => id)}::uuid[],
      ${items.map(({ provider }) => provider)}::text[],
      ${items.map(({ event }) => event.id)}::text[],
      ${items.map(({ event }) => event.type)}::text[],
      ${items.map(({ event }) => JSON.stringify(event))}::text[],
      ${items.map(({ body }) => body)}::text[]
    ) with ordinality as i(id, provider, event_id, type, event, body, at)
    order by provider, event_id, at
    on conflict (provider, event_id) do nothing
    returning id`;
  const fresh = new Set(rows.map(({ id }) => id));
  const jobs = items.filter(({ id }) => fresh.has(id)).map(({ id, taskId }) => ({ jobId: id, taskId }));
  if (jobs.length > 0) await queueJobs(tx, providerEvent, jobs, nowMs);
  return items.map(({ id }) => fresh.has(id));
};
