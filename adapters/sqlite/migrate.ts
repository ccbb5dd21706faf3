import { readdirSync, readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { foldVersion } from '../../core/search.ts';
import {
  type AppliedMigration,
  MigrationFailed,
  missingMigrations,
  SchemaTooNew,
  worksBesideOf,
} from '../stored/migrations.ts';
import { readFoldVersion, readRefoldVersion, storeFoldVersion } from './search/rebuild.ts';

const ownFolder = new URL('../../sql/sqlite/', import.meta.url);

/** How often a migration asks for the write lock. Each try waits as long as any write, and nothing else runs yet. */
const triesMax = 6;

type MigrateOptions = {
  /** The folder of the files. */
  readonly folder?: URL;
};

/**
 * Brings the schema up to date. Runs each file of sql/sqlite that the database does not have yet, in the order of their
 * numbers, each in a transaction of its own under the write lock, so any number of processes can start at the same
 * time. If a file fails, those before it stay. Tokens of an older fold stay: workers fold the names anew while the shop
 * is open (`Store.refoldNames`).
 *
 * @throws SchemaTooNew or SchemaTooOld, and then changes nothing; MigrationFailed
 */
export const migrate = (
  client: Database.Database,
  nowMs: number,
  { folder = ownFolder }: MigrateOptions = {},
): void => {
  const files = migrationFiles(folder);
  // Checked without the write lock first, so that a process can start while another one writes.
  while (!isUpToDate(client, files)) whenNotBusy(() => applyNext(client, files, nowMs, folder));
};

const whenNotBusy = (run: () => void): void => {
  for (let tries = 1; ; tries++) {
    try {
      run();
      return;
    } catch (cause) {
      if (codeOf(cause) !== 'SQLITE_BUSY' || tries === triesMax) throw cause;
    }
  }
};

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';

/** Applies the first file that is missing. */
const applyNext = (client: Database.Database, files: readonly string[], nowMs: number, folder: URL): void => {
  let file: string | undefined;
  const apply = client.transaction(() => {
    ensureTable(client);
    const applied = appliedMigrations(client);
    [file] = missingMigrations(files, applied);
    // Another process was quicker.
    if (file === undefined) return;
    const text = readFileSync(new URL(file, folder), 'utf8');
    client.exec(text);
    client
      .prepare('insert into migration (name, applied_ms, works_beside) values (?, ?, ?)')
      .run(file, nowMs, worksBesideOf(text));
    if (applied.length === 0) storeFoldVersion(client);
  });
  try {
    apply.immediate();
  } catch (cause) {
    if (!(cause instanceof Error) || file === undefined || codeOf(cause) === 'SQLITE_BUSY') throw cause;
    throw new MigrationFailed(file, `${cause.message} (${codeOf(cause)})`, { code: codeOf(cause) });
  }
};

const columnsOf = (client: Database.Database): readonly string[] =>
  client.prepare<[], string>(`select name from pragma_table_info('migration')`).pluck().all();

/** A table of before 0.2.0 lacks a column. */
const ensureTable = (client: Database.Database): void => {
  client.exec('create table if not exists migration (name text primary key, applied_ms integer) strict');
  if (!columnsOf(client).includes('works_beside'))
    client.exec('alter table migration add column works_beside text');
};

const migrationFiles = (folder: URL): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();

/** The files that `migrate` would run. Throws as it does, and changes nothing. */
export const pendingMigrations = (client: Database.Database): readonly string[] =>
  missingMigrations(migrationFiles(ownFolder), appliedMigrations(client));

const isUpToDate = (client: Database.Database, files: readonly string[]): boolean => {
  const missing = missingMigrations(files, appliedMigrations(client));
  checkFoldVersion(client, missing.length === 0);
  return missing.length === 0;
};

const appliedMigrations = (client: Database.Database): readonly AppliedMigration[] => {
  const columns = columnsOf(client);
  if (columns.length === 0) return [];
  const worksBeside = columns.includes('works_beside') ? 'works_beside' : 'null';
  return client
    .prepare<[], AppliedMigration>(`select name, ${worksBeside} as worksBeside from migration`)
    .all();
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
