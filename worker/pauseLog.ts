import type { Log } from '../core/log.ts';
import type { EndedPause, Pause, Pauses } from '../core/pause.ts';
import type { World } from '../core/world.ts';

/** A mail that by itself makes its server look down begins and ends pauses all the time. */
const quietMs = 60_000;

type Step = Pick<Pause, 'pipeline' | 'step'>;

/** Says when a server's fault pauses a step, and when it is over. */
export type PauseLog = {
  begun(step: Step, reason: string): void;
  over(ended: EndedPause): void;
};

/**
 * Each step has at most one warning a minute. What begins within a minute of a warning is counted, and said at the end
 * of the minute if the step is paused then. The end of each pause that was said is said, too: otherwise the last line
 * about a step would be that it is paused.
 */
export const createPauseLog = (
  log: Log,
  pauses: Pick<Pauses, 'list'>,
  { clock, timer }: Pick<World, 'clock' | 'timer'>,
): PauseLog => {
  /** The pauses of steps that had a warning within the last minute, and none since. */
  const unsaid = new Map<string, number>();
  const saidBegun = new Set<string>();
  const saidOverAtMs = new Map<string, number>();

  const warn = ({ pipeline, step }: Step, facts: Readonly<Record<string, unknown>>): void => {
    const key = keyOf({ pipeline, step });
    log.warn(
      'a step is paused, because its server does not work; its tasks wait, and one at a time is tried',
      {
        pipeline,
        step,
        ...facts,
      },
    );
    saidBegun.add(key);
    unsaid.set(key, 0);
    timer.after(quietMs, () => void endQuiet({ pipeline, step }), { background: true });
  };

  const endQuiet = async (step: Step): Promise<void> => {
    const key = keyOf(step);
    const count = unsaid.get(key) ?? 0;
    // Another process may have ended the pause. A failure that is no outage is logged by those who work with pauses.
    const listed = count === 0 ? null : await pauses.list().catch(() => null);
    unsaid.delete(key);
    const pause = listed?.unwrapOr([]).find((each) => each.origin === 'fault' && keyOf(each) === key);
    if (pause !== undefined) warn(step, { reason: pause.reason, count });
  };

  return {
    begun: (step, reason) => {
      const count = unsaid.get(keyOf(step));
      if (count === undefined) warn(step, { reason });
      else unsaid.set(keyOf(step), count + 1);
    },
    over: ({ pause: { pipeline, step, sinceMs }, waited }) => {
      const nowMs = clock.nowMs();
      const key = keyOf({ pipeline, step });
      const isSaid = saidBegun.delete(key) || nowMs - (saidOverAtMs.get(key) ?? 0) >= quietMs;
      if (isSaid) saidOverAtMs.set(key, nowMs);
      const write = isSaid ? log.info : log.debug;
      const pausedMs = nowMs - sinceMs;
      write('a step goes on, because its server works again', { pipeline, step, pausedMs, waited });
    },
  };
};

const keyOf = ({ pipeline, step }: Step): string => `${pipeline} ${step}`;
