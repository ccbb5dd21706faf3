import { err, ok, type Result } from 'neverthrow';
import postgres from 'postgres';
import { pageOf } from '../../core/page.ts';
import type { Charge } from '../../core/payment.ts';
import type { Answer, Unavailable } from '../../core/result.ts';
import type { ChargeBook, EntryFailure } from './book.ts';

export type PostgresBookOptions = {
  readonly url: string;
  /** `transaction` where a pooler such as PgBouncer lends connections: no prepared statements then. */
  readonly pooling?: 'session' | 'transaction';
};

/**
 * A schema of its own in any Postgres, which a fleet may share. It connects when it is first needed, as to a
 * provider that may be down when we start, and makes its table then.
 */
export const postgresBook = ({ url, pooling = 'session' }: PostgresBookOptions): ChargeBook => {
  const sql = postgres(url, {
    // One for the batch that is being written, one to read meanwhile.
    max: 2,
    prepare: pooling === 'session',
    connect_timeout: 5,
    backoff: (attempt: number) => Math.min(0.1 * attempt, 1),
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: { application_name: 'simulated_provider' },
  });
  let table: Promise<void> | null = null;
  /** Made once; where that failed, the next call tries again. */
  const withTable = (): Promise<void> => {
    table ??= makeTable(sql).catch((cause: unknown) => {
      table = null;
      throw cause;
    });
    return table;
  };

  const reading = async <T>(query: () => Promise<T>): Answer<T> => {
    try {
      await withTable();
      return ok(await query());
    } catch (cause) {
      return err(unavailable(cause));
    }
  };

  return {
    enter: async (charges) => {
      try {
        await withTable();
      } catch (cause) {
        return err(unavailable(cause));
      }
      const written = await insert(sql, charges);
      if (written.isErr()) return err(written.error);
      try {
        return ok(await standing(sql, charges, written.value));
      } catch (cause) {
        // Some of the charges are written by now, whatever kept us from seeing the others.
        return err({ kind: 'unknown', reason: unavailable(cause).reason });
      }
    },
    find: (key) =>
      reading(async () => {
        const [row] = await sql<Row[]>`select * from simulated_provider.charge where key = ${key}`;
        return row === undefined ? null : chargeOf(row);
      }),
    list: ({ after, limit }) =>
      reading(async () => {
        const rows = await sql<Row[]>`
          select * from simulated_provider.charge
          where ${after}::text is null or id < ${after}
          order by id desc limit ${limit + 1}`;
        return pageOf(rows.map(chargeOf), limit, ({ id }) => id);
      }),
    // postgres.js waits for the end of a query whose connection is long gone; not for more than a second here.
    close: () => sql.end({ timeout: 1 }),
  };
};

type Sql = postgres.Sql<{ bigint: number }>;

/** One process makes it while the others wait; once it is there, no right to make anything is needed. */
const makeTable = async (sql: Sql): Promise<void> => {
  const [found] = await sql`select to_regclass('simulated_provider.charge') as name`;
  if (found?.name !== null) return;
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('simulated_provider'))`;
    await tx`create schema if not exists simulated_provider`;
    await tx`
      create table if not exists simulated_provider.charge (
        key text collate "C" primary key,
        id text collate "C" not null unique,
        amount bigint not null,
        currency text not null,
        status text not null check (status in ('succeeded', 'declined', 'cancelled')),
        decline_code text,
        created_at_ms bigint not null
      )`;
  });
};

/**
 * Answers the ids of the charges that were first under their key. They go in in the order of the keys, so that
 * processes with keys in common wait for one another and never in a circle.
 */
const insert = async (
  sql: Sql,
  charges: readonly Charge[],
): Promise<Result<ReadonlySet<string>, EntryFailure>> => {
  try {
    const written = await sql<{ id: string }[]>`
      insert into simulated_provider.charge (key, id, amount, currency, status, decline_code, created_at_ms)
      select * from unnest(
        ${charges.map(({ idempotencyKey }) => idempotencyKey)}::text[],
        ${charges.map(({ id }) => id)}::text[],
        ${charges.map(({ amount }) => amount.amount)}::bigint[],
        ${charges.map(({ amount }) => amount.currency)}::text[],
        ${charges.map(({ status }) => status)}::text[],
        ${charges.map(({ declineCode }) => declineCode)}::text[],
        ${charges.map(({ createdAtMs }) => createdAtMs)}::bigint[]
      ) as given (key, id, amount, currency, status, decline_code, created_at_ms)
      order by key
      on conflict (key) do nothing
      returning id`;
    return ok(new Set(written.map(({ id }) => id)));
  } catch (cause) {
    return err(insertFailure(cause));
  }
};

/**
 * The charge under each key. Those that were there before are read by a statement of their own, for the one
 * that wrote the others cannot see what another process has just committed.
 */
const standing = async (
  sql: Sql,
  charges: readonly Charge[],
  written: ReadonlySet<string>,
): Promise<readonly Charge[]> => {
  const stands = new Map(
    charges.filter(({ id }) => written.has(id)).map((charge) => [charge.idempotencyKey, charge]),
  );
  const taken = charges.map(({ idempotencyKey }) => idempotencyKey).filter((key) => !stands.has(key));
  if (taken.length > 0) {
    const rows = await sql<Row[]>`
      select * from simulated_provider.charge where key = any(${taken}::text[])`;
    for (const row of rows) stands.set(row.key, chargeOf(row));
  }
  return charges.map(({ idempotencyKey }) => {
    const charge = stands.get(idempotencyKey);
    if (charge === undefined) throw new Error(`the charge ${idempotencyKey} is neither new nor known`);
    return charge;
  });
};

type Row = {
  readonly key: string;
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Charge['status'];
  readonly decline_code: string | null;
  readonly created_at_ms: number;
};

const chargeOf = ({ key, id, amount, currency, status, decline_code, created_at_ms }: Row): Charge => ({
  id,
  idempotencyKey: key,
  amount: { amount, currency },
  status,
  declineCode: decline_code,
  createdAtMs: created_at_ms,
});

/** Sent and not answered as it should be: written or not, who knows, unless the failure itself says so. */
const insertFailure = (cause: unknown): EntryFailure => {
  const failure = unavailable(cause);
  const nothingWritten = unsent.has(codeOf(cause)) || rolledBack.test(codeOf(cause));
  return nothingWritten ? failure : { kind: 'unknown', reason: failure.reason };
};

const unavailable = (cause: unknown): Unavailable => ({
  kind: 'unavailable',
  reason: `the provider's book failed (${codeOf(cause) || cause})`,
});

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

/** There was no connection to send anything over. */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CONNECT_TIMEOUT', 'CONNECTION_ENDED']);

/**
 * SQLSTATEs that say so: not connected (28, 3D, 57P03), read-only, deadlock or no order to be found, and no
 * disk, memory or connection left (53…). A server that was stopped (57P01) may have committed before.
 */
const rolledBack = /^(28...|3D000|57P03|25006|40001|40P01|53...)$/;
