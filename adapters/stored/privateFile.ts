import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a missing file and its folder so that only their owner may read them: a database has names, addresses and
 * secrets. SQLite gives its `-wal` and `-shm` files the mode of the database. What exists keeps its mode. Throws if the
 * folder cannot be created; the driver reports what is wrong with the file.
 */
export const createPrivateFile = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It exists, or it cannot be created.
  }
};
