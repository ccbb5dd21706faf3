import { ok } from 'neverthrow';
import type { Inbox, InboxItem } from '../../core/inbox.ts';
import { providerEvent } from '../../core/pipelines/providerEvent.ts';
import { queueJob } from './jobs.ts';
import { atomically, type Tables, type Writes } from './tables.ts';

/** A month. */
const keptMs = 31 * 24 * 3_600_000;

export const memoryInbox = (tables: Tables): Inbox => ({
  receive: async (items, nowMs) =>
    ok(atomically((writes) => items.map((item) => receiveOne(tables, writes, item, nowMs)))),

  find: async (id) => ok(tables.events.get(id)?.event ?? null),
});

/** Forgets what was acted on, once nobody is going to tell it again. */
export const pruneEvents = (tables: Tables, nowMs: number): void => {
  const owed = new Set([...tables.tasks.values()].map(({ jobId }) => jobId));
  for (const [key, id] of tables.eventIds) {
    const receivedMs = tables.events.get(id)?.receivedMs ?? 0;
    if (receivedMs >= nowMs - keptMs || owed.has(id)) continue;
    tables.events.delete(id);
    tables.eventIds.delete(key);
  }
};

const receiveOne = (
  tables: Tables,
  writes: Writes,
  { id, taskId, provider, event }: InboxItem,
  nowMs: number,
): boolean => {
  const key = JSON.stringify([provider, event.id]);
  if (tables.eventIds.has(key)) return false;
  writes.set(tables.eventIds, key, id);
  writes.set(tables.events, id, { event, receivedMs: nowMs });
  queueJob(tables, writes, providerEvent, { taskId, jobId: id }, nowMs);
  return true;
};
