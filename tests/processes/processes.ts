import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killOnExit } from './cleanup.ts';
import { freePort } from './server.ts';
import { secret } from './tokens.ts';

/** The program runs on Bun, or on the Deno of the npm package. */
export type Runtime = 'bun' | 'deno';

export type AppOptions = {
  readonly databaseUrl: string;
  readonly role?: 'all' | 'checkout' | 'read' | 'worker';
  readonly runtime?: Runtime;
  /** The path from the root of the tree; default `server/main.ts`. */
  readonly program?: string;
  readonly argv?: readonly string[];
  /** By default a free port. */
  readonly port?: number;
  /** Undefined removes what every process gets by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Another copy of the tree; by default this one. */
  readonly root?: string;
};

/** How a process ended: its exit code, or the signal that killed it. */
export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** One real process of the program. */
export type App = {
  readonly url: string;
  readonly port: number;
  /** What it has written so far to standard output and standard error. */
  output(): string;
  /** Resolves once it has written `text`; never, if it does not. */
  waitForOutput(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly stopped: Promise<Ending>;
  /** Waits until `/health/ready` returns 200. Throws with the output if the process ends before. */
  ready(): Promise<App>;
};

/** Starts a process and does not wait for it. Of this process's environment it gets only PATH, HOME and TMPDIR. */
export const launchApp = async (options: AppOptions): Promise<App> => {
  const port = options.port ?? (await freePort());
  const [command, ...flags] = commands[options.runtime ?? 'bun'];
  const root = options.root ?? repositoryRoot;
  const child = spawn(command, [...flags, options.program ?? 'server/main.ts', ...(options.argv ?? [])], {
    cwd: root,
    env: { ...inheritedEnv(), ...defaultEnv, ...options.env, ...ownEnv(options, port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  killOnExit(child);
  let output = '';
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-outputMax);
      for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
    });
  const stopped = once(child, 'close').then(([code, signal]): Ending => {
    running.delete(child);
    return { code, signal };
  });

  const url = `http://127.0.0.1:${port}`;
  const app: App = {
    url,
    port,
    output: () => output,
    waitForOutput: (text) =>
      output.includes(text)
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ text, resolve });
          }),
    kill: (signal) => void child.kill(signal),
    stopped,
    ready: async () => {
      await waitUntilReady(url, child, () => output);
      return app;
    },
  };
  return app;
};

/** Starts a process and waits until it is ready. */
export const startApp = async (options: AppOptions): Promise<App> => (await launchApp(options)).ready();

/** Sends the signal and waits for the end of the process. Kills it after five minutes, which the ending shows. */
export const stopApp = async (app: App, signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> => {
  app.kill(signal);
  const timer = setTimeout(() => app.kill('SIGKILL'), 300_000);
  const ending = await app.stopped;
  clearTimeout(timer);
  return ending;
};

/** Ends a process that is stopping. A signal that comes at once counts as a copy of the first, so more of them are sent. */
export const stopAtOnce = async (app: App): Promise<Ending> => {
  const timer = setInterval(() => app.kill('SIGTERM'), 50);
  const ending = await app.stopped;
  clearInterval(timer);
  return ending;
};

/** Kills all processes that are still running, at the end of a test or a run. */
export const killAllApps = async (): Promise<void> => {
  await Promise.all(
    [...running].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // Not `close`, which waits for the pipe of its output: another process may have that too.
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
};

const running = new Set<ChildProcess>();
const outputMax = 200_000;
const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The path of the Deno in the npm package. */
export const deno = fileURLToPath(
  new URL(
    `../../node_modules/@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}/deno`,
    import.meta.url,
  ),
);
const commands: Readonly<Record<Runtime, readonly [string, ...string[]]>> = {
  bun: [process.execPath],
  deno: [deno, 'run', '-A', '--quiet'],
};

const inheritedEnv = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/**
 * Production mode: no demo products and no demo tokens. Tests sign their own tokens. No load balancer has to notice a
 * stop. A busy machine is slow, which is no line of the log that a test looks at.
 */
const defaultEnv = {
  NODE_ENV: 'production',
  AUTH_SECRET: secret,
  LOG_LEVEL: 'info',
  DRAIN_MS: '0',
  SLOW_MS: '600000',
};

const ownEnv = ({ databaseUrl, role = 'all' }: AppOptions, port: number): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  ROLE: role,
  PORT: String(port),
});

const waitUntilReady = async (url: string, child: ChildProcess, output: () => string): Promise<void> => {
  const untilMs = Date.now() + 300_000;
  while (Date.now() < untilMs && child.exitCode === null && child.signalCode === null) {
    if (await isReady(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`the process did not become ready: ${output()}`);
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};
