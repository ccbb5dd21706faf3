import type { Inbox, InboxItem } from '../../../core/inbox.ts';
import { providerEventPipeline } from '../../../core/pipelines/providerEvent.ts';
import type { ProviderEvent } from '../../../core/provider.ts';
import type { Connection } from '../connection.ts';
import { createInsertJob } from '../queue/jobs.ts';

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
