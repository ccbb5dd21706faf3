import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { type SubscribedTopic, subscribedTopics } from '../stored/subscription.ts';
import { checkWritable } from '../stored/writableFile.ts';
import { pendingMigrations } from './migrate.ts';

export type FileInspection = {
  /** False: a start creates it. */
  readonly exists: boolean;
  /** The migrations that a start would run. */
  readonly pending: readonly string[];
  /** The room for this user on the disk of the file, in bytes. */
  readonly freeBytes: number;
  /** The topics of Kafka that are subscribed. None before the migration that adds subscriptions. */
  readonly topics: readonly SubscribedTopic[];
};

/**
 * Looks at a database file and changes nothing in it. Throws the system's or the driver's error if a start could not use
 * the file, and `SchemaTooNew` or `SchemaTooOld`.
 */
export const inspectFile = (path: string): FileInspection => {
  const exists = existsSync(path);
  const folder = existingFolder(dirname(resolve(path)));
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  if (!exists) {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return { exists, pending: [], freeBytes, topics: [] };
  }
  if (statSync(path).isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  checkWritable(path);
  const client = new Database(path, { readonly: true, fileMustExist: true, timeout: 2_000 });
  try {
    return { exists, pending: pendingMigrations(client), freeBytes, topics: topicsIn(client) };
  } finally {
    client.close();
  }
};

const topicsIn = (client: Database.Database): readonly SubscribedTopic[] => {
  const exists = client.prepare("select 1 from sqlite_master where name = 'subscription'").get();
  return exists === undefined ? [] : client.prepare<[], SubscribedTopic>(subscribedTopics()).all();
};

const existingFolder = (folder: string): string =>
  existsSync(folder) || dirname(folder) === folder ? folder : existingFolder(dirname(folder));
