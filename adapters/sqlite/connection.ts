import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import type { Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';
import { writeAheadLog } from '../stored/writeAheadLog.ts';
import { orUnavailable } from './failures.ts';

/** How long a transaction waits for that of another process. The event loop waits with it. */
const busyTimeoutMs = 5_000;

/** Of a new file. A checkout costs 10 % less than with 4 KiB, since a commit writes fewer pages. */
const pageOctets = 8_192;

/**
 * Pages of the log between two checkpoints (16 MiB): a commit that does a checkpoint is a slow one. The cache
 * stays at the driver's 16 MiB, for a commit goes through all of it: with 64 MiB a checkout cost 20 % more.
 */
const checkpointPages = 2_000;

export type ConnectionOptions = {
  /** A file, which is made where it is not there, with its folder; or `:memory:`. */
  readonly path: string;
};

/** One connection, which reads and writes at once: nothing of this process ever interleaves. */
export type Connection = {
  readonly client: Database.Database;
  /** For plain reads and writes. Never its `transaction`: with an async function it keeps what it rolls back. */
  readonly db: BetterSQLite3Database;
  /** Runs `work` in a transaction that holds the write lock from its beginning; a throw rolls back. */
  readonly write: <T>(work: () => T) => Result<T, Unavailable>;
  /** Runs `work` in a transaction that sees one state of the database, for reads of more than one statement. */
  readonly read: <T>(work: () => T) => Result<T, Unavailable>;
  /** Runs a single statement. */
  readonly ask: <T>(work: () => T) => Result<T, Unavailable>;
};

/** Throws the driver's error where the file cannot be opened. */
export const openClient = ({ path }: ConnectionOptions): Database.Database => {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const client = new Database(path, { timeout: busyTimeoutMs });
  client.pragma(`page_size = ${pageOctets}`);
  writeAheadLog(client, busyTimeoutMs);
  // The driver is built with NORMAL for WAL, which can lose the last commits when the power fails.
  client.pragma('synchronous = FULL');
  client.pragma('foreign_keys = ON');
  client.pragma('trusted_schema = OFF');
  client.pragma('temp_store = MEMORY');
  client.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  keepPlans(client);
  return client;
};

/**
 * SQLite looks at the value of a variable that a column is compared with, to guess how many rows it finds, and
 * then plans the statement anew whenever a value is bound: 20 µs instead of 2 for a join by key. It does not
 * look behind a sign, which changes nothing else. Done here, since Drizzle writes its own statements.
 */
const keepPlans = (client: Database.Database): void => {
  const prepare = client.prepare.bind(client);
  const value = (source: string) => prepare(source.replace(/= \?/g, '= +?'));
  Object.defineProperty(client, 'prepare', { value, writable: true });
};

export const connectionOver = (client: Database.Database): Connection => {
  const beginWrite = client.prepare('begin immediate');
  const beginRead = client.prepare('begin deferred');
  const commit = client.prepare('commit');
  const rollback = client.prepare('rollback');

  const within = <T>(begin: Database.Statement, work: () => T): T => {
    begin.run();
    try {
      const outcome = work();
      if (outcome instanceof Promise) throw new Error('a transaction cannot wait for a promise');
      commit.run();
      return outcome;
    } catch (cause) {
      // Some failures, such as a full disk, have rolled back already.
      if (client.inTransaction) rollback.run();
      throw cause;
    }
  };

  return {
    client,
    db: drizzle(client),
    write: (work) => orUnavailable(client, () => within(beginWrite, work)),
    read: (work) => orUnavailable(client, () => within(beginRead, work)),
    ask: (work) => orUnavailable(client, work),
  };
};
