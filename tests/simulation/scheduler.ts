import type { Timer } from '../../core/timer.ts';
import { createSeededRandom } from '../processes/random.ts';

/**
 * Virtual time. Events run one at a time, the earliest first; those of one millisecond run in random order. After each
 * event all promises that it has settled are continued (`drain`), before the next event runs. So nothing depends on the
 * machine: the same seed runs the same events in the same order.
 */
export type Scheduler = {
  nowMs(): number;
  /** Runs `run` after `ms` of virtual time. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Resolves after `ms` of virtual time. */
  sleep(ms: number): Promise<void>;
  /** Adds to the hash of all that happened. */
  note(text: string, value?: number): void;
  /** The hash of all that has happened so far. */
  traceHash(): string;
  events(): number;
  /** Runs events until `isDone`, or until there are none. Throws after `eventsMax` events. */
  run(isDone: () => boolean, drain: Drain, eventsMax: number): Promise<void>;
  readonly timer: Timer;
};

/** Continues all promises that are settled. It must be synchronous, or wait for a turn of the event loop. */
export type Drain = () => void | Promise<void>;

type Entry = {
  readonly atMs: number;
  readonly tie: number;
  readonly count: number;
  run: (() => void) | null;
};

export const createScheduler = (startMs: number, seed: number): Scheduler => {
  const ties = createSeededRandom(seed);
  const heap: Entry[] = [];
  let nowMs = startMs;
  let count = 0;
  let handled = 0;
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;

  const noteNumber = (value: number): void => {
    high = Math.imul(high ^ value, 16_777_619);
    low = (Math.imul(low ^ (value + (high >>> 13)), 0x85ebca6b) + value) | 0;
  };

  const after = (ms: number, run: () => void): (() => void) => {
    const entry: Entry = { atMs: nowMs + Math.max(0, Math.ceil(ms)), tie: ties.unit(), count: count++, run };
    push(heap, entry);
    return () => {
      entry.run = null;
    };
  };

  return {
    nowMs: () => nowMs,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    note: (text, value = 0) => {
      for (let index = 0; index < text.length; index++) noteNumber(text.charCodeAt(index));
      noteNumber(value | 0);
    },
    traceHash: () => (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0'),
    events: () => handled,
    run: async (isDone, drain, eventsMax) => {
      const first = drain();
      if (first !== undefined) await first;
      const limit = handled + eventsMax;
      while (!isDone()) {
        const entry = pop(heap);
        if (entry === undefined) return;
        const { run } = entry;
        if (run === null) continue;
        if (handled++ > limit) throw new Error(`the history did not end within ${eventsMax} events`);
        nowMs = entry.atMs;
        noteNumber(entry.atMs | 0);
        noteNumber(entry.count);
        run();
        const drained = drain();
        if (drained !== undefined) await drained;
      }
    },
    timer: {
      after,
      deadline: (ms) => {
        const untilMs = nowMs + ms;
        return { remainingMs: () => untilMs - nowMs };
      },
    },
  };
};

const isBefore = (one: Entry, other: Entry): boolean =>
  one.atMs !== other.atMs
    ? one.atMs < other.atMs
    : one.tie !== other.tie
      ? one.tie < other.tie
      : one.count < other.count;

/** A binary heap: the earliest entry is the first one. */
const push = (heap: Entry[], entry: Entry): void => {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !isBefore(entry, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
};

const pop = (heap: Entry[]): Entry | undefined => {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const leftIndex = 2 * index + 1;
    const left = heap[leftIndex];
    if (left === undefined) break;
    const right = heap[leftIndex + 1];
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[index] = child;
    index = isRight ? leftIndex + 1 : leftIndex;
  }
  heap[index] = last;
  return first;
};

/**
 * The drain of this runtime. Bun continues promises on demand. Other runtimes do it at the end of a turn of the event
 * loop, in the same order.
 */
export const loadDrain = async (): Promise<Drain> => {
  if ('Bun' in globalThis) {
    const { drainMicrotasks } = await import('bun:jsc');
    return drainMicrotasks;
  }
  return () => new Promise((resolve) => setImmediate(resolve));
};
