import { performance } from 'node:perf_hooks';
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { setImmediate as turn } from 'node:timers/promises';
import type { Timer } from '../../core/timer.ts';
import type { YieldToEventLoop } from '../../core/world.ts';

export const systemTimer: Timer = {
  after: (ms, run, { background = false } = {}) => {
    if (ms <= 0) {
      // A timer of 0 ms would run a whole millisecond later.
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timeout = setTimeout(run, ms);
    if (background) timeout.unref();
    return () => clearTimeout(timeout);
  },
  deadline: (ms) => {
    const untilMs = performance.now() + ms;
    return { remainingMs: () => untilMs - performance.now() };
  },
};

export const yieldToSystemEventLoop: YieldToEventLoop = () => turn();
