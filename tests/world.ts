import { systemTimer, yieldToSystemEventLoop } from '../adapters/system/timer.ts';
import { type Calendar, createCalendar } from '../core/calendar.ts';
import type { Clock, Ids, Random, World } from '../core/world.ts';

export type TestWorld = World & {
  readonly clock: Clock & { set(ms: number): void };
  advance(ms: number): void;
  setTimeZone(name: string): void;
  setTraceparent(text: string): void;
};

/** A Sunday morning, far from the turn of a year. */
const sundayMs = Date.UTC(2026, 2, 1, 8);

let worldCount = 0;

/**
 * A world whose clock changes only by `advance` and `set`. Random numbers and ids are the same for the same
 * `startMs` and `seed`. Without a seed each world gets its own, so that two worlds over one database make
 * different ids. The timer is the real one; `createManualTimer` makes a timer that a test drives. The time zone is UTC
 * and nothing is traced until a test sets it.
 */
export const createTestWorld = (startMs = sundayMs, seed = ++worldCount): TestWorld => {
  const clock = createManualClock(startMs);
  let calendar = createCalendar('UTC');
  let traceparent: string | undefined;
  const advance = (ms: number) => clock.set(clock.nowMs() + ms);
  return {
    clock,
    timer: systemTimer,
    ids: createSeededIds(seed),
    random: createSeededRandom(seed),
    yieldToEventLoop: yieldToSystemEventLoop,
    get calendar(): Calendar {
      return calendar;
    },
    traceparent: () => traceparent,
    setTraceparent: (text) => {
      traceparent = text;
    },
    advance,
    shop: { name: 'Tiệm Cartwright', address: '1 Phố Huế, Hà Nội', taxId: '0101234567', timeZone: 'UTC' },
    setTimeZone: (name) => {
      calendar = createCalendar(name);
    },
  };
};

const createManualClock = (startMs: number): TestWorld['clock'] => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
  };
};

const createSeededRandom = (seed: number): Random => {
  const draw = createUint32Sequence(seed);
  return {
    unit: () => draw() / 2 ** 32,
    bytes: (length) => Uint8Array.from({ length }, () => draw() >>> 24),
  };
};

/**
 * UUIDv7 (RFC 9562): 48 bits of time, a counter of 42 bits that starts each millisecond at a random value in its
 * lower quarter, and 32 random bits.
 */
const createSeededIds = (seed: number): Ids => {
  // A separate sequence, so that drawing a licence key does not change the ids that follow.
  const random = createUint32Sequence(seed ^ 0x5bd1e995);
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

/** Mulberry32: integers in [0, 2^32). */
const createUint32Sequence = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
};
