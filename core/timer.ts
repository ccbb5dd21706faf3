/** Lets time pass. Tests turn it by hand, and then nothing waits in them. */
export interface Timer {
  /**
   * Calls `run` once, `ms` from now; for 0 or less, after the turn of the event loop that is under way. A cancelled
   * timer never calls it.
   */
  after(ms: number, run: () => void, options?: TimerOptions): Cancel;
  /** Starts to count `ms` down, by a clock that nobody sets. */
  deadline(ms: number): Deadline;
}

export type TimerOptions = {
  /** The process may end before the time has come. */
  readonly background?: boolean;
};

/** Does nothing once the time has come, or when it is called again. */
type Cancel = () => void;

export type Deadline = {
  /** What is left, ms; 0 or less once the time has come. */
  leftMs(): number;
};

export type Sleep = {
  /** Resolves when the time has come, or `end` was called. */
  readonly over: Promise<void>;
  end(): void;
};

/** A sleep that can be ended early. */
export const startSleep = (timer: Timer, ms: number, options?: TimerOptions): Sleep => {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    const cancel = timer.after(ms, resolve, options);
    end = () => {
      cancel();
      resolve();
    };
  });
  return { over, end: () => end() };
};

/** Resolves `ms` from now. */
export const sleep = (timer: Timer, ms: number, options?: TimerOptions): Promise<void> =>
  startSleep(timer, ms, options).over;

/**
 * What `work` comes to, or what `late` answers where that takes longer than `ms`. Nothing stops the work then, and
 * its outcome is dropped.
 */
export const withTimeout = <T, Late>(
  timer: Timer,
  ms: number,
  work: Promise<T>,
  late: () => Late,
  options?: TimerOptions,
): Promise<T | Late> =>
  new Promise((resolve, reject) => {
    const cancel = timer.after(ms, () => resolve(late()), options);
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
