import { ok } from 'neverthrow';
import type { RecordStore, SandboxRecord } from './records.ts';

/** Keeps records in the memory of one process. They are lost when it ends. */
export const createMemoryRecords = (): RecordStore => {
  const recordsByKey = new Map<string, SandboxRecord>();
  const recordsById = new Map<string, SandboxRecord>();
  const dueTimes = new Map<string, number>();
  const put = (record: SandboxRecord) => {
    if (record.dueAtMs === null) dueTimes.delete(record.id);
    else dueTimes.set(record.id, record.dueAtMs);
    recordsByKey.set(record.key, record);
    recordsById.set(record.id, record);
  };
  return {
    insertIfNew: async (entries) =>
      ok(
        entries.map(({ record, also }) => {
          const stored = recordsByKey.get(record.key);
          if (stored !== undefined) return stored;
          [record, ...also].forEach(put);
          return record;
        }),
      ),
    change: async ({ records, also }) => {
      const isStale = records.some(({ id, version }) => recordsById.get(id)?.version !== version - 1);
      if (isStale || also.some(({ key }) => recordsByKey.has(key))) return ok(false);
      [...records, ...also].forEach(put);
      return ok(true);
    },
    find: async (by) => ok(('id' in by ? recordsById.get(by.id) : recordsByKey.get(by.key)) ?? null),
    list: async ({ from, before, limit }) =>
      ok(
        [...recordsById.values()]
          .filter(({ id }) => id >= from && id < before)
          .sort((one, other) => (one.id < other.id ? 1 : -1))
          .slice(0, limit),
      ),
    due: async ({ nowMs, limit }) =>
      ok(
        [...dueTimes]
          .filter(([, dueAtMs]) => dueAtMs <= nowMs)
          .sort(([, one], [, other]) => one - other)
          .slice(0, limit)
          .flatMap(([id]) => recordsById.get(id) ?? []),
      ),
    close: async () => {},
  };
};
