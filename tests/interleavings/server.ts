import { spawnSync } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { asServerUser, freePort, startPostgresServer } from '../processes/server.ts';

/** Vacuums come when the stage wants them, and a deadlock ends soon. */
const settings = ['autovacuum=off', 'deadlock_timeout=100ms'];
const debianFolder = '/usr/lib/postgresql/15/bin';

/** Its own server with a migrated database: the packaged 18, or Debian's 15. */
export const startServer = async (major: 15 | 18) => {
  const { url, remove } = major === 18 ? await start18() : await start15();
  const name = 'interleavings';
  await query(url('postgres'), `create database ${name} template template0`);
  await migrate(url(name));
  return {
    url: url(name),
    remove,
    version: async () => (await query(url(name), 'show server_version'))[0]?.server_version,
    countDeadlocks: async () => {
      const rows = await query(
        url('postgres'),
        `select deadlocks::int as deadlocks from pg_stat_database where datname = '${name}'`,
      );
      return Number(rows[0]?.deadlocks);
    },
  };
};

type Row = { readonly server_version?: string; readonly deadlocks?: number };

const query = async (url: string, statement: string): Promise<readonly Row[]> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe<Row[]>(statement);
  } finally {
    await sql.end();
  }
};

const start18 = async () => {
  const server = await startPostgresServer({ extra: settings });
  return { url: server.url, remove: server.remove };
};

const start15 = async () => {
  if (!existsSync(join(debianFolder, 'initdb')))
    throw new Error('Debian’s package postgresql-15 is not installed');
  const folder = createScratchFolder('postgres15', { inMemory: true });
  if ('uid' in asServerUser) chownSync(folder, asServerUser.uid, asServerUser.gid);
  const data = join(folder, 'data');
  const run = (name: string, ...args: readonly string[]) => {
    const { status, stderr } = spawnSync(join(debianFolder, name), args, {
      ...asServerUser,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  };
  const locale = ['--locale=C.UTF-8', '--encoding=UTF8'];
  run('initdb', '-D', data, '--username=postgres', '--auth=trust', '--no-sync', ...locale);
  const port = await freePort();
  const own = [
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC', 'fsync=off'],
    ...['synchronous_commit=off', 'full_page_writes=off', `port=${port}`, ...settings],
  ];
  const flags = own.map((setting) => `-c ${setting}`).join(' ');
  run('pg_ctl', 'start', '-w', '-D', data, '-l', join(folder, 'log'), '-o', flags);
  return {
    url: (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    remove: async () => run('pg_ctl', 'stop', '-w', '-m', 'immediate', '-D', data),
  };
};
