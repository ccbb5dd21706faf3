import type { Random } from '../../../core/world.ts';
import type { Run } from './schedule.ts';

/** The sessions of a schedule, in the order in which their statements are released. */
export type Schedule = readonly number[];

/**
 * Runs every order of the steps, or `max` of them. Each run goes on from a prefix that nobody has taken; where it could
 * have gone another way, that way becomes a new prefix. So no order is run twice, and all have been run when no prefix is
 * left. Prefixes are drawn at random, so that a part is spread over the whole. `run` returns false to end.
 */
export const explore = async <T>(
  run: (choose: (ready: readonly number[], position: number) => number) => Promise<Run<T> | null>,
  { max, random }: { readonly max: number; readonly random: Random },
): Promise<{ readonly schedules: number; readonly isWhole: boolean }> => {
  const frontier: Schedule[] = [[]];
  let schedules = 0;
  while (frontier.length > 0 && schedules < max) {
    const index = Math.floor(random.unit() * frontier.length);
    const prefix = frontier[index] ?? [];
    const last = frontier.pop();
    if (last !== undefined && index < frontier.length) frontier[index] = last;
    const done = await run(followThenDraw(prefix, random));
    schedules++;
    if (done === null) break;
    const taken = done.steps.map(({ session }) => session);
    done.others.forEach((others, position) => {
      if (position < prefix.length) return;
      for (const other of others) frontier.push([...taken.slice(0, position), other]);
    });
  }
  return { schedules, isWhole: frontier.length === 0 };
};

/** Takes the steps of the schedule, and then any. A step that cannot be taken is left out. */
export const followThenDraw =
  (schedule: Schedule, random: Random) =>
  (ready: readonly number[], position: number): number => {
    const wanted = schedule[position];
    if (wanted !== undefined && ready.includes(wanted)) return wanted;
    return ready[Math.floor(random.unit() * ready.length)] ?? 0;
  };

/** One whole task after the other, in this order. A task that waits for another one lets it go on. */
export const oneAfterAnother =
  (order: readonly number[]) =>
  (ready: readonly number[]): number =>
    order.find((session) => ready.includes(session)) ?? ready[0] ?? 0;
