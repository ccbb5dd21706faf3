import { readdir, readFile } from 'node:fs/promises';
import { foldVersion } from '../../core/search.ts';
import { connect, type Sql, type Transaction } from './connection.ts';
import { readFoldVersion, rebuildSearch, storeFoldVersion } from './search/rebuild.ts';

const folder = new URL('../../sql/postgres/', import.meta.url);

/** The database was migrated by a newer version: this one does not know what its tables mean. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}

/** Any number that no other program is likely to lock. */
const migrationLock = 7_215_390_211;

/**
 * Brings the schema up to date: each file of sql/postgres once, in the order of its number, all in one
 * transaction under a lock, so that any number of processes may start at once.
 */
export const migrateWith = async (sql: Sql): Promise<void> => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`set local lock_timeout = 0`;
    await tx`select pg_advisory_xact_lock(${migrationLock}::bigint)`;
    await tx`create table if not exists migration (name text primary key, applied_at timestamptz not null default now())`;
    const applied = new Set(
      (await tx<{ name: string }[]>`select name from migration`).map(({ name }) => name),
    );
    const unknown = [...applied].filter((name) => !files.includes(name));
    if (unknown.length > 0)
      throw new SchemaTooNew(
        `the database has the migration ${unknown[0]}, which this version does not know: start a newer version`,
      );
    for (const name of files.filter((file) => !applied.has(file))) {
      await tx.unsafe(await readFile(new URL(name, folder), 'utf8'));
      await tx`insert into migration (name) values (${name})`;
    }
    await foldAnew(tx);
  });
};

const foldAnew = async (tx: Transaction): Promise<void> => {
  const stored = await readFoldVersion(tx);
  if (stored === foldVersion) return;
  if (stored !== null && stored > foldVersion)
    throw new SchemaTooNew(
      `the names in the database were folded by version ${stored}, and this is version ${foldVersion}: start a newer version`,
    );
  await (stored === null ? storeFoldVersion(tx) : rebuildSearch(tx));
};

/** The same over a connection of its own. */
export const migrate = async (url: string): Promise<void> => {
  const sql = connect({ url, poolSize: 1 });
  try {
    await migrateWith(sql);
  } finally {
    await sql.end();
  }
};
