import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';
import { writeAheadLog } from '../stored/writeAheadLog.ts';
import type { Change, Entry, EntryFailure, RecordStore, SandboxRecord } from './records.ts';

export type SqliteRecordsOptions = {
  readonly path: string;
  /** How long to wait for another process's write. The event loop stands still meanwhile. */
  readonly busyMs?: number;
};

/** A file of its own, which several processes of one machine may share. Throws where it cannot be opened. */
export const createSqliteRecords = ({ path, busyMs = 2_000 }: SqliteRecordsOptions): RecordStore => {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path, { timeout: busyMs });
  writeAheadLog(database, busyMs);
  // A charge that was answered must outlive a loss of power, too.
  database.pragma('synchronous = full');
  database.exec(schema);

  const { enterAll, changeAll } = writes(database);
  const byKey = database.prepare<[string], Row>('select * from record where key = ?');
  const byId = database.prepare<[string], Row>('select * from record where id = ?');
  const newest = database.prepare<[string, string, number], Row>(
    'select * from record where id >= ? and id < ? order by id desc limit ?',
  );
  const due = database.prepare<[number, number], Row>(
    'select * from record where due_at_ms is not null and due_at_ms <= ? order by due_at_ms limit ?',
  );
  /** Asking a closed database is an error of the driver's that has no code. */
  const opened = <T>(query: () => T): Result<T, EntryFailure> =>
    database.open ? answered(query) : err({ kind: 'unavailable', reason: "the provider's book is closed" });
  const read = <T>(query: () => T): Result<T, Unavailable> =>
    opened(query).mapErr(({ reason }) => ({ kind: 'unavailable', reason }));

  return {
    insertIfNew: async (entries) => opened(() => enterAll.immediate(entries)),
    change: async (change) => opened(() => changed(() => changeAll.immediate(change))),
    find: async (by) =>
      read(() => ('id' in by ? byId.get(by.id) : byKey.get(by.key))).map((row) =>
        row === undefined ? null : recordOf(row),
      ),
    list: async ({ from, before, limit }) =>
      read(() => newest.all(from, before, limit)).map((rows) => rows.map(recordOf)),
    due: async ({ nowMs, limit }) => read(() => due.all(nowMs, limit)).map((rows) => rows.map(recordOf)),
    close: async () => {
      database.close();
    },
  };
};

const schema = `
  create table if not exists record (
    key text primary key,
    id text not null unique,
    version integer not null,
    due_at_ms integer,
    body text not null
  ) strict, without rowid;
  create index if not exists record_due on record (due_at_ms) where due_at_ms is not null`;

const writes = (database: Database.Database) => {
  const insert = database.prepare<Row>(`
    insert into record (key, id, version, due_at_ms, body) values (:key, :id, :version, :due_at_ms, :body)
    on conflict (key) do nothing`);
  const update = database.prepare<Row>(`
    update record set version = :version, due_at_ms = :due_at_ms, body = :body
    where id = :id and version = :version - 1`);
  const byKey = database.prepare<[string], Row>('select * from record where key = ?');

  const enterAll = database.transaction((entries: readonly Entry[]) =>
    entries.map(({ record, also }) => {
      if (insert.run(rowOf(record)).changes === 1) {
        for (const each of also) insert.run(rowOf(each));
        return record;
      }
      const row = byKey.get(record.key);
      if (row === undefined) throw new Error(`the record ${record.key} is neither new nor known`);
      return recordOf(row);
    }),
  );
  const changeAll = database.transaction(({ records, also }: Change) => {
    for (const record of records) if (update.run(rowOf(record)).changes !== 1) throw stale;
    for (const record of also) if (insert.run(rowOf(record)).changes !== 1) throw stale;
  });
  return { enterAll, changeAll };
};

/** Thrown to roll back. */
const stale = new Error('a record has changed meanwhile');

const changed = (write: () => void): boolean => {
  try {
    write();
    return true;
  } catch (cause) {
    if (cause === stale) return false;
    throw cause;
  }
};

type Row = {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  readonly due_at_ms: number | null;
  readonly body: string;
};

const rowOf = ({ id, key, version, dueAtMs, body }: SandboxRecord): Row => ({
  key,
  id,
  version,
  due_at_ms: dueAtMs,
  body,
});

const recordOf = ({ key, id, version, due_at_ms, body }: Row): SandboxRecord => ({
  id,
  key,
  version,
  dueAtMs: due_at_ms,
  body,
});

/** A failure of SQLite's surroundings becomes a value; a wrong statement is a bug and stays a throw. */
const answered = <T>(query: () => T): Result<T, EntryFailure> => {
  try {
    return ok(query());
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError)) throw cause;
    const kind = kinds[cause.code.split('_')[1] ?? ''];
    if (kind === undefined) throw cause;
    return err({ kind, reason: `the provider's book failed (${cause.code})` });
  }
};

/** By primary result code (https://www.sqlite.org/rescode.html). A commit that failed halfway is not known. */
const kinds: Readonly<Record<string, EntryFailure['kind']>> = {
  BUSY: 'unavailable',
  LOCKED: 'unavailable',
  READONLY: 'unavailable',
  CANTOPEN: 'unavailable',
  FULL: 'unavailable',
  IOERR: 'unknown',
  CORRUPT: 'unknown',
  NOTADB: 'unknown',
};
