import { err, ok, type Result } from 'neverthrow';
import postgres from 'postgres';
import type { AsyncResult } from '../../core/result.ts';
import { unavailable, writeFailure } from './postgresFailures.ts';
import { type Row, recordOf } from './postgresRow.ts';
import { changeAll, insert, readCurrent, type Sql } from './postgresWrites.ts';
import type { RecordStore, SandboxRecord } from './records.ts';

export type PostgresRecordsOptions = {
  readonly url: string;
  /** `transaction` where a pooler such as PgBouncer lends connections: no prepared statements then. */
  readonly pooling?: 'session' | 'transaction';
};

/**
 * A schema of its own in any Postgres, which a fleet may share. It connects when it is first needed, as to a
 * provider that may be down when we start, and makes its table then.
 */
export const createPostgresRecords = ({ url, pooling = 'session' }: PostgresRecordsOptions): RecordStore => {
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

  const reading = async (query: () => Promise<readonly Row[]>): AsyncResult<readonly SandboxRecord[]> => {
    try {
      await withTable();
      return ok((await query()).map(recordOf));
    } catch (cause) {
      return err(unavailable(cause));
    }
  };
  const ready = async (): Promise<Result<void, ReturnType<typeof unavailable>>> => {
    try {
      return ok(await withTable());
    } catch (cause) {
      return err(unavailable(cause));
    }
  };

  return {
    insertIfNew: async (entries) => {
      const made = await ready();
      if (made.isErr()) return err(made.error);
      const written = await insert(sql, entries);
      if (written.isErr()) return err(written.error);
      try {
        return ok(await readCurrent(sql, entries, written.value));
      } catch (cause) {
        // Some of the records are written by now, whatever kept us from seeing the others.
        return err({ kind: 'unknown', reason: unavailable(cause).reason });
      }
    },
    change: async (change) => {
      const made = await ready();
      if (made.isErr()) return err(made.error);
      try {
        return ok(await changeAll(sql, change));
      } catch (cause) {
        return err(writeFailure(cause));
      }
    },
    find: async (by) => {
      const rows = await reading(() =>
        'id' in by
          ? sql<Row[]>`select * from simulated_provider.record where id = ${by.id}`
          : sql<Row[]>`select * from simulated_provider.record where key = ${by.key}`,
      );
      return rows.map(([record]) => record ?? null);
    },
    list: ({ from, before, limit }) =>
      reading(
        () => sql<Row[]>`
          select * from simulated_provider.record where id >= ${from} and id < ${before}
          order by id desc limit ${limit}`,
      ),
    due: ({ nowMs, limit }) =>
      reading(
        () => sql<Row[]>`
          select * from simulated_provider.record where due_at_ms is not null and due_at_ms <= ${nowMs}
          order by due_at_ms limit ${limit}`,
      ),
    // postgres.js waits for the end of a query whose connection is long gone; not for more than a second here.
    close: () => sql.end({ timeout: 1 }),
  };
};

/** One process makes it while the others wait; once it is there, no right to make anything is needed. */
const makeTable = async (sql: Sql): Promise<void> => {
  const [found] = await sql`select to_regclass('simulated_provider.record') as name`;
  if (found?.name !== null) return;
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('simulated_provider'))`;
    await tx`create schema if not exists simulated_provider`;
    await tx`
      create table if not exists simulated_provider.record (
        key text collate "C" primary key,
        id text collate "C" not null unique,
        version integer not null,
        due_at_ms bigint,
        body text not null
      )`;
    await tx`
      create index if not exists record_due on simulated_provider.record (due_at_ms)
      where due_at_ms is not null`;
  });
};
