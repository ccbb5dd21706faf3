import type { Clock } from '../../core/world.ts';

export const systemClock: Clock = { nowMs: Date.now };
