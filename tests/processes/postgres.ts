import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { partitionTables } from '../../adapters/postgres/partitions/convert.ts';
import { addMonthsAhead } from '../../adapters/postgres/partitions/months.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { startPostgresServer } from './server.ts';

export type TestDatabase = { readonly url: string; drop(): Promise<void> };

/**
 * Creates a database for one test: migrated, or without tables if `empty`. All databases of a test run are on one
 * server: the one of `TEST_POSTGRES_URL`, or one that is started for the first database.
 */
export const createTestDatabase = async ({ empty = false } = {}): Promise<TestDatabase> => {
  const server = await getServer();
  if (server === null) throw new Error('there is no PostgreSQL server to test with');
  const name = `cartwright_test_${randomBytes(6).toString('hex')}`;
  const template = empty ? 'template0' : await server.template();
  await server.run(`create database ${name} template ${template ?? 'template0'} ${server.copyStrategy}`);
  const url = server.url(name);
  if (!empty && template === null) await migrate(url);
  return { url, drop: () => server.run(`drop database if exists ${name} with (force)`) };
};

/**
 * Whether PostgreSQL tests can run here. A missing server is a warning, because the test runner prints little about
 * skipped tests; with `REQUIRE_POSTGRES=1` it throws. `WITHOUT_POSTGRES=1` starts no server.
 */
export const postgresAvailable = async (): Promise<boolean> =>
  process.env.WITHOUT_POSTGRES !== '1' && (await getServer()) !== null;

type Server = {
  url(database: string): string;
  /** A migrated database to copy. Null on the server of `TEST_POSTGRES_URL`, where no database may be left over. */
  template(): Promise<string | null>;
  /**
   * `file_copy` takes half the work, but two checkpoints. They are expensive on a disk; our own server does not sync
   * to one.
   */
  readonly copyStrategy: '' | 'strategy file_copy';
  run(statement: string): Promise<void>;
};

let started: Promise<Server | null> | undefined;

const getServer = (): Promise<Server | null> => {
  started ??= start().catch((cause: unknown) => {
    if (process.env.REQUIRE_POSTGRES === '1') throw cause;
    console.warn(`PostgreSQL tests are SKIPPED: ${cause instanceof Error ? cause.message : cause}`);
    return null;
  });
  return started;
};

const start = async (): Promise<Server> => {
  if (process.env.WITHOUT_POSTGRES === '1') throw new Error('WITHOUT_POSTGRES is set');
  const existing = process.env.TEST_POSTGRES_URL;
  if (existing !== undefined && existing !== '') {
    const url = (database: string) => Object.assign(new URL(existing), { pathname: `/${database}` }).href;
    const run = createRunStatement(existing);
    await run('select 1');
    return { url, run, template: async () => null, copyStrategy: '' };
  }
  const { url } = await startPostgresServer();
  const run = createRunStatement(url('postgres'));
  let migrated: Promise<string> | undefined;
  const template = () => {
    migrated ??= createMigratedTemplate(url, run);
    return migrated;
  };
  return { url, run, template, copyStrategy: 'strategy file_copy' };
};

const createMigratedTemplate = async (url: Server['url'], run: Server['run']): Promise<string> => {
  const name = 'cartwright_template';
  await run(`create database ${name} template template0`);
  await migrate(url(name));
  // What the shop does on tables in monthly partitions, with rows of months of their own.
  if (process.env.TEST_PARTITIONS === '1') await partition(url(name));
  return name;
};

/** Tests begin in March 2026, and some of them go on for years. */
const partition = async (url: string): Promise<void> => {
  await partitionTables(url, { nowMs: () => Date.UTC(2026, 0, 20), timer: systemTimer, onStep: () => {} });
  const sql = connect({ url, poolSize: 1 });
  await addMonthsAhead(sql, Date.UTC(2029, 0, 1));
  await sql.end();
};

const createRunStatement =
  (url: string): Server['run'] =>
  async (statement) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  };
