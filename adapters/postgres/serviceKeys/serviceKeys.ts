import { and, desc, eq, isNull, lt, or, sql as raw } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { err, ok } from 'neverthrow';
import { pageOf } from '../../../core/page.ts';
import {
  type CreateServiceKey,
  type ServiceKeys,
  serviceKeyOf,
  serviceKeyTarget,
} from '../../../core/serviceKey.ts';
import {
  type ServiceKeyRow,
  serviceKeyFrom,
  serviceKeyRow,
  storedPermissions,
} from '../../stored/serviceKey.ts';
import { writeActivity } from '../activity/activity.ts';
import { runOneOnce } from '../commandKeys/once.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { serviceKey } from '../schema.ts';

export const createServiceKeys = (sql: Sql, db: PostgresJsDatabase): ServiceKeys => {
  const { id, hash, lastUsedAtMs } = serviceKey;
  const byHash = db
    .select()
    .from(serviceKey)
    .where(eq(hash, raw.placeholder('hash')));

  return {
    create: (command, nowMs) => inTransaction(sql, (tx) => insert(tx, command, nowMs)),

    createOnce: async ({ commandKey, ...command }, nowMs, refusal = null) => {
      const result = await inTransaction(sql, (tx) =>
        runOneOnce(tx, commandKey, nowMs, async () =>
          refusal === null ? ok(await insert(tx, command, nowMs)) : err(refusal),
        ),
      );
      return result.andThen((each) => each);
    },

    list: ({ after, limit }) =>
      orUnavailable(async () => {
        const rows = await db
          .select()
          .from(serviceKey)
          .where(after === null ? undefined : lt(id, after))
          .orderBy(desc(id))
          .limit(limit + 1);
        return pageOf(rows.map(serviceKeyFrom), limit, (key) => key.id);
      }),

    findByHash: (wanted) =>
      orUnavailable(async () => {
        const [row] = await byHash.execute({ hash: wanted });
        return row === undefined ? null : serviceKeyFrom(row);
      }),

    recordUse: (keyId, atMs) =>
      orUnavailable(async () => {
        await db
          .update(serviceKey)
          .set({ lastUsedAtMs: atMs })
          .where(and(eq(id, keyId), or(isNull(lastUsedAtMs), lt(lastUsedAtMs, atMs))));
      }),

    end: (keyId, nowMs, command) =>
      inTransaction(sql, async (tx) => {
        const ended = await tx<Pick<ServiceKeyRow, 'id' | 'name' | 'permissions'>[]>`
          delete from service_key where id = ${keyId} returning id, name, permissions`;
        const targets = ended.map((row) =>
          serviceKeyTarget({ ...row, permissions: storedPermissions(row.permissions) }),
        );
        await writeActivity(tx, command, 'key.end', targets, nowMs);
        return ended.length > 0;
      }),
  };
};

/** Raw SQL, because the transaction of a command key is one of the driver's. */
const insert = async (tx: Transaction, command: CreateServiceKey, nowMs: number) => {
  const row = serviceKeyRow(command, nowMs);
  await tx`
    insert into service_key (id, hash, name, permissions, creator_id, creator_email, created_ms, expires_ms)
    values (
      ${row.id}, ${row.hash}, ${row.name}, ${row.permissions}, ${row.creatorId}, ${row.creatorEmail}, ${nowMs},
      ${row.expiresAtMs}
    )`;
  await writeActivity(tx, command.command, 'key.create', [serviceKeyTarget(command)], nowMs);
  return serviceKeyOf(command, nowMs);
};
