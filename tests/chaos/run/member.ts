import { type App, type AppOptions, launchApp, stopApp } from '../../processes/processes.ts';

/** What a process is there for: to be talked to, to work, or to be the payment provider. */
export type Part = 'door' | 'worker' | 'provider';

/** A process that is started again on its port whenever it was killed. */
export type Member = {
  readonly name: string;
  readonly url: string;
  readonly part: Part;
  /** Waits until it is up; starts it again where it died by itself. */
  ready(): Promise<void>;
  /** SIGKILL, and a new start at once. */
  kill(): Promise<void>;
  /** SIGSTOP, until the answered function is called. */
  freeze(): () => void;
  isFrozen(): boolean;
  /** SIGTERM, and waits. */
  stop(): Promise<void>;
  /** Endings that nobody asked for, or that were not in order, with the last words of each. */
  readonly deaths: readonly string[];
  /** What all its processes have written. */
  output(): string;
};

export const member = async (name: string, part: Part, options: AppOptions): Promise<Member> => {
  const deaths: string[] = [];
  const killed = new WeakSet<App>();
  const ended = new WeakSet<App>();
  let written = '';
  let frozen = false;
  let stopping = false;

  const launch = async (port: number | undefined): Promise<App> => {
    const launched = await launchApp({ ...options, ...(port !== undefined && { port }) });
    void launched.stopped.then(({ code, signal }) => {
      ended.add(launched);
      written += launched.output();
      if (!killed.has(launched) && !(stopping && code === 0))
        deaths.push(`${name} ended with ${code ?? signal}: ${launched.output().slice(-2_000)}`);
    });
    return launched;
  };
  let app = await launch(options.port);
  const { url, port } = app;

  return {
    name,
    url,
    part,
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
      const victim = app;
      frozen = true;
      victim.kill('SIGSTOP');
      return () => {
        victim.kill('SIGCONT');
        frozen = false;
      };
    },
    isFrozen: () => frozen,
    stop: async () => {
      stopping = true;
      await stopApp(app);
    },
    deaths,
    output: () => written,
  };
};
