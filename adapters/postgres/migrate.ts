import { readdir, readFile } from 'node:fs/promises';
import { foldVersion } from '../../core/search.ts';
import { missingMigrations, SchemaTooNew } from '../stored/migrations.ts';
import { connect, type Sql, type Transaction } from './connection.ts';
import { readFoldVersion, readRefoldVersion, storeFoldVersion } from './search/rebuild.ts';

const folder = new URL('../../sql/postgres/', import.meta.url);

/** An arbitrary number that no other program is likely to lock. */
const migrationLock = 7_215_390_211;

/**
 * Brings the schema up to date. Runs each file of sql/postgres that the database does not have yet, in the order of
 * their numbers. All of it is one transaction under a lock, so any number of processes can start at the same time.
 * Rejects with `SchemaTooNew` or `SchemaTooOld`, and then changes nothing.
 */
export const migrateWith = async (sql: Sql): Promise<void> => {
  const files = await migrationFiles();
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`set local lock_timeout = 0`;
    await tx`select pg_advisory_xact_lock(${migrationLock}::bigint)`;
    // Even with `if not exists`, creating needs a right that a later start does not.
    const [found] = await tx`select to_regclass('migration') as name`;
    if (found?.name === null)
      await tx`create table migration (name text primary key, applied_at timestamptz not null default now())`;
    const applied = await tx<{ name: string }[]>`select name from migration`;
    const missing = missingMigrations(
      files,
      applied.map(({ name }) => name),
    );
    for (const name of missing) {
      await tx.unsafe(await readFile(new URL(name, folder), 'utf8'));
      await tx`insert into migration (name) values (${name})`;
    }
    await checkFoldVersion(tx);
  });
};

const migrationFiles = async (): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();

/** The files that `migrateWith` would run. Rejects as it does, and changes nothing. */
export const pendingMigrations = async (sql: Sql): Promise<readonly string[]> => {
  const [found] = await sql`select to_regclass('migration') as name`;
  const applied = found?.name === null ? [] : await sql<{ name: string }[]>`select name from migration`;
  return missingMigrations(
    await migrationFiles(),
    applied.map(({ name }) => name),
  );
};

/**
 * Tokens of an older fold stay: workers fold the names anew while the shop is open (`Store.refoldNames`). A process
 * with an older fold does not start, because it would write and look for tokens that nobody finds.
 */
const checkFoldVersion = async (tx: Transaction): Promise<void> => {
  const stored = await readFoldVersion(tx);
  if (stored === null) return storeFoldVersion(tx);
  const newest = Math.max(stored, await readRefoldVersion(tx));
  if (newest > foldVersion)
    throw new SchemaTooNew(
      `version ${newest} of the fold made the search tokens in the database, and this is version ${foldVersion}: start a newer version`,
    );
};

/** The tables that the migrations create. */
export const tableNames = async (): Promise<readonly string[]> => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^create table (\w+)/gm)].map(([, name = '']) => name));
};

/** Migrates over a connection that is opened and closed for it. */
export const migrate = async (url: string): Promise<void> => {
  const sql = connect({ url, poolSize: 1 });
  try {
    await migrateWith(sql);
  } finally {
    await sql.end();
  }
};
