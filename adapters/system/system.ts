import { setImmediate as turn } from 'node:timers/promises';
import type { World } from '../../core/world.ts';
import { systemClock } from './clock.ts';
import { timeOrderedIds } from './ids.ts';
import { systemRandom } from './random.ts';

/** The real world: the machine's clock, ids that no two processes share, and random numbers fit for secrets. */
export const systemWorld = (): World => {
  const random = systemRandom();
  return { clock: systemClock, ids: timeOrderedIds(random), random, turn: () => turn() };
};
