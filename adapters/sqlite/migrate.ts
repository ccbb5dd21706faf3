import { readdirSync, readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { foldVersion } from '../../core/search.ts';
import { missingMigrations, SchemaTooNew } from '../stored/migrations.ts';
import { readFoldVersion, readRefoldVersion, storeFoldVersion } from './search/rebuild.ts';

const folder = new URL('../../sql/sqlite/', import.meta.url);

/**
 * Brings the schema up to date. Runs each file of sql/sqlite that the database does not have yet, in the order of their
 * numbers. All of it is one transaction under the write lock, so any number of processes can start at the same time.
 * Tokens of an older fold stay: workers fold the names anew while the shop is open (`Store.refoldNames`).
 *
 * @throws SchemaTooNew or SchemaTooOld, and then changes nothing
 */
export const migrate = (client: Database.Database, nowMs: number): void => {
  const files = migrationFiles();
  // Checked without the write lock first, so that a process can start while another one writes.
  if (isUpToDate(client, files)) return;
  client
    .transaction(() => {
      client.exec('create table if not exists migration (name text primary key, applied_ms integer) strict');
      const insert = client.prepare('insert into migration (name, applied_ms) values (?, ?)');
      const applied = appliedMigrations(client);
      for (const name of missingMigrations(files, applied)) {
        client.exec(readFileSync(new URL(name, folder), 'utf8'));
        insert.run(name, nowMs);
      }
      if (applied.length === 0) storeFoldVersion(client);
    })
    .immediate();
};

const migrationFiles = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();

/** The files that `migrate` would run. Throws as it does, and changes nothing. */
export const pendingMigrations = (client: Database.Database): readonly string[] =>
  missingMigrations(migrationFiles(), appliedMigrations(client));

const isUpToDate = (client: Database.Database, files: readonly string[]): boolean => {
  const missing = missingMigrations(files, appliedMigrations(client));
  checkFoldVersion(client, missing.length === 0);
  return missing.length === 0;
};

const appliedMigrations = (client: Database.Database): readonly string[] => {
  const hasTable = client.prepare(`select 1 from sqlite_schema where name = 'migration'`).get() !== undefined;
  return hasTable ? client.prepare<[], string>('select name from migration').pluck().all() : [];
};

/** A process with an older fold does not start: it would write and look for tokens that nobody finds. */
const checkFoldVersion = (client: Database.Database, isMigrated: boolean): void => {
  const newest = Math.max(readFoldVersion(client), isMigrated ? readRefoldVersion(client) : 0);
  if (newest > foldVersion)
    throw new SchemaTooNew(
      `version ${newest} of the fold made the search tokens in the database, and this is version ${foldVersion}: ` +
        'start a newer version',
    );
};
