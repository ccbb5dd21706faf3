import type { Answer } from '../core/result.ts';
import type { Chance } from '../core/world.ts';
import type { Log } from './log.ts';
import type { Outage } from './outage.ts';
import type { Timer } from './timer.ts';

/** Does one round of something and answers how long to sleep before the next, ms; 0 for the next at once. */
export type Poll = () => Answer<number>;

export type Loop = {
  /** Ends the sleep; during a round, there will be another at once. A pause after a failure is not cut short. */
  wake(): void;
  /** Resolves once the round under way is over; there is none after it. */
  stop(): Promise<void>;
};

export type LoopPorts = {
  readonly timer: Timer;
  readonly chance: Chance;
  readonly log: Log;
  readonly outage: Outage;
};

/** Polls for ever. What a round cannot do now is tried again after a pause, and a bug in it ends no loop. */
export const startLoop = (name: string, poll: Poll, { timer, chance, log, outage }: LoopPorts): Loop => {
  let stopped = false;
  let woken = false;
  let failures = 0;
  let endSleep: (() => void) | null = null;

  const run = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      const sleepMs = await round();
      if (!stopped) await sleep(woken && failures === 0 ? 0 : sleepMs);
    }
  };

  const round = async (): Promise<number> => {
    try {
      const answer = await poll();
      if (answer.isOk()) {
        failures = 0;
        outage.over(name);
        return answer.value;
      }
      outage.met(name, answer.error.reason);
    } catch (cause) {
      log.error(`${name} failed`, { cause });
    }
    failures++;
    return pauseAfter(failures, chance);
  };

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const end = () => {
        endSleep = null;
        cancel();
        resolve();
      };
      const cancel = timer.after(ms, end);
      endSleep = end;
    });

  const running = run();
  return {
    wake: () => {
      woken = true;
      if (failures === 0) endSleep?.();
    },
    stop: () => {
      stopped = true;
      endSleep?.();
      return running;
    },
  };
};

const pauseBaseMs = 250;
const pauseCapMs = 10_000;

/** Doubles with each failure, and is spread over half of itself: a fleet must not come back all at once. */
export const pauseAfter = (failures: number, chance: Chance): number =>
  Math.min(pauseCapMs, pauseBaseMs * 2 ** failures) * (0.5 + chance.unit() / 2);
