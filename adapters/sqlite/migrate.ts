import { readdirSync, readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { foldVersion } from '../../core/search.ts';
import { missingMigrations, SchemaTooNew } from '../stored/migrations.ts';
import { readFoldVersion, rebuildSearch } from './search/rebuild.ts';

const folder = new URL('../../sql/sqlite/', import.meta.url);

/**
 * Brings the schema up to date. Runs each file of sql/sqlite that the database does not have yet, in the order of their
 * numbers, and rebuilds the search tokens if core folds names in a new way. All of it is one transaction under the
 * write lock, so any number of processes can start at the same time.
 *
 * @throws SchemaTooNew or SchemaTooOld, and then changes nothing
 */
export const migrate = (client: Database.Database, nowMs: number): void => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  // Checked without the write lock first, so that a process can start while another one writes.
  if (isUpToDate(client, files)) return;
  client
    .transaction(() => {
      client.exec('create table if not exists migration (name text primary key, applied_ms integer) strict');
      const insert = client.prepare('insert into migration (name, applied_ms) values (?, ?)');
      for (const name of missingMigrations(files, appliedMigrations(client))) {
        client.exec(readFileSync(new URL(name, folder), 'utf8'));
        insert.run(name, nowMs);
      }
      if (!hasCurrentTokens(client)) rebuildSearch(client);
    })
    .immediate();
};

const isUpToDate = (client: Database.Database, files: readonly string[]): boolean => {
  const missing = missingMigrations(files, appliedMigrations(client));
  return hasCurrentTokens(client) && missing.length === 0;
};

const appliedMigrations = (client: Database.Database): readonly string[] => {
  const hasTable = client.prepare(`select 1 from sqlite_schema where name = 'migration'`).get() !== undefined;
  return hasTable ? client.prepare<[], string>('select name from migration').pluck().all() : [];
};

const hasCurrentTokens = (client: Database.Database): boolean => {
  const stored = readFoldVersion(client);
  if (stored > foldVersion)
    throw new SchemaTooNew(
      `version ${stored} of the fold made the search tokens in the database, and this is version ${foldVersion}: ` +
        'start a newer version',
    );
  return stored === foldVersion;
};
