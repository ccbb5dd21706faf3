import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers';

/** Lets time pass. A port of the worker alone, so that its tests need not wait. */
export type Timer = {
  /** Calls `run` once, `ms` from now (as soon as others had their turn, for 0), unless what it answers is called first. */
  after(ms: number, run: () => void): () => void;
};

export const systemTimer: Timer = {
  after: (ms, run) => {
    if (ms <= 0) {
      // Not a timer of 0 ms, which runs a whole millisecond later.
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timeout = setTimeout(run, ms);
    return () => clearTimeout(timeout);
  },
};
