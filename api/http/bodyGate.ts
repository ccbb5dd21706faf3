import { err, type Result } from 'neverthrow';
import type { Deadline, Timer } from '../../core/timer.ts';
import type { RequestFailure } from './failures.ts';

export type BodyLimits = {
  /** How long a body may take, ms. */
  readonly totalMs: number;
  /** Up to this size, in bytes, a body counts as small. */
  readonly smallBytes: number;
  /** The most bytes of small bodies, and of large ones, that are buffered at once. */
  readonly smallBytesMax: number;
  readonly largeBytesMax: number;
};

/** Large bodies have a limit of their own, so that slow imports do not keep checkouts out. */
export const defaultBodyLimits: BodyLimits = {
  totalMs: 30_000,
  smallBytes: 16 * 1024,
  smallBytesMax: 32 * 1024 * 1024,
  largeBytesMax: 64 * 1024 * 1024,
};

type Size = 'small' | 'large';
type Failed = Result<never, RequestFailure>;

/** Bounds the memory that unfinished bodies take, and their time. One for the process. */
export type BodyGate = {
  /** Takes room for a body of `bytes`. Null if there is none. */
  take(bytes: number): Permit | null;
  /** True if a body of this size is small: it takes its room when it is read, and not before. */
  isSmall(bytes: number): boolean;
};

export type Permit = {
  /** Resolves as `body` does, or to a failure when the time is over; `cancel` then ends the reading. Gives back the room. */
  finish<T>(body: Promise<Result<T, RequestFailure>>, cancel: () => void): Promise<Result<T, RequestFailure>>;
  /** Gives back the room, at most once. */
  release(): void;
};

export const createBodyGate = (timer: Timer, limits: BodyLimits): BodyGate => {
  const free: Record<Size, number> = { small: limits.smallBytesMax, large: limits.largeBytesMax };
  // All bodies have the same limit of time, so the oldest comes first and one timer is enough for all.
  const open = new Set<{ readonly deadline: Deadline; readonly end: () => void }>();
  let isTimerSet = false;
  const setTimer = (ms: number): void => {
    isTimerSet = true;
    timer.after(ms, endOverdue, { background: true });
  };
  const endOverdue = (): void => {
    isTimerSet = false;
    for (const body of open) {
      const leftMs = body.deadline.remainingMs();
      if (leftMs > 0) {
        setTimer(leftMs);
        return;
      }
      open.delete(body);
      body.end();
    }
  };

  const isSmall = (bytes: number) => bytes <= limits.smallBytes;

  const createPermit = (size: Size, bytes: number): Permit => {
    let held = bytes;
    const release = () => {
      free[size] += held;
      held = 0;
    };
    return {
      release,
      finish: (body, cancel) =>
        new Promise((resolve) => {
          const settle = (result: Awaited<typeof body> | Failed) => {
            open.delete(entry);
            release();
            resolve(result);
          };
          const end = () => {
            settle(err({ kind: 'request_timeout' }));
            cancel();
          };
          const entry = { deadline: timer.deadline(limits.totalMs), end };
          open.add(entry);
          if (!isTimerSet) setTimer(limits.totalMs);
          body.then(settle);
        }),
    };
  };

  return {
    isSmall,
    take: (bytes) => {
      const size = isSmall(bytes) ? 'small' : 'large';
      if (free[size] < bytes) return null;
      free[size] -= bytes;
      return createPermit(size, bytes);
    },
  };
};

export const tooManyBodies: Failed = err({ kind: 'too_many_bodies' });
