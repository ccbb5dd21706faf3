import { type App, type AppOptions, launchApp, stopApp } from '../../processes/processes.ts';

export type ProcessKind = 'api' | 'worker' | 'provider';

/** A process that is started again on the same port after each kill. */
export type ManagedProcess = {
  readonly name: string;
  readonly url: string;
  readonly kind: ProcessKind;
  /** Waits until the process is ready. Starts it again where it has ended without a kill. */
  ready(): Promise<void>;
  /** Sends SIGKILL and starts the process again. */
  kill(): Promise<void>;
  /** Sends SIGSTOP. The returned function sends SIGCONT. */
  freeze(): () => void;
  isFrozen(): boolean;
  /** Sends SIGTERM and waits. */
  stop(): Promise<void>;
  /** Exits without a kill, and stops with another exit code than 0, each with the end of its output. */
  readonly unexpectedExits: readonly string[];
  /** The output of all processes that have ended. */
  output(): string;
};

export const startManagedProcess = async (
  name: string,
  kind: ProcessKind,
  options: AppOptions,
): Promise<ManagedProcess> => {
  const unexpectedExits: string[] = [];
  const killed = new WeakSet<App>();
  const ended = new WeakSet<App>();
  let output = '';
  let frozen = false;
  let stopping = false;

  const launch = async (port: number | undefined): Promise<App> => {
    const launched = await launchApp({ ...options, ...(port !== undefined && { port }) });
    void launched.stopped.then(({ code, signal }) => {
      ended.add(launched);
      output += launched.output();
      if (!killed.has(launched) && !(stopping && code === 0))
        unexpectedExits.push(`${name} ended with ${code ?? signal}: ${launched.output().slice(-2_000)}`);
    });
    return launched;
  };
  let app = await launch(options.port);
  const { url, port } = app;

  return {
    name,
    url,
    kind,
    ready: async () => {
      if (ended.has(app)) app = await launch(port);
      await app.ready();
    },
    kill: async () => {
      killed.add(app);
      app.kill('SIGKILL');
      await app.stopped;
      app = await launch(port);
    },
    freeze: () => {
      const frozenApp = app;
      frozen = true;
      frozenApp.kill('SIGSTOP');
      return () => {
        frozenApp.kill('SIGCONT');
        frozen = false;
      };
    },
    isFrozen: () => frozen,
    stop: async () => {
      stopping = true;
      await stopApp(app);
    },
    unexpectedExits,
    output: () => output,
  };
};
