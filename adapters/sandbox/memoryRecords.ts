import { ok } from 'neverthrow';
import type { RecordStore, SandboxRecord } from './records.ts';

/** For one process, and gone with it. */
export const createMemoryRecords = (): RecordStore => {
  const byKey = new Map<string, SandboxRecord>();
  const byId = new Map<string, SandboxRecord>();
  const waiting = new Map<string, number>();
  const put = (record: SandboxRecord) => {
    if (record.dueAtMs === null) waiting.delete(record.id);
    else waiting.set(record.id, record.dueAtMs);
    byKey.set(record.key, record);
    byId.set(record.id, record);
  };
  return {
    insertIfNew: async (entries) =>
      ok(
        entries.map(({ record, also }) => {
          const stands = byKey.get(record.key);
          if (stands !== undefined) return stands;
          [record, ...also].forEach(put);
          return record;
        }),
      ),
    change: async ({ records, also }) => {
      const isStale = records.some(({ id, version }) => byId.get(id)?.version !== version - 1);
      if (isStale || also.some(({ key }) => byKey.has(key))) return ok(false);
      [...records, ...also].forEach(put);
      return ok(true);
    },
    find: async (by) => ok(('id' in by ? byId.get(by.id) : byKey.get(by.key)) ?? null),
    list: async ({ from, before, limit }) =>
      ok(
        [...byId.values()]
          .filter(({ id }) => id >= from && id < before)
          .sort((one, other) => (one.id < other.id ? 1 : -1))
          .slice(0, limit),
      ),
    due: async ({ nowMs, limit }) =>
      ok(
        [...waiting]
          .filter(([, dueAtMs]) => dueAtMs <= nowMs)
          .sort(([, one], [, other]) => one - other)
          .slice(0, limit)
          .flatMap(([id]) => byId.get(id) ?? []),
      ),
    close: async () => {},
  };
};
