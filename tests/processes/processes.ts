import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './cleanup.ts';
import { freePort } from './server.ts';
import { secret } from './tokens.ts';

/** How the program is run: by Bun, or by the Deno of the npm package. */
export type Runtime = 'bun' | 'deno';

export type AppOptions = {
  readonly databaseUrl: string;
  readonly role?: 'all' | 'checkout' | 'read' | 'worker';
  readonly runtime?: Runtime;
  /** What is run, from the root of the tree; `server/main.ts` where left out. */
  readonly program?: string;
  /** A free one where left out. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Another copy of the tree; this one where left out. */
  readonly root?: string;
};

/** How a process ended: its exit code, or the signal that it died of. */
export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** One real process of the program. */
export type App = {
  readonly url: string;
  readonly port: number;
  /** What it has written so far, to both outputs. */
  output(): string;
  /** Resolves once it has written that; never, where it does not. */
  says(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly stopped: Promise<Ending>;
  /** Waits until `/health/ready` answers 200; throws with the output where the process ends before. */
  ready(): Promise<App>;
};

/** Starts a process and does not wait for it. It gets no variable of ours but PATH, HOME and TMPDIR. */
export const launchApp = async (options: AppOptions): Promise<App> => {
  const port = options.port ?? (await freePort());
  const [command, ...flags] = commands[options.runtime ?? 'bun'];
  const root = options.root ?? here;
  const child = spawn(command, [...flags, options.program ?? 'server/main.ts'], {
    cwd: root,
    env: { ...inherited(), ...usual, ...options.env, ...own(options, port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  endWithUs(child);
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
    says: (text) =>
      output.includes(text)
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ text, resolve });
          }),
    kill: (signal) => void child.kill(signal),
    stopped,
    ready: async () => {
      await untilReady(url, child, () => output);
      return app;
    },
  };
  return app;
};

/** Starts a process and waits until it is ready. */
export const startApp = async (options: AppOptions): Promise<App> => (await launchApp(options)).ready();

/** Asks it to stop and waits; SIGKILL after 15 s, which the ending then shows. */
export const stopApp = async (app: App, signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> => {
  app.kill(signal);
  const timer = setTimeout(() => app.kill('SIGKILL'), 15_000);
  const ending = await app.stopped;
  clearTimeout(timer);
  return ending;
};

/** For the end of a test or a run, however it went. */
export const killAllApps = async (): Promise<void> => {
  await Promise.all(
    [...running].map(async (child) => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }),
  );
};

const running = new Set<ChildProcess>();
const outputMax = 200_000;
const here = fileURLToPath(new URL('../..', import.meta.url));

/** The Deno of the npm package. */
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

const inherited = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** No demo catalogue and no demo tokens: tests sign their own. */
const usual = { NODE_ENV: 'production', AUTH_SECRET: secret, LOG_LEVEL: 'info' };

const own = ({ databaseUrl, role = 'all' }: AppOptions, port: number): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  ROLE: role,
  PORT: String(port),
});

const untilReady = async (url: string, child: ChildProcess, output: () => string): Promise<void> => {
  const untilMs = Date.now() + 60_000;
  while (Date.now() < untilMs && child.exitCode === null && child.signalCode === null) {
    if (await answersReady(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`the process did not become ready: ${output()}`);
};

const answersReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};
