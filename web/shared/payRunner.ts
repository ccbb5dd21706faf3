import type { PayPorts } from './payPorts.ts';
import { createPayRequests, type PayRequests } from './payRequests.ts';
import { isStale, type PayState } from './payStates.ts';

/** Goes from state to state until nothing is left to ask. A newer run ends the older one. */
export const createPayRunner = (ports: PayPorts) => {
  const requests: PayRequests = createPayRequests(ports);
  const listeners = new Set<() => void>();
  let state: PayState = { phase: 'idle' };
  let currentRun = 0;
  let waiting = new AbortController();

  const show = (next: PayState): void => {
    state = next;
    for (const listener of [...listeners]) listener();
  };

  const rest = (ms: number): Promise<void> => {
    waiting = new AbortController();
    return ms > 0 ? ports.pause(ms, waiting.signal) : Promise.resolve();
  };

  /** Null if there is nothing to do, or nobody who wants it. */
  const step = async (now: PayState, isWanted: () => boolean): Promise<PayState | null> => {
    switch (now.phase) {
      case 'asking':
        return isStale(now.attempt, ports.nowMs()) ? requests.examine(now) : requests.post(now, isWanted);
      case 'retrying':
        await rest(now.pauseMs);
        return { phase: 'asking', attempt: now.attempt, isNew: false, tries: now.tries };
      case 'confirming':
      case 'action':
        await rest(now.pauseMs);
        return isWanted() ? requests.look(now) : null;
      default:
        return null;
    }
  };

  /** The older run is over: what it still hears is kept, and not shown. */
  const begin = (first: PayState): (() => boolean) => {
    currentRun++;
    const own = currentRun;
    waiting.abort();
    show(first);
    return () => own === currentRun;
  };

  const run = async (first: PayState): Promise<void> => {
    const isWanted = begin(first);
    let next: PayState | null = await step(state, isWanted);
    while (next !== null && isWanted()) {
      show(next);
      next = await step(next, isWanted);
    }
  };

  return {
    requests,
    state: (): PayState => state,
    run,
    /** Shows `meanwhile` at once, and goes on with what `work` finds. */
    runAfter: async (meanwhile: PayState, work: () => Promise<PayState>): Promise<void> => {
      const isWanted = begin(meanwhile);
      const next = await work();
      if (isWanted()) await run(next);
    },
    lookNow: (): void => waiting.abort(),
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
