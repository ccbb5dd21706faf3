/** What of a browser a pause needs. */
export type PageEvents = {
  readonly window: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  readonly document: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> & {
    readonly visibilityState: string;
  };
  readonly setTimer: (work: () => void, ms: number) => () => void;
};

/**
 * Ends after `ms`, while the page can be seen. It ends at once when the page comes back (`pageshow`, or it can be seen
 * again) and when the network does (`online`), because then what is shown may be old. A page that nobody sees asks
 * nothing. It also ends when `signal` aborts.
 */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const createPause =
  ({ window, document, setTimer }: PageEvents): Pause =>
  (ms, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimer();
        window.removeEventListener('pageshow', end);
        window.removeEventListener('online', endIfSeen);
        document.removeEventListener('visibilitychange', endIfSeen);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const endIfSeen = () => {
        if (document.visibilityState === 'visible') end();
      };
      // Where the page cannot be seen, `visibilitychange` ends the pause later.
      const clearTimer = setTimer(endIfSeen, ms);
      window.addEventListener('pageshow', end);
      window.addEventListener('online', endIfSeen);
      document.addEventListener('visibilitychange', endIfSeen);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });

export const browserPageEvents = (): PageEvents => ({
  window,
  document,
  setTimer: (work, ms) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
});

const firstPollMs = 1_500;
const lastPollMs = 10_000;

/** How long to wait before look number `looks`: 1.5 s at first, then longer, and 10 s at most. */
export const pollPauseMs = (looks: number): number =>
  Math.round(Math.min(lastPollMs, firstPollMs * 1.4 ** Math.min(looks, 20)));
