import { ok } from 'neverthrow';
import type { Inbox, InboxItem } from '../../core/inbox.ts';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import { insertJob } from './jobs.ts';
import { runTransaction, type Tables, type Writes } from './tables.ts';

export const createInbox = (tables: Tables): Inbox => ({
  receive: async (items, nowMs) =>
    ok(runTransaction((writes) => items.map((item) => receiveEvent(tables, writes, item, nowMs)))),

  find: async (id) => ok(tables.events.get(id)?.event ?? null),
});

const receiveEvent = (
  tables: Tables,
  writes: Writes,
  { id, taskId, provider, event, traceparent }: InboxItem,
  nowMs: number,
): boolean => {
  const key = JSON.stringify([provider, event.id]);
  if (tables.eventIds.has(key)) return false;
  writes.set(tables.eventIds, key, id);
  writes.set(tables.events, id, { event, receivedMs: nowMs });
  if (taskId !== null)
    insertJob(tables, writes, providerEventPipeline, { taskId, jobId: id, traceparent }, nowMs);
  return true;
};
