import type { Dice } from '../chance.ts';
import { type App, type AppOptions, launchApp, stopApp } from '../processes.ts';

/** A process that is started again whenever we kill it. */
export type Member = {
  readonly name: string;
  readonly url: string;
  readonly isDoor: boolean;
  /** Waits until it is up. */
  ready(): Promise<void>;
  kill(): Promise<void>;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** In order; what was wrong with its ending is among the deaths then. */
  stop(): Promise<void>;
  /** Endings that nobody asked for, or that were not in order, with the last words of each. */
  readonly deaths: readonly string[];
  /** What all its processes have written. */
  output(): string;
};

export const member = async (name: string, options: AppOptions): Promise<Member> => {
  const deaths: string[] = [];
  const killed = new WeakSet<App>();
  let written = '';
  const launch = async (port?: number): Promise<App> => {
    const launched = await launchApp({ ...options, ...(port !== undefined && { port }) });
    void launched.stopped.then(({ code, signal }) => {
      written += launched.output();
      if (!killed.has(launched) && code !== 0)
        deaths.push(`${name} ended with ${code ?? signal}: ${launched.output().slice(-2_000)}`);
    });
    return launched;
  };
  let app = await launch();
  const { url, port } = app;
  return {
    name,
    url,
    isDoor: options.role !== 'worker',
    ready: async () => void (await app.ready()),
    kill: async () => {
      killed.add(app);
      app.kill('SIGKILL');
      await app.stopped;
      app = await launch(port);
    },
    freeze: async (ms) => {
      const frozen = app;
      frozen.kill('SIGSTOP');
      await pause(ms);
      frozen.kill('SIGCONT');
    },
    stop: async () => void (await stopApp(app)),
    deaths,
    output: () => written,
  };
};

/** Kills members at random until the signal; now and then the database server, where there is one to crash. */
export const killing = async (
  members: Members,
  crashDatabase: (() => Promise<void>) | null,
  chance: Dice,
  over: AbortSignal,
): Promise<{ readonly kills: number; readonly crashes: number }> => {
  const toll = { kills: 0, crashes: 0 };
  while (!over.aborted) {
    await pause(chance.between(100, 1_500));
    if (crashDatabase !== null && chance.isLikely(0.04)) {
      toll.crashes++;
      await crashDatabase();
      continue;
    }
    toll.kills++;
    // Whether it had been up again since the last time or not.
    await chance.pick(members).kill();
  }
  return toll;
};

/** Freezes members at random past their leases: they wake up in the middle of work that is no longer theirs. */
export const freezing = async (
  members: Members,
  leaseMs: number,
  chance: Dice,
  over: AbortSignal,
): Promise<number> => {
  let freezes = 0;
  // A worker more often: customers have nobody to talk to while a door is frozen.
  const workers = members.filter(({ isDoor }) => !isDoor);
  while (!over.aborted) {
    await pause(chance.between(100, 1_500));
    freezes++;
    const victim = chance.pick(chance.isLikely(0.7) ? workers : members);
    await victim.freeze(leaseMs * (1 + chance.unit()));
  }
  return freezes;
};

type Members = readonly Member[];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
