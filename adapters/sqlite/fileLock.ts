import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { createPrivateFile } from '../stored/privateFile.ts';

/**
 * Locks a file for this process, and makes it if it is missing. Returns a function that frees it, or null if somebody
 * else holds it. The system frees the lock of a process that ends, however it ends, so nobody has to look for old ones.
 */
export const lockFile = (path: string): (() => void) | null => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createPrivateFile(path);
  const client = new Database(path, { timeout: 0 });
  try {
    // Nothing is written, so there is nothing to undo, and no second file.
    client.pragma('journal_mode = memory');
    client.exec('begin exclusive');
  } catch (cause) {
    client.close();
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) return null;
    throw cause;
  }
  return () => client.close();
};
