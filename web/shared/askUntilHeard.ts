import type { Pause } from './pause.ts';

const firstMs = 3_000;
const lastMs = 30_000;

/**
 * Asks again and again, ever less often. A browser says that it is online before its first requests get through, and
 * says it once: a page that asked just then would go on saying that it is offline. `signal` aborts when it was heard.
 */
export const askUntilHeard = async (
  pause: Pause,
  ask: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  for (let ms = firstMs; !signal.aborted; ms = Math.min(ms * 2, lastMs)) {
    await pause(ms, signal);
    if (!signal.aborted) await ask();
  }
};
