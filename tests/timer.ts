import type { Timer } from '../core/timer.ts';
import type { TestWorld } from './world.ts';

type Alarm = { readonly atMs: number; readonly run: () => void };

/** A timer on the clock of `world`. Its alarms ring only during `advance`. */
export const createManualTimer = (world: Pick<TestWorld, 'clock'>) => {
  const { clock } = world;
  const alarms = new Set<Alarm>();
  const timer: Timer = {
    after: (ms, run) => {
      if (ms <= 0) {
        const immediate = setImmediate(run);
        return () => clearImmediate(immediate);
      }
      const alarm = { atMs: clock.nowMs() + ms, run };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
    deadline: (ms) => {
      const untilMs = clock.nowMs() + ms;
      return { remainingMs: () => untilMs - clock.nowMs() };
    },
  };
  const nextDue = (untilMs: number): Alarm | undefined =>
    [...alarms].filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs)[0];
  return {
    ...timer,
    alarms,
    /** Runs the due alarms one by one, and waits some turns of the event loop after each for its work. */
    advance: async (ms: number): Promise<void> => {
      const untilMs = clock.nowMs() + ms;
      await waitTurns(5);
      for (let alarm = nextDue(untilMs); alarm !== undefined; alarm = nextDue(untilMs)) {
        alarms.delete(alarm);
        clock.set(Math.max(clock.nowMs(), alarm.atMs));
        alarm.run();
        await waitTurns(5);
      }
      clock.set(untilMs);
    },
  };
};

export const waitTurns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};
