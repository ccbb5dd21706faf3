import { statSync } from 'node:fs';

export const fileGone = 'the database file was removed or replaced; put it back, or restart this process';

/**
 * Tells whether the files of an open SQLite database are still those at its path. A file that was removed or replaced
 * can still be written, and all of it is lost with the process. Call it when the database is open.
 */
export const watchOpenFile = (path: string): (() => boolean) => {
  const database = identityOf(path);
  // The log is created with the first transaction, and stays as long as the database is open.
  let log: string | null = null;
  return () => {
    if (database === null || identityOf(path) !== database) return false;
    const current = identityOf(`${path}-wal`);
    log ??= current;
    return current === log;
  };
};

/** Null if there is no such file. */
const identityOf = (path: string): string | null => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev} ${found.ino}`;
};
