import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { postgresServer } from './server.ts';

export type TestDatabase = { readonly url: string; drop(): Promise<void> };

/**
 * A database of its own for a test: migrated, or with nothing in it where `empty`. All of a test run's are on
 * one server, which is started for the first of them: `TEST_POSTGRES_URL`'s, or one of our own.
 */
export const testDatabase = async ({ empty = false } = {}): Promise<TestDatabase> => {
  const server = await theServer();
  if (server === null) throw new Error('there is no PostgreSQL to test with');
  const name = `cartwright_test_${randomBytes(6).toString('hex')}`;
  const template = empty ? 'template0' : await server.template();
  await server.run(`create database ${name} template ${template ?? 'template0'} ${server.copying}`);
  const url = server.url(name);
  if (!empty && template === null) await migrate(url);
  return { url, drop: () => server.run(`drop database if exists ${name} with (force)`) };
};

/**
 * Whether PostgreSQL tests can run here. `REQUIRE_POSTGRES=1` makes a missing server throw; without it, it
 * is said out loud, since the test runner prints little for what it skips. `WITHOUT_POSTGRES=1` starts none.
 */
export const postgresAvailable = async (): Promise<boolean> =>
  process.env.WITHOUT_POSTGRES !== '1' && (await theServer()) !== null;

type Server = {
  url(database: string): string;
  /** The migrated database to copy from; null on somebody else's server, where none is left behind. */
  template(): Promise<string | null>;
  /** As files it takes half the work, and two checkpoints: dear where they reach the disk, which ours do not. */
  readonly copying: '' | 'strategy file_copy';
  run(statement: string): Promise<void>;
};

let started: Promise<Server | null> | undefined;

const theServer = (): Promise<Server | null> => {
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
    const run = runner(existing);
    await run('select 1');
    return { url, run, template: async () => null, copying: '' };
  }
  const { url } = await postgresServer();
  const run = runner(url('postgres'));
  let migrated: Promise<string> | undefined;
  const template = () => {
    migrated ??= migratedTemplate(url, run);
    return migrated;
  };
  return { url, run, template, copying: 'strategy file_copy' };
};

const migratedTemplate = async (url: Server['url'], run: Server['run']): Promise<string> => {
  const name = 'cartwright_template';
  await run(`create database ${name} template template0`);
  await migrate(url(name));
  return name;
};

const runner =
  (url: string): Server['run'] =>
  async (statement) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  };
