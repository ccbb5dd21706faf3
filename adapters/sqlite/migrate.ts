import { readdirSync, readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { foldVersion } from '../../core/search.ts';
import { readFoldVersion, rebuildSearch } from './search/rebuild.ts';

const folder = new URL('../../sql/sqlite/', import.meta.url);

/**
 * Brings the database up to date: each file of sql/sqlite once, in the order of its number, and the words that
 * names are found by, all in one transaction under the write lock, so that any number of processes may start
 * at once. Throws `SchemaTooNew` where a newer version has done that before.
 */
export const migrate = (client: Database.Database, nowMs: number): void => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  // Asked before the lock is taken, so that a process can start while another one writes.
  if (missing(client, files).length === 0 && readFoldVersion(client) === foldVersion) return;
  client
    .transaction(() => {
      client.exec('create table if not exists migration (name text primary key, applied_ms integer) strict');
      const note = client.prepare('insert into migration (name, applied_ms) values (?, ?)');
      for (const name of missing(client, files)) {
        client.exec(readFileSync(new URL(name, folder), 'utf8'));
        note.run(name, nowMs);
      }
      if (readFoldVersion(client) !== foldVersion) rebuildSearch(client);
    })
    .immediate();
};

const missing = (client: Database.Database, files: readonly string[]): readonly string[] => {
  const noted = client.prepare(`select 1 from sqlite_schema where name = 'migration'`).get() !== undefined;
  const names = noted ? client.prepare<[], string>('select name from migration').pluck().all() : [];
  const applied = new Set(names);
  for (const name of applied) if (!files.includes(name)) throw schemaTooNew(`has the migration ${name}`);
  const version = readFoldVersion(client);
  if (version > foldVersion) throw schemaTooNew(`has names folded by version ${version}`);
  return files.filter((name) => !applied.has(name));
};

/** The database was migrated by a newer version: this one does not know what its tables mean. */
const schemaTooNew = (what: string): Error => {
  const error = new Error(`the database ${what}, which this version does not know: start a newer version`);
  error.name = 'SchemaTooNew';
  return error;
};
