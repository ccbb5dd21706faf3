import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';
import type { Clock } from '../../core/world.ts';
import { fileGone, watchOpenFile } from '../stored/openFile.ts';
import { createPrivateFile } from '../stored/privateFile.ts';
import { checkWritable } from '../stored/writableFile.ts';
import { enableWriteAheadLog } from '../stored/writeAheadLog.ts';
import { orUnavailable } from './failures.ts';

/** How long a transaction waits for another process. The event loop is blocked meanwhile. */
const busyTimeoutMs = 5_000;

/**
 * How long a write waits after another one has waited in vain. Somebody holds the lock for long then, with a `vacuum`
 * for example, and each further write would stop all that needs no lock for seconds more: reads, and the answers to
 * health checks.
 */
const lockedTimeoutMs = 50;

/** The page size of a new file. A checkout takes 10 % less time than with 4 KiB: a commit writes fewer pages. */
const pageBytes = 8_192;

/**
 * Pages of the log between two checkpoints (16 MiB). A commit that runs a checkpoint is slow. The cache keeps the
 * driver's size of 16 MiB, because a commit scans all of it: with 64 MiB a checkout took 20 % more time.
 */
const checkpointPages = 2_000;

export type ConnectionOptions = {
  /** A file, or `:memory:`. A missing file and its folder are created, for their owner alone. */
  readonly path: string;
};

/** One synchronous connection: the transactions of this process never overlap. */
export type Connection = {
  readonly client: Database.Database;
  /** For single statements. Never use its `transaction`: with an async function it commits despite a rejection. */
  readonly db: BetterSQLite3Database;
  /**
   * Runs `work` in a transaction that holds the write lock from the start. A throw rolls back. Unavailable if the file at
   * the path is no longer the one that is open: what is written then would be lost.
   */
  readonly write: <T>(work: () => T) => Result<T, Unavailable>;
  /** Runs `work` in a transaction, so that several reads see the same state of the database. */
  readonly read: <T>(work: () => T) => Result<T, Unavailable>;
  /** Runs a single statement without a transaction of ours. */
  readonly runStatement: <T>(work: () => T) => Result<T, Unavailable>;
  /** Err if the file at the path is no longer the one that is open. */
  readonly checkFile: () => Result<void, Unavailable>;
  /** Closes the client too. */
  readonly close: () => void;
};

/** Throws the driver's error if the file cannot be opened. */
export const openClient = ({ path }: ConnectionOptions): Database.Database => {
  if (path !== ':memory:') createPrivateFile(path);
  const client = new Database(path, { timeout: busyTimeoutMs });
  if (path !== ':memory:') checkWritable(path);
  client.pragma(`page_size = ${pageBytes}`);
  enableWriteAheadLog(client, busyTimeoutMs);
  // The driver's default for WAL is NORMAL, which can lose the last commits in a power failure.
  client.pragma('synchronous = FULL');
  client.pragma('foreign_keys = ON');
  client.pragma('trusted_schema = OFF');
  client.pragma('temp_store = MEMORY');
  client.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  keepStatementPlans(client);
  return client;
};

/**
 * SQLite uses a bound value to estimate how many rows a comparison or a limit leaves, so it plans the statement again
 * after each binding: 20 µs instead of 2 for a join by key. A unary `+` before the value prevents that and changes
 * nothing else. We add it here, because Drizzle generates its own statements.
 */
export const keepStatementPlans = (client: Database.Database): void => {
  const prepare = client.prepare.bind(client);
  const bound = /([=<>]|\blimit|\boffset)(\s*)(?=[?$])/gi;
  const value = (source: string) => prepare(source.replaceAll(bound, '$1$2+'));
  Object.defineProperty(client, 'prepare', { value, writable: true });
};

/** `clock` is that of the machine, as the times of files are. */
export const createConnection = (client: Database.Database, clock?: Clock): Connection => {
  const beginWrite = client.prepare('begin immediate');
  const beginRead = client.prepare('begin deferred');
  const commit = client.prepare('commit');
  const rollback = client.prepare('rollback');

  const runTransaction = <T>(begin: Database.Statement, work: () => T): T => {
    begin.run();
    try {
      const outcome = work();
      if (outcome instanceof Promise) throw new Error('a transaction cannot wait for a promise');
      commit.run();
      return outcome;
    } catch (cause) {
      // After some failures, such as a full disk, SQLite has already rolled back.
      if (client.inTransaction) rollback.run();
      throw cause;
    }
  };

  let isLocked = false;
  const setLocked = (locked: boolean): void => {
    if (locked === isLocked) return;
    isLocked = locked;
    client.pragma(`busy_timeout = ${locked ? lockedTimeoutMs : busyTimeoutMs}`);
  };
  const run = <T>(work: () => T): Result<T, Unavailable> => {
    const result = orUnavailable(client, work);
    if (result.isErr() && result.error.database?.code.startsWith('SQLITE_BUSY')) setLocked(true);
    return result;
  };
  const runWrite = <T>(work: () => T): Result<T, Unavailable> => {
    const written = run(() => runTransaction(beginWrite, work));
    if (written.isOk()) setLocked(false);
    return written;
  };

  const file = client.memory ? null : watchOpenFile(client.name, clock);
  const checkFile = (): Result<void, Unavailable> =>
    file === null || file.isInPlace() ? ok(undefined) : err({ kind: 'unavailable', reason: fileGone });

  return {
    client,
    db: drizzle(client),
    checkFile,
    write: (work) => checkFile().andThen(() => runWrite(work)),
    read: (work) => orUnavailable(client, () => runTransaction(beginRead, work)),
    runStatement: run,
    close: () => {
      file?.close();
      client.close();
    },
  };
};
