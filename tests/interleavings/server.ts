import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { asServerUser, freePort, startPostgresServer } from '../processes/server.ts';

/** Vacuums come when the stage wants them, and a deadlock ends soon. */
const settings = ['autovacuum=off', 'deadlock_timeout=100ms'];
const debianFolder = '/usr/lib/postgresql/15/bin';

/**
 * Its own server: the packaged 18, or Debian's 15. It never syncs to a disk, because no crash is tried here. All databases
 * are copies of a migrated one.
 */
export const startServer = async (major: 15 | 18) => {
  const { url, data, remove } = major === 18 ? await start18() : await start15();
  const template = 'interleavings';
  await query(url('postgres'), `create database ${template} template template0`);
  await migrate(url(template));
  let count = 0;
  return {
    createDatabase: async (): Promise<string> => {
      const name = `stage_${++count}`;
      await query(url('postgres'), `create database ${name} template ${template}`);
      return url(name);
    },
    remove,
    version: async () => String((await query(url('postgres'), 'show server_version'))[0]?.server_version),
    countDeadlocks: async () => {
      const rows = await query(
        url('postgres'),
        `select sum(deadlocks)::int as deadlocks from pg_stat_database where datname like 'stage%'`,
      );
      return Number(rows[0]?.deadlocks);
    },
    cpuMs: () => cpuMsOf(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])),
  };
};

/** What a process and its children have used so far. Null where the system does not say. */
const cpuMsOf = (parent: number): number | null => {
  if (!existsSync(`/proc/${parent}/stat`)) return null;
  const tickMs = 10;
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!existsSync(`/proc/${pid}/stat`)) continue;
    // The name of the program may have spaces, and ends with a bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const [utime, stime, ended, endedInKernel] = fields.slice(11, 15).map(Number);
    if (Number(pid) === parent) ticks += (ended ?? 0) + (endedInKernel ?? 0);
    if (Number(pid) === parent || Number(fields[1]) === parent) ticks += (utime ?? 0) + (stime ?? 0);
  }
  return ticks * tickMs;
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
  return { url: server.url, data: server.data, remove: server.remove };
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
    data,
    remove: async () => run('pg_ctl', 'stop', '-w', '-m', 'immediate', '-D', data),
  };
};
