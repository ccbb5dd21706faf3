import { type Pause, pollPauseMs } from './pause.ts';

export type Watch = {
  /** Looks at once, also in the middle of a pause. */
  readonly lookNow: () => void;
  readonly stop: () => void;
};

/**
 * Looks again and again at the one thing that the page shows, such as an order, until `look` says that it is settled.
 * `look` says `changed` to be asked again soon: what has moved once often moves again.
 */
export const startWatch = (
  look: (signal: AbortSignal) => Promise<'changed' | 'same' | 'settled'>,
  pause: Pause,
): Watch => {
  const whole = new AbortController();
  let waiting = new AbortController();
  const run = async () => {
    let looks = 0;
    while (!whole.signal.aborted) {
      const found = await look(whole.signal);
      if (found === 'settled') return;
      looks = found === 'changed' ? 0 : looks + 1;
      if (whole.signal.aborted) return;
      waiting = new AbortController();
      await pause(pollPauseMs(looks), waiting.signal);
    }
  };
  void run();
  return {
    lookNow: () => waiting.abort(),
    stop: () => {
      whole.abort();
      waiting.abort();
    },
  };
};
