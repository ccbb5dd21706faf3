import Database from 'better-sqlite3';

const pauseMs = 5;

/**
 * Switches the database file to a write-ahead log. If several processes do this at the same time with a new file,
 * SQLite refuses all but one of them at once, whatever `busy_timeout` says: each of them reads the file that each
 * wants to lock. So we try again, with pauses of `waitMs` in all, and throw the driver's error after that. The pauses
 * block the event loop.
 */
export const enableWriteAheadLog = (client: Database.Database, waitMs: number): void => {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      client.pragma('journal_mode = WAL');
      return;
    } catch (cause) {
      const isBusy = cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY');
      if (!isBusy || waitedMs >= waitMs) throw cause;
      Atomics.wait(neverNotified, 0, 0, pauseMs);
    }
  }
};

const neverNotified = new Int32Array(new SharedArrayBuffer(4));
