import Database from 'better-sqlite3';

const pauseMs = 5;

/**
 * Has the file write ahead to a log. Where several processes have a new file do so at once, SQLite refuses all
 * but one of them without waiting, whatever `busy_timeout` says: each reads the file that each wants for itself.
 * So we try again, with pauses of `waitMs` in all; the event loop waits with us. Throws the driver's error after that.
 */
export const writeAheadLog = (client: Database.Database, waitMs: number): void => {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      client.pragma('journal_mode = WAL');
      return;
    } catch (cause) {
      const isBusy = cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY');
      if (!isBusy || waitedMs >= waitMs) throw cause;
      Atomics.wait(standstill, 0, 0, pauseMs);
    }
  }
};

const standstill = new Int32Array(new SharedArrayBuffer(4));
