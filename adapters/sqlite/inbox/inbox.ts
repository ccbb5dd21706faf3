import type { Inbox, InboxItem } from '../../../core/inbox.ts';
import { providerEventPipeline } from '../../../core/pipelines/providerEvent.ts';
import type { ProviderEvent } from '../../../core/provider.ts';
import type { Connection } from '../connection.ts';
import { createInsertJob } from '../queue/jobs.ts';

/** 31 days: no provider sends an event again after such a long time. */
const retentionMs = 31 * 24 * 3_600_000;

export const createInbox = (connection: Connection): Inbox => {
  const { runStatement, client, write } = connection;
  const receive = createReceiveEvent(connection);
  const byId = client.prepare<[string], string>('select event from provider_event where id = ?').pluck();
  return {
    receive: async (items, nowMs) => write(() => items.map((item) => receive(item, nowMs))),
    find: async (id) =>
      runStatement((): ProviderEvent | null => {
        const event = byId.get(id);
        return event === undefined ? null : JSON.parse(event);
      }),
  };
};

/** Deletes old events that have no unfinished task. Runs in the caller's transaction. */
export const createPruneEvents = ({ client }: Connection) => {
  const prune = client.prepare<[number]>(
    `delete from provider_event where received_ms < ?
       and not exists (select 1 from task t where t.job_id = provider_event.id)`,
  );
  return (nowMs: number): void => {
    prune.run(nowMs - retentionMs);
  };
};

const createReceiveEvent = (connection: Connection) => {
  const insertJob = createInsertJob(connection, providerEventPipeline);
  const insert = connection.client.prepare<[string, string, string, string, string, string, number]>(
    `insert into provider_event (id, provider, event_id, type, event, body, received_ms)
     values (?, ?, ?, ?, ?, ?, ?) on conflict (provider, event_id) do nothing`,
  );
  return ({ id, taskId, provider, event, body, traceparent }: InboxItem, nowMs: number): boolean => {
    const json = JSON.stringify(event);
    const isNew = insert.run(id, provider, event.id, event.type, json, body, nowMs).changes === 1;
    if (isNew && taskId !== null) insertJob(taskId, id, nowMs, traceparent);
    return isNew;
  };
};
