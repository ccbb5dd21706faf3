import type { Chance } from './world.ts';

/** Tries of one step before its task is failed; with the caps below that is a quarter of an hour at most. */
export const attemptsMax = 10;

/** Workers that may die at one step before its task is failed, so that one poisonous task cannot loop. */
export const crashesMax = 5;

const baseMs = 1_000;
const capMs = 300_000;

/**
 * When to try again after `attempts` failed tries (1 or more), or null where it was the last. Full jitter: a
 * uniform pause below an exponential limit (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export const retryAtMs = (attempts: number, nowMs: number, chance: Chance): number | null =>
  attempts >= attemptsMax
    ? null
    : nowMs + Math.round(chance.unit() * Math.min(capMs, baseMs * 2 ** attempts));
