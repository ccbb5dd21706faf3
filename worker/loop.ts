import type { Log } from '../core/log.ts';
import type { AsyncResult } from '../core/result.ts';
import { startSleep, type Timer } from '../core/timer.ts';
import type { Clock, Random } from '../core/world.ts';
import type { OutageLog } from './outage.ts';

/** Does one round of something and answers how long to sleep before the next, ms; 0 for the next at once. */
export type Poll = () => AsyncResult<number>;

export type Loop = {
  /**
   * Ends the sleep; during a round, there will be another. Hints that come close together share one: it begins
   * `hintsEveryMs` after the round before at the soonest. A pause after a failure is not cut short.
   */
  wake(): void;
  /** Resolves once the round under way is over; there is none after it. */
  stop(): Promise<void>;
};

export type LoopPorts = {
  readonly timer: Timer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly outage: OutageLog;
};

/**
 * Under load every checkout is a hint, and rounds for each of them took 40 % of the time of a process on SQLite
 * (1,500 checkouts, 64 at a time). The first hint after a sleep is not held back.
 */
const hintsEveryMs = 25;

/** Polls for ever. What a round cannot do now is tried again after a pause, and a bug in it ends no loop. */
export const startLoop = (name: string, poll: Poll, ports: LoopPorts): Loop => {
  const { timer, clock, random, log, outage } = ports;
  let stopped = false;
  let woken = false;
  let failures = 0;
  let sleeping: { readonly lightly: boolean; end(): void } | null = null;

  const run = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      const begunMs = clock.nowMs();
      const sleepMs = await round();
      const isIdle = failures === 0 && sleepMs > 0;
      if (!isIdle) await sleep(sleepMs, 'soundly');
      else if (!woken) await sleep(sleepMs, 'lightly');
      if (!isIdle || !woken) continue;
      // At most that much, even where the clock was put back meanwhile: no hint ends this sleep.
      const agoMs = Math.max(0, clock.nowMs() - begunMs);
      await sleep(hintsEveryMs - agoMs, 'soundly');
    }
  };

  const round = async (): Promise<number> => {
    try {
      const answer = await poll();
      if (answer.isOk()) {
        failures = 0;
        outage.recovered(name);
        return answer.value;
      }
      outage.failed(name, answer.error.reason);
    } catch (cause) {
      log.error(`${name} failed`, { cause });
    }
    failures++;
    return pauseAfter(failures, random);
  };

  const sleep = async (ms: number, how: 'lightly' | 'soundly'): Promise<void> => {
    if (stopped) return;
    const { over, end } = startSleep(timer, ms);
    sleeping = { lightly: how === 'lightly', end };
    await over;
    sleeping = null;
  };

  const running = run();
  return {
    wake: () => {
      woken = true;
      if (sleeping?.lightly) sleeping.end();
    },
    stop: () => {
      stopped = true;
      sleeping?.end();
      return running;
    },
  };
};

const pauseBaseMs = 250;
/** Nobody who could not reach the store stays away from it for longer. */
export const pauseCapMs = 10_000;

/** Doubles with each failure, and is spread over half of itself: a fleet must not come back all at once. */
export const pauseAfter = (failures: number, random: Random): number =>
  Math.min(pauseCapMs, pauseBaseMs * 2 ** failures) * (0.5 + random.unit() / 2);
