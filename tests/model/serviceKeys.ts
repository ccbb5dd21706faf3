import { err, ok } from 'neverthrow';
import { pageOf } from '../../core/page.ts';
import {
  type CreateServiceKey,
  type ServiceKeys,
  serviceKeyOf,
  serviceKeyTarget,
} from '../../core/serviceKey.ts';
import { writeActivity } from './activity.ts';
import { runOnce } from './commandKeys.ts';
import { runTransaction, type Tables, type Writes } from './tables.ts';

export const createServiceKeys = (tables: Tables): ServiceKeys => ({
  create: async (command, nowMs) => ok(runTransaction((writes) => insert(tables, writes, command, nowMs))),

  createOnce: async ({ commandKey, ...command }, nowMs, refusal = null) =>
    runTransaction((writes) =>
      runOnce(tables, writes, commandKey, nowMs, () =>
        refusal === null ? ok(insert(tables, writes, command, nowMs)) : err(refusal),
      ),
    ),

  list: async ({ after, limit }) => {
    const keys = [...tables.serviceKeys.values()]
      .map(({ key }) => key)
      .filter(({ id }) => after === null || id < after)
      .sort((one, other) => (one.id < other.id ? 1 : -1));
    return ok(pageOf(keys, limit, ({ id }) => id));
  },

  findByHash: async (hash) =>
    ok([...tables.serviceKeys.values()].find((row) => row.hash === hash)?.key ?? null),

  recordUse: async (id, atMs) => {
    runTransaction((writes) => {
      const row = tables.serviceKeys.get(id);
      if (row === undefined || (row.key.lastUsedAtMs ?? 0) >= atMs) return;
      writes.set(tables.serviceKeys, id, { ...row, key: { ...row.key, lastUsedAtMs: atMs } });
    });
    return ok(undefined);
  },

  end: async (id, nowMs, command) => {
    const row = tables.serviceKeys.get(id);
    if (row === undefined) return ok(false);
    runTransaction((writes) => {
      writes.remove(tables.serviceKeys, id);
      writeActivity(tables, writes, command, 'key.end', [serviceKeyTarget(row.key)], nowMs);
    });
    return ok(true);
  },
});

const insert = (tables: Tables, writes: Writes, command: CreateServiceKey, nowMs: number) => {
  const key = serviceKeyOf(command, nowMs);
  writes.set(tables.serviceKeys, key.id, { key, hash: command.hash });
  writeActivity(tables, writes, command.command, 'key.create', [serviceKeyTarget(key)], nowMs);
  return key;
};
