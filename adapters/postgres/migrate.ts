import { readdir, readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { foldVersion } from '../../core/search.ts';
import {
  type AppliedMigration,
  MigrationFailed,
  missingMigrations,
  SchemaTooNew,
  worksBesideOf,
} from '../stored/migrations.ts';
import { connect, type Sql, type StatementLimits, type Transaction } from './connection.ts';
import { outageReason } from './failures.ts';
import { readFoldVersion, readRefoldVersion, storeFoldVersion } from './search/rebuild.ts';

const ownFolder = new URL('../../sql/postgres/', import.meta.url);

/** An arbitrary number that no other program is likely to lock. */
const migrationLock = 7_215_390_211;

export type MigrationWait = {
  readonly migration: string;
  readonly tries: number;
  /** The sessions that may hold the lock. */
  readonly heldBy: string;
};

export type MigrateOptions = {
  /** The folder of the files. */
  readonly folder?: URL;
  /** How long one try waits for each lock. Requests for the same table queue up behind it meanwhile. */
  readonly lockMs?: number;
  /** The pauses between tries, in which requests go on. */
  readonly pausesMs?: readonly number[];
  /** Called after each try that waited for a lock in vain. */
  readonly onWait?: (wait: MigrationWait) => void;
};

const defaultPausesMs = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000];

/**
 * Brings the schema up to date. Runs each file of sql/postgres that the database does not have yet, in the order of
 * their numbers, each in its own transaction under a lock, so any number of processes can start at the same time.
 * If a file fails, those before it stay.
 *
 * Rejects with `SchemaTooNew` or `SchemaTooOld`, and then changes nothing, or with `MigrationFailed`.
 */
export const migrateWith = async (sql: Sql, options: MigrateOptions = {}): Promise<void> => {
  const { folder = ownFolder } = options;
  const files = await migrationFiles(folder);
  // Without the lock first, so that a process can start while another one migrates.
  if (await sql.begin((tx) => isUpToDate(tx, files))) return;
  while (await sql.begin((tx) => applyNext(tx, files, { ...options, folder })));
};

/** Whether `migrateWith` would change nothing. Rejects as it does. */
export const isMigrated = async (sql: Sql): Promise<boolean> => {
  const files = await migrationFiles(ownFolder);
  return sql.begin((tx) => isUpToDate(tx, files));
};

const isUpToDate = async (tx: Transaction, files: readonly string[]): Promise<boolean> => {
  const applied = await appliedMigrations(tx);
  if (applied === null || missingMigrations(files, applied).length > 0) return false;
  return checkFoldVersion(tx);
};

/** Applies the first file that is missing. False if there is none. */
const applyNext = async (
  tx: Transaction,
  files: readonly string[],
  options: MigrateOptions & { readonly folder: URL },
): Promise<boolean> => {
  await tx`set local statement_timeout = 0`;
  await tx`set local lock_timeout = 0`;
  await tx`set local idle_in_transaction_session_timeout = 0`;
  await tx`select pg_advisory_xact_lock(${migrationLock}::bigint)`;
  const [name] = missingMigrations(files, (await appliedMigrations(tx)) ?? (await createTable(tx)));
  if (name === undefined) {
    if (!(await checkFoldVersion(tx))) await storeFoldVersion(tx);
    return false;
  }
  const text = await readFile(new URL(name, options.folder), 'utf8');
  await applyFile(tx, name, text, options);
  await tx`insert into migration (name, works_beside) values (${name}, ${worksBesideOf(text)})`;
  return true;
};

/**
 * A statement that waits for a lock makes all later requests for that table wait too, behind a reader that harmed
 * nobody. So each try gives up soon, and lets go of all that it has locked. The advisory lock is kept, so that other
 * processes that start do not try in the pauses.
 */
const applyFile = async (
  tx: Transaction,
  name: string,
  text: string,
  { lockMs = 2_000, pausesMs = defaultPausesMs, onWait }: MigrateOptions,
): Promise<void> => {
  await tx.unsafe(`set local lock_timeout = ${lockMs}`);
  for (let tries = 1; ; tries++) {
    try {
      await tx.savepoint((inner) => inner.unsafe(text));
      return;
    } catch (cause) {
      const isLocked = cause instanceof postgres.PostgresError && waitCodes.has(cause.code);
      if (!isLocked) throw explainFailure(name, cause);
      const heldBy = await describeHolders(tx, lockMs);
      const pauseMs = pausesMs[tries - 1];
      if (pauseMs === undefined) throw explainLock(name, tries, heldBy);
      onWait?.({ migration: name, tries, heldBy });
      await tx`select pg_sleep(${pauseMs / 1_000})`;
    }
  }
};

/** A lock that somebody held for too long, and a deadlock. */
const waitCodes = new Set(['55P03', '40P01']);

const explainLock = (name: string, tries: number, heldBy: string): MigrationFailed =>
  new MigrationFailed(
    name,
    `a table that it changes was in use in each of ${tries} tries. Transactions that may hold it: ${heldBy}`,
    { code: '55P03' },
  );

const explainFailure = (name: string, cause: unknown): MigrationFailed => {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const code = 'code' in error ? String(error.code) : '';
  const position = 'position' in error ? ` at character ${error.position}` : '';
  const reason = `${error.message}${code === '' ? '' : ` (${code}${position})`}`;
  return new MigrationFailed(name, reason, { code, ...(outageReason(cause) !== null && { cause }) });
};

/** The oldest transactions of the database that could be in the way, for the operator. */
const describeHolders = async (tx: Transaction, minMs: number): Promise<string> => {
  await tx`select pg_stat_clear_snapshot()`;
  const sessions = await tx<{ pid: number; name: string; seconds: number }[]>`
    select pid, coalesce(nullif(application_name, ''), usename, 'unknown') as name,
      extract(epoch from clock_timestamp() - xact_start)::int as seconds
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and xact_start <= clock_timestamp() - make_interval(secs => ${minMs / 1_000})
      and wait_event is distinct from 'advisory'
    order by xact_start limit 3`;
  if (sessions.length === 0) return 'none that this user can see in pg_stat_activity';
  return sessions
    .map(({ pid, name, seconds }) => `process ${pid} (${name}), open for ${seconds} s`)
    .join('; ');
};

/** Null in a database whose table of migrations is missing, or is of before 0.2.0 and has not all columns. */
const appliedMigrations = async (sql: Sql | Transaction): Promise<readonly AppliedMigration[] | null> => {
  const [found] = await sql`
    select 1 from pg_attribute where attrelid = to_regclass('migration') and attname = 'works_beside'`;
  if (found === undefined) return null;
  return sql<AppliedMigration[]>`select name, works_beside as "worksBeside" from migration`;
};

/** Even with `if not exists`, creating needs a right that a later start does not. */
const createTable = async (tx: Transaction): Promise<readonly AppliedMigration[]> => {
  await tx`create table if not exists migration
    (name text primary key, applied_at timestamptz not null default now())`;
  await tx`alter table migration add column works_beside text`;
  return (await appliedMigrations(tx)) ?? [];
};

const migrationFiles = async (folder: URL): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();

/** The files that `migrateWith` would run. Rejects as it does, and changes nothing. */
export const pendingMigrations = async (sql: Sql): Promise<readonly string[]> =>
  missingMigrations(await migrationFiles(ownFolder), (await appliedMigrations(sql)) ?? []);

/**
 * Tokens of an older fold stay: workers fold the names anew while the shop is open (`Store.refoldNames`). A process
 * with an older fold does not start, because it would write and look for tokens that nobody finds. False if no version
 * is stored yet.
 */
const checkFoldVersion = async (tx: Transaction): Promise<boolean> => {
  const stored = await readFoldVersion(tx);
  if (stored === null) return false;
  const newest = Math.max(stored, await readRefoldVersion(tx));
  if (newest > foldVersion)
    throw new SchemaTooNew(
      `version ${newest} of the fold made the search tokens in the database, and this is version ${foldVersion}: start a newer version`,
    );
  return true;
};

/** The tables that the migrations create. */
export const tableNames = async (): Promise<readonly string[]> => {
  const files = await migrationFiles(ownFolder);
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, ownFolder), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^create table (\w+)/gm)].map(([, name = '']) => name));
};

/** A migration may take longer than any request. */
export const noLimits: StatementLimits = { statementMs: 0, lockMs: 0, clientMs: 0 };

/** Migrates over a connection that is opened and closed for it. */
export const migrate = async (url: string, options: MigrateOptions = {}): Promise<void> => {
  const sql = connect({ url, poolSize: 1, limits: noLimits });
  try {
    await migrateWith(sql, options);
  } finally {
    await sql.end();
  }
};
