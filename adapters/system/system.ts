import type { World } from '../../core/world.ts';
import { systemClock } from './clock.ts';
import { timeOrderedIds } from './ids.ts';
import { systemRandom } from './random.ts';
import { systemTimer, systemTurn } from './timer.ts';

/** The real world: the machine's clock, ids that no two processes share, and random numbers fit for secrets. */
export const systemWorld = (): World => {
  const random = systemRandom();
  return {
    clock: systemClock,
    timer: systemTimer,
    ids: timeOrderedIds(random),
    random,
    turn: systemTurn,
  };
};
