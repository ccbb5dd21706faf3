import Database from 'better-sqlite3';

const pauseMs = 5;

/**
 * Has the file write ahead to a log. Where several processes have a new file do so at once, SQLite refuses all
 * but one of them without waiting, whatever `busy_timeout` says: each reads the file that each wants for itself.
 * So we try again, for `waitMs` at most; the event loop waits with us. Throws the driver's error after that.
 */
export const writeAheadLog = (client: Database.Database, waitMs: number): void => {
  const untilMs = performance.now() + waitMs;
  for (;;) {
    try {
      client.pragma('journal_mode = WAL');
      return;
    } catch (cause) {
      const isBusy = cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY');
      if (!isBusy || performance.now() >= untilMs) throw cause;
      Atomics.wait(standstill, 0, 0, pauseMs);
    }
  }
};

const standstill = new Int32Array(new SharedArrayBuffer(4));
