import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killOnExit } from '../tests/processes/cleanup.ts';
import { freePort } from '../tests/processes/server.ts';
import { secret } from '../tests/processes/tokens.ts';
import type { Configuration } from './row.ts';

/** A process that listens on a port: ours or a peer's. */
export type Server = {
  readonly pid: number;
  readonly port: number;
  /** The time in ms from the start of the process to its first response. */
  readonly readyMs: number;
  stop(): Promise<void>;
};

/**
 * Starts the product on `databaseUrl` and waits until it is ready. `entry` is the file to start, from the root of
 * the source tree: `server/main.ts`, or one of `bench/variants/`.
 */
export const startApp = (
  databaseUrl: string,
  env: Configuration = {},
  entry = 'server/main.ts',
): Promise<Server> =>
  startServer({
    command: [process.execPath, entry],
    env: { ...defaultEnv, ...env, DATABASE_URL: databaseUrl },
    readyPath: '/health/ready',
  });

/** A few customers have all orders. The limits of checkouts stay on, so that what they cost is measured. */
const ownLimits = { ORDERS_PENDING_MAX: '0' };
const defaultEnv = {
  NODE_ENV: 'production',
  AUTH_SECRET: secret,
  LOG_LEVEL: 'warn',
  DRAIN_MS: '0',
  ...ownLimits,
};

type ServerCommand = {
  /** File paths are relative to the root of the source tree. */
  readonly command: readonly [program: string, ...argv: string[]];
  readonly env?: Configuration;
  /** The path that is requested until it answers 200. */
  readonly readyPath: string;
};

/** Starts a process that listens on `PORT`. Throws with its standard error if it ends before it is ready. */
export const startServer = async ({ command, env = {}, readyPath }: ServerCommand): Promise<Server> => {
  const port = await freePort();
  const ownEnv = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
  const [program, ...argv] = command;
  const startMs = performance.now();
  const child = spawn(program, argv, {
    cwd: root,
    env: { PATH: process.env.PATH, ...ownEnv, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  killOnExit(child);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000);
  });
  const exited = once(child, 'exit');
  while (!(await isReady(`http://127.0.0.1:${port}${readyPath}`))) {
    if (child.exitCode !== null || performance.now() - startMs > 60_000)
      throw new Error(`${command.join(' ')} did not become ready: ${errors}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return {
    pid: child.pid ?? 0,
    port,
    readyMs: performance.now() - startMs,
    stop: async () => {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      if (code !== 0 && signal !== 'SIGTERM')
        throw new Error(`${command.join(' ')} ended with ${code}: ${errors}`);
    },
  };
};

const root = fileURLToPath(new URL('..', import.meta.url));

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};
