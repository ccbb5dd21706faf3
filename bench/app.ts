import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../tests/processes/cleanup.ts';
import { freePort } from '../tests/processes/server.ts';
import { secret } from '../tests/processes/tokens.ts';
import type { Configuration } from './row.ts';

/** A process that listens, ours or a peer's. */
export type Server = {
  readonly pid: number;
  readonly port: number;
  /** How long it took from its start until it answered. */
  readonly readyMs: number;
  stop(): Promise<void>;
};

/**
 * Starts the product on `databaseUrl`, with nothing but its settings, and waits until it is ready. `entry` is
 * another composition of its parts than its own `server/main.ts`.
 */
export const startApp = (
  databaseUrl: string,
  env: Configuration = {},
  entry = 'server/main.ts',
): Promise<Server> =>
  startServer({
    command: [process.execPath, entry],
    env: { ...usual, ...env, DATABASE_URL: databaseUrl },
    readyPath: '/health/ready',
  });

const usual = { NODE_ENV: 'production', AUTH_SECRET: secret, LOG_LEVEL: 'warn' };

type Start = {
  /** From the top of the tree. */
  readonly command: readonly [program: string, ...argv: string[]];
  readonly env?: Configuration;
  /** What is asked until it answers 200. */
  readonly readyPath: string;
};

/** Starts a process that listens on `PORT`; throws with what it wrote where it ends before it is ready. */
export const startServer = async ({ command, env = {}, readyPath }: Start): Promise<Server> => {
  const port = await freePort();
  const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
  const [program, ...argv] = command;
  const beganMs = performance.now();
  const child = spawn(program, argv, {
    cwd: root,
    env: { PATH: process.env.PATH, ...given, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  endWithUs(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  const exited = once(child, 'exit');
  while (!(await answers(`http://127.0.0.1:${port}${readyPath}`))) {
    if (child.exitCode !== null || performance.now() - beganMs > 60_000)
      throw new Error(`${command.join(' ')} did not become ready: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return {
    pid: child.pid ?? 0,
    port,
    readyMs: performance.now() - beganMs,
    stop: async () => {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      if (code !== 0 && signal !== 'SIGTERM')
        throw new Error(`${command.join(' ')} ended with ${code}: ${said}`);
    },
  };
};

const root = fileURLToPath(new URL('..', import.meta.url));

const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};
