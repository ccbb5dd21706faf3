import Database from 'better-sqlite3';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';
import type { Clock } from '../../core/world.ts';
import { fileGone, watchOpenFile } from '../stored/openFile.ts';
import { createPrivateFile } from '../stored/privateFile.ts';
import { checkWritable } from '../stored/writableFile.ts';
import { enableWriteAheadLog } from '../stored/writeAheadLog.ts';
import type { Change, NewRecord, RecordStore, SandboxRecord, WriteFailure } from './records.ts';

export type SqliteRecordsOptions = {
  readonly path: string;
  /** How long to wait for the write of another process, in ms. The wait blocks the event loop. */
  readonly busyMs?: number;
  /** That of the machine, as the times of files are. */
  readonly clock?: Clock;
};

/**
 * Keeps records in a SQLite file, which several processes on one machine can share. Throws if it cannot open
 * it.
 */
export const createSqliteRecords = ({ path, busyMs = 2_000, clock }: SqliteRecordsOptions): RecordStore => {
  createPrivateFile(path);
  const database = new Database(path, { timeout: busyMs });
  checkWritable(path);
  enableWriteAheadLog(database, busyMs);
  // A charge that was reported to the caller must also survive a power failure.
  database.pragma('synchronous = full');
  database.exec(schema);

  const { insertAll, changeAll } = prepareWrites(database);
  const selectByKey = database.prepare<[string], Row>('select * from record where key = ?');
  const selectById = database.prepare<[string], Row>('select * from record where id = ?');
  const selectNewest = database.prepare<[string, string, number], Row>(
    'select * from record where id >= ? and id < ? order by id desc limit ?',
  );
  const selectDue = database.prepare<[number, number], Row>(
    'select * from record where due_at_ms is not null and due_at_ms <= ? order by due_at_ms limit ?',
  );
  /** Checked first, since the driver throws an error without a code if the database is closed. */
  const file = watchOpenFile(path, clock);
  const write = <T>(query: () => T): Result<T, WriteFailure> => {
    if (!database.open) return err({ kind: 'unavailable', reason: "the provider's record store is closed" });
    return file.isInPlace() ? catchFailure(query) : err({ kind: 'unavailable', reason: fileGone });
  };
  const read = <T>(query: () => T): Result<T, Unavailable> =>
    write(query).mapErr(({ reason }) => ({ kind: 'unavailable', reason }));

  return {
    insertIfNew: async (entries) => write(() => insertAll.immediate(entries)),
    change: async (change) => write(() => isApplied(() => changeAll.immediate(change))),
    find: async (by) =>
      read(() => ('id' in by ? selectById.get(by.id) : selectByKey.get(by.key))).map((row) =>
        row === undefined ? null : recordOf(row),
      ),
    list: async ({ from, before, limit }) =>
      read(() => selectNewest.all(from, before, limit)).map((rows) => rows.map(recordOf)),
    due: async ({ nowMs, limit }) =>
      read(() => selectDue.all(nowMs, limit)).map((rows) => rows.map(recordOf)),
    close: async () => {
      file.close();
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

const prepareWrites = (database: Database.Database) => {
  const insert = database.prepare<Row>(`
    insert into record (key, id, version, due_at_ms, body) values (:key, :id, :version, :due_at_ms, :body)
    on conflict (key) do nothing`);
  const update = database.prepare<Row>(`
    update record set version = :version, due_at_ms = :due_at_ms, body = :body
    where id = :id and version = :version - 1`);
  const selectByKey = database.prepare<[string], Row>('select * from record where key = ?');

  const insertAll = database.transaction((entries: readonly NewRecord[]) =>
    entries.map(({ record, also }) => {
      if (insert.run(rowOf(record)).changes === 1) {
        for (const each of also) insert.run(rowOf(each));
        return record;
      }
      const row = selectByKey.get(record.key);
      if (row === undefined) throw new Error(`the record ${record.key} is neither new nor known`);
      return recordOf(row);
    }),
  );
  const changeAll = database.transaction(({ records, also }: Change) => {
    for (const record of records) if (update.run(rowOf(record)).changes !== 1) throw stale;
    for (const record of also) if (insert.run(rowOf(record)).changes !== 1) throw stale;
  });
  return { insertAll, changeAll };
};

/** Thrown to roll back the transaction. */
const stale = new Error('another call has changed a record');

const isApplied = (write: () => void): boolean => {
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

/**
 * Returns failures of the file, the disk or a lock as values. A wrong statement is a bug and still throws.
 */
const catchFailure = <T>(query: () => T): Result<T, WriteFailure> => {
  try {
    return ok(query());
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError)) throw cause;
    const kind = kinds[cause.code.split('_')[1] ?? ''];
    if (kind === undefined) throw cause;
    return err({ kind, reason: `the provider's record store failed (${cause.code})` });
  }
};

/**
 * By primary result code (https://www.sqlite.org/rescode.html). `unknown`: a commit may have failed halfway.
 */
const kinds: Readonly<Record<string, WriteFailure['kind']>> = {
  BUSY: 'unavailable',
  LOCKED: 'unavailable',
  READONLY: 'unavailable',
  CANTOPEN: 'unavailable',
  FULL: 'unavailable',
  IOERR: 'unknown',
  CORRUPT: 'unknown',
  NOTADB: 'unknown',
};
