import { err, ok, type Result } from 'neverthrow';
import postgres from 'postgres';
import type { AsyncResult, Unavailable } from '../../core/result.ts';
import { driverOptions } from '../stored/postgresUrl/driverOptions.ts';
import { endingStates } from '../stored/postgresUrl/endingStates.ts';
import { unavailable, writeFailure } from './postgresFailures.ts';
import { type Row, recordOf } from './postgresRow.ts';
import { changeAll, insert, readCurrent, type Sql } from './postgresWrites.ts';
import type { RecordStore, SandboxRecord } from './records.ts';

export type PostgresRecordsOptions = {
  readonly url: string;
  /** `transaction` behind a pooler such as PgBouncer in transaction mode, without prepared statements. */
  readonly pooling?: 'session' | 'transaction';
};

export type PostgresRecords = RecordStore & {
  /** Creates the table if it is missing, and checks that it can be used. Rejects with the driver's error. */
  prepare(): Promise<void>;
};

/**
 * Keeps records in the schema `simulated_provider` of any Postgres database, which several processes can
 * share. It connects and creates its table at the first use, so that the shop starts even if this database is
 * down.
 */
export const createPostgresRecords = ({
  url,
  pooling = 'session',
}: PostgresRecordsOptions): PostgresRecords => {
  const { session, ...server } = driverOptions(url);
  const sql = postgres({
    // One connection writes a batch; the other one reads at the same time.
    max: 2,
    prepare: pooling === 'session',
    query_timeout: 8,
    ends_session: endingStates,
    ...server,
    backoff: (attempt: number) => Math.min(0.1 * attempt, 1),
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: { application_name: 'simulated_provider', ...session },
  });
  let table: Promise<void> | null = null;
  /** Creates the table once. After a failure the next call tries again. */
  const ensureTable = (): Promise<void> => {
    table ??= createTable(sql).catch((cause: unknown) => {
      table = null;
      throw cause;
    });
    return table;
  };

  const read = async (query: () => Promise<readonly Row[]>): AsyncResult<readonly SandboxRecord[]> => {
    try {
      await ensureTable();
      return ok((await query()).map(recordOf));
    } catch (cause) {
      return err(unavailable(cause));
    }
  };
  const connect = async (): Promise<Result<void, Unavailable>> => {
    try {
      return ok(await ensureTable());
    } catch (cause) {
      return err(unavailable(cause));
    }
  };

  return {
    prepare: async () => {
      await ensureTable();
      // Both fail without the right to do so, and write nothing.
      await sql`select 1 from simulated_provider.record where false for update`;
      await sql`insert into simulated_provider.record select * from simulated_provider.record where false`;
    },
    insertIfNew: async (entries) => {
      const connected = await connect();
      if (connected.isErr()) return err(connected.error);
      const written = await insert(sql, entries);
      if (written.isErr()) return err(written.error);
      try {
        return ok(await readCurrent(sql, entries, written.value));
      } catch (cause) {
        // Some records are already written, so this failure is never `unavailable`.
        return err({ kind: 'unknown', reason: unavailable(cause).reason });
      }
    },
    change: async (change) => {
      const connected = await connect();
      if (connected.isErr()) return err(connected.error);
      try {
        return ok(await changeAll(sql, change));
      } catch (cause) {
        return err(writeFailure(cause));
      }
    },
    find: async (by) => {
      const rows = await read(() =>
        'id' in by
          ? sql<Row[]>`select * from simulated_provider.record where id = ${by.id}`
          : sql<Row[]>`select * from simulated_provider.record where key = ${by.key}`,
      );
      return rows.map(([record]) => record ?? null);
    },
    list: ({ from, before, limit }) =>
      read(
        () => sql<Row[]>`
          select * from simulated_provider.record where id >= ${from} and id < ${before}
          order by id desc limit ${limit}`,
      ),
    due: ({ nowMs, limit }) =>
      read(
        () => sql<Row[]>`
          select * from simulated_provider.record where due_at_ms is not null and due_at_ms <= ${nowMs}
          order by due_at_ms limit ${limit}`,
      ),
    // postgres.js waits for queries on connections that are already lost. One second is enough.
    close: () => sql.end({ timeout: 1 }),
  };
};

/**
 * One process creates the table while the others wait. If the table exists, no right to create one is needed.
 */
const createTable = async (sql: Sql): Promise<void> => {
  const [found] = await sql`select to_regclass('simulated_provider.record') as name`;
  if (found?.name !== null) return;
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('simulated_provider'))`;
    // Even with `if not exists`, creating needs a right on the database.
    const [schema] = await tx`select to_regnamespace('simulated_provider') as name`;
    if (schema?.name === null) await tx`create schema simulated_provider`;
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
