import { systemTimer, systemTurn } from '../adapters/system/timer.ts';
import type { Clock, Ids, Random, World } from '../core/world.ts';

export type TestWorld = World & {
  readonly clock: Clock & { set(ms: number): void };
  advance(ms: number): void;
};

/** A Sunday morning far from any border of a year. */
const sundayMs = Date.UTC(2026, 2, 1, 8);

let worlds = 0;

/**
 * A world in which time stands still until it is advanced. Random numbers and ids are the same for the same
 * `startMs` and `seed`. Without a seed each world has its own, so that two of them over one database make
 * different ids. Its timer is the machine's: `manualTimer` is one that a test turns by hand.
 */
export const testWorld = (startMs = sundayMs, seed = ++worlds): TestWorld => {
  const clock = standingClock(startMs);
  const advance = (ms: number) => clock.set(clock.nowMs() + ms);
  return {
    clock,
    timer: systemTimer,
    ids: seededIds(seed),
    random: seededRandom(seed),
    turn: systemTurn,
    advance,
  };
};

const standingClock = (startMs: number): TestWorld['clock'] => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
  };
};

const seededRandom = (seed: number): Random => {
  const draw = sequence(seed);
  return {
    unit: () => draw() / 2 ** 32,
    bytes: (length) => Uint8Array.from({ length }, () => draw() >>> 24),
  };
};

/**
 * UUIDv7 (RFC 9562): 48 bits of time, a count of 42 bits that begins anywhere in its lower quarter each
 * millisecond, and 32 random bits.
 */
const seededIds = (seed: number): Ids => {
  // A sequence of its own: a draw for a licence key must not change the ids that follow.
  const random = sequence(seed ^ 0x5bd1e995);
  let lastMs = -1;
  let count = 0;
  return {
    next: (atMs) => {
      count = atMs > lastMs ? (random() & 0xff) * 2 ** 32 + random() : count + 1;
      lastMs = Math.max(lastMs, atMs);
      const time = hex(lastMs, 12);
      const high = hex(Math.floor(count / 2 ** 30), 3);
      const low = (BigInt(0b10) << 62n) | (BigInt(count % 2 ** 30) << 32n) | BigInt(random());
      const tail = low.toString(16);
      return `${time.slice(0, 8)}-${time.slice(8)}-7${high}-${tail.slice(0, 4)}-${tail.slice(4)}`;
    },
  };
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Mulberry32: whole numbers in [0, 2^32). */
const sequence = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
};
