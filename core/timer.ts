/** Timers. Tests use one that they advance themselves, so that no test waits. */
export interface Timer {
  /**
   * Calls `run` once, `ms` from now; for 0 or less, after the current turn of the event loop. Returns a function that
   * cancels the timer.
   */
  after(ms: number, run: () => void, options?: TimerOptions): Cancel;
  /** A deadline `ms` from now, by a monotonic clock. */
  deadline(ms: number): Deadline;
}

export type TimerOptions = {
  /** True if the process may exit before the timer fires. */
  readonly background?: boolean;
};

/** Does nothing if the timer has fired or is cancelled already. */
type Cancel = () => void;

export type Deadline = {
  /** The time left, ms. 0 or less after the deadline. */
  remainingMs(): number;
};

export type Sleep = {
  /** Resolves when the time has passed or `end` was called. */
  readonly finished: Promise<void>;
  end(): void;
};

/** Starts a sleep that can be ended early. */
export const startSleep = (timer: Timer, ms: number, options?: TimerOptions): Sleep => {
  let end = () => {};
  const finished = new Promise<void>((resolve) => {
    const cancel = timer.after(ms, resolve, options);
    end = () => {
      cancel();
      resolve();
    };
  });
  return { finished, end: () => end() };
};

/** Resolves `ms` from now. */
export const sleep = (timer: Timer, ms: number, options?: TimerOptions): Promise<void> =>
  startSleep(timer, ms, options).finished;

/**
 * Resolves or rejects as `work` does. If `work` takes longer than `ms`, resolves with `onTimeout()` instead. The work
 * is not stopped then, and its outcome is ignored.
 */
export const withTimeout = <T, TimedOut>(
  timer: Timer,
  ms: number,
  work: Promise<T>,
  onTimeout: () => TimedOut,
  options?: TimerOptions,
): Promise<T | TimedOut> =>
  new Promise((resolve, reject) => {
    const cancel = timer.after(ms, () => resolve(onTimeout()), options);
    work.then(
      (outcome) => {
        cancel();
        resolve(outcome);
      },
      (cause: unknown) => {
        cancel();
        reject(cause);
      },
    );
  });
