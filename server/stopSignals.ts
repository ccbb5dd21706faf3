import process from 'node:process';
import type { Timer } from '../core/timer.ts';

/** What this file needs of `process`. */
type SignalSource = {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): unknown;
};

/** The two copies of one signal come within a millisecond or two. A person takes longer for a second one. */
const sameSignalMs = 250;

/**
 * Calls `onFirst` at the first SIGINT or SIGTERM, and exits with 1 at a second one. One Ctrl-C may come twice: the terminal
 * sends it to all processes, and the `bun run` above this one passes its own on. The copy does not count.
 */
export const onStopSignal = (
  timer: Timer,
  onFirst: (signal: string) => void,
  source: SignalSource = process,
): void => {
  let state: 'none' | 'first' | 'later' = 'none';
  const onSignal = (signal: string): void => {
    if (state === 'later') source.exit(1);
    if (state !== 'none') return;
    state = 'first';
    const endFirst = () => {
      state = 'later';
    };
    timer.after(sameSignalMs, endFirst, { background: true });
    onFirst(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) source.on(signal, () => onSignal(signal));
};

/** Aborts at the first signal. */
export const abortOnStopSignal = (timer: Timer): AbortSignal => {
  const controller = new AbortController();
  onStopSignal(timer, () => controller.abort());
  return controller.signal;
};
