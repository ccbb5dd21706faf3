import { ok } from 'neverthrow';
import type { Inbox, InboxItem } from '../../core/inbox.ts';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import { insertJob } from './jobs.ts';
import { runTransaction, type Tables, type Writes } from './tables.ts';

/** 31 days. */
const retentionMs = 31 * 24 * 3_600_000;

export const createInbox = (tables: Tables): Inbox => ({
  receive: async (items, nowMs) =>
    ok(runTransaction((writes) => items.map((item) => receiveEvent(tables, writes, item, nowMs)))),

  find: async (id) => ok(tables.events.get(id)?.event ?? null),
});

/** Deletes events that are handled and so old that no provider sends them again. */
export const pruneEvents = (tables: Tables, nowMs: number): void => {
  const unhandled = new Set([...tables.tasks.values()].map(({ jobId }) => jobId));
  for (const [key, id] of tables.eventIds) {
    const receivedMs = tables.events.get(id)?.receivedMs ?? 0;
    if (receivedMs >= nowMs - retentionMs || unhandled.has(id)) continue;
    tables.events.delete(id);
    tables.eventIds.delete(key);
  }
};

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
