import type { Timer } from '../core/timer.ts';
import type { TestWorld } from './world.ts';

type Alarm = { readonly atMs: number; readonly run: () => void };

/** A timer of `world`'s clock, which only `advance` moves on. */
export const manualTimer = (world: Pick<TestWorld, 'clock'>) => {
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
      return { leftMs: () => untilMs - clock.nowMs() };
    },
  };
  const due = (untilMs: number): Alarm | undefined =>
    [...alarms].filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs)[0];
  return {
    ...timer,
    alarms,
    /** Alarm by alarm, each with the turns that its work needs. */
    advance: async (ms: number): Promise<void> => {
      const untilMs = clock.nowMs() + ms;
      await turns(5);
      for (let alarm = due(untilMs); alarm !== undefined; alarm = due(untilMs)) {
        alarms.delete(alarm);
        clock.set(Math.max(clock.nowMs(), alarm.atMs));
        alarm.run();
        await turns(5);
      }
      clock.set(untilMs);
    },
  };
};

export const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};
