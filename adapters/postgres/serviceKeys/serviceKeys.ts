import { and, desc, eq, isNull, lt, or, sql as raw } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { ok } from 'neverthrow';
import { pageOf } from '../../../core/page.ts';
import { type CreateServiceKey, type ServiceKeys, serviceKeyOf } from '../../../core/serviceKey.ts';
import { serviceKeyFrom, serviceKeyRow } from '../../stored/serviceKey.ts';
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
    create: (command, nowMs) => orUnavailable(() => insert(sql, command, nowMs)),

    createOnce: async ({ commandKey, ...command }, nowMs) => {
      const result = await inTransaction(sql, (tx) =>
        runOneOnce(tx, commandKey, nowMs, async () => ok(await insert(tx, command, nowMs))),
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

    end: (keyId) =>
      orUnavailable(async () => {
        await db.delete(serviceKey).where(eq(id, keyId));
      }),
  };
};

/** Raw SQL, because the transaction of a command key is one of the driver's. */
const insert = async (sql: Sql | Transaction, command: CreateServiceKey, nowMs: number) => {
  const row = serviceKeyRow(command, nowMs);
  await sql`
    insert into service_key (id, hash, name, permissions, creator_id, creator_email, created_ms, expires_ms)
    values (
      ${row.id}, ${row.hash}, ${row.name}, ${row.permissions}, ${row.creatorId}, ${row.creatorEmail}, ${nowMs},
      ${row.expiresAtMs}
    )`;
  return serviceKeyOf(command, nowMs);
};
