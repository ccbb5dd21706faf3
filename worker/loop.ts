import type { Log } from '../core/log.ts';
import type { AsyncResult } from '../core/result.ts';
import { startSleep, type Timer } from '../core/timer.ts';
import type { Clock, Random } from '../core/world.ts';
import type { OutageLog } from './outage.ts';

/** Runs one round. Returns how long to sleep before the next, in ms; 0 starts the next at once. */
export type Poll = () => AsyncResult<number>;

export type Loop = {
  /**
   * Ends the sleep; during a round, it requests another. Hints that arrive close together share one round, which
   * starts at least `hintIntervalMs` after the start of the previous one. A hint does not shorten the pause after a
   * failure.
   */
  wake(): void;
  /** Resolves when the current round is over. No round starts after it. */
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
 * Under load every checkout sends a hint. One round for each hint took 40 % of the time of a process on SQLite
 * (1,500 checkouts, 64 at a time). The first hint after a sleep is not delayed.
 */
const hintIntervalMs = 25;

/** Polls until it is stopped. A failed round is retried after a pause, and a round that throws does not end the loop. */
export const startLoop = (name: string, poll: Poll, ports: LoopPorts): Loop => {
  const { timer, clock, random, log, outage } = ports;
  let stopped = false;
  let woken = false;
  let failures = 0;
  let sleeping: { readonly canBeWoken: boolean; end(): void } | null = null;

  const run = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      const roundStartMs = clock.nowMs();
      const sleepMs = await runRound();
      const isIdle = failures === 0 && sleepMs > 0;
      if (!isIdle) await sleep(sleepMs, { canBeWoken: false });
      else if (!woken) await sleep(sleepMs, { canBeWoken: true });
      if (!isIdle || !woken) continue;
      // At most the full interval, even if the clock was set back: no hint ends this sleep.
      const elapsedMs = Math.max(0, clock.nowMs() - roundStartMs);
      await sleep(hintIntervalMs - elapsedMs, { canBeWoken: false });
    }
  };

  const runRound = async (): Promise<number> => {
    try {
      const result = await poll();
      if (result.isOk()) {
        failures = 0;
        outage.recovered(name);
        return result.value;
      }
      outage.failed(name, result.error);
    } catch (cause) {
      log.error(`${name} failed`, { cause });
    }
    failures++;
    return pauseAfter(failures, random);
  };

  const sleep = async (ms: number, { canBeWoken }: { readonly canBeWoken: boolean }): Promise<void> => {
    if (stopped) return;
    const { finished, end } = startSleep(timer, ms);
    sleeping = { canBeWoken, end };
    await finished;
    sleeping = null;
  };

  const running = run();
  return {
    wake: () => {
      woken = true;
      if (sleeping?.canBeWoken) sleeping.end();
    },
    stop: () => {
      stopped = true;
      sleeping?.end();
      return running;
    },
  };
};

const pauseBaseMs = 250;
/** The longest pause between two attempts to reach the store. */
export const pauseMaxMs = 10_000;

/** Doubles with each failure. Half of it is random, so that a fleet does not retry all at once. */
export const pauseAfter = (failures: number, random: Random): number =>
  Math.min(pauseMaxMs, pauseBaseMs * 2 ** failures) * (0.5 + random.unit() / 2);
