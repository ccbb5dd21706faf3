import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { err, ok } from 'neverthrow';
import { pageOf } from '../../../core/page.ts';
import {
  type CreateServiceKey,
  type ServiceKeys,
  serviceKeyOf,
  serviceKeyTarget,
} from '../../../core/serviceKey.ts';
import { serviceKeyFrom, serviceKeyRow } from '../../stored/serviceKey.ts';
import { createWriteActivity } from '../activity/activity.ts';
import { createRunOnce } from '../commandKeys/once.ts';
import type { Connection } from '../connection.ts';
import { serviceKey } from '../schema.ts';

export const createServiceKeys = (connection: Connection): ServiceKeys => {
  const { runStatement, db, write } = connection;
  const runOnce = createRunOnce(connection);
  const writeActivity = createWriteActivity(connection);
  const { id, hash, lastUsedAtMs } = serviceKey;
  const byHash = db
    .select()
    .from(serviceKey)
    .where(eq(hash, sql.placeholder('hash')))
    .prepare();
  const insert = (command: CreateServiceKey, nowMs: number) => {
    db.insert(serviceKey).values(serviceKeyRow(command, nowMs)).run();
    writeActivity(command.command, 'key.create', [serviceKeyTarget(command)], nowMs);
    return serviceKeyOf(command, nowMs);
  };

  return {
    create: async (command, nowMs) => write(() => insert(command, nowMs)),

    createOnce: async ({ commandKey, ...command }, nowMs, refusal = null) =>
      write(() =>
        runOnce(commandKey, nowMs, () => (refusal === null ? ok(insert(command, nowMs)) : err(refusal))),
      ).andThen((result) => result),

    list: async ({ after, limit }) =>
      runStatement(() => {
        const rows = db
          .select()
          .from(serviceKey)
          .where(after === null ? undefined : lt(id, after))
          .orderBy(desc(id))
          .limit(limit + 1)
          .all();
        return pageOf(rows.map(serviceKeyFrom), limit, (key) => key.id);
      }),

    findByHash: async (wanted) =>
      runStatement(() => {
        const row = byHash.get({ hash: wanted });
        return row === undefined ? null : serviceKeyFrom(row);
      }),

    recordUse: async (keyId, atMs) =>
      write(() => {
        db.update(serviceKey)
          .set({ lastUsedAtMs: atMs })
          .where(and(eq(id, keyId), or(isNull(lastUsedAtMs), lt(lastUsedAtMs, atMs))))
          .run();
      }),

    end: async (keyId, nowMs, command) =>
      write(() => {
        const ended = db.delete(serviceKey).where(eq(id, keyId)).returning().all().map(serviceKeyFrom);
        writeActivity(command, 'key.end', ended.map(serviceKeyTarget), nowMs);
        return ended.length > 0;
      }),
  };
};
