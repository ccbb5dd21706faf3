import { createSystemWorld } from '../../adapters/system/system.ts';
import type { World } from '../../core/world.ts';

/** The pauses between attempts are minutes and hours. A world whose clock runs this much faster has them in seconds. */
const speed = 100;

/** All processes of a run share `startMs`, so that their clocks agree. Timers are those of the machine. */
export const createFastWorld = (startMs: number): World => ({
  ...createSystemWorld(),
  clock: { nowMs: () => Math.round(startMs + (Date.now() - startMs) * speed) },
});
