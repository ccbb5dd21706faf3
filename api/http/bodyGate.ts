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

/** Bounds the memory that unfinished bodies take, and their time. One for the process. */
export type BodyGate = {
  /** Takes room for a body of `bytes`. Null if there is none. */
  take(bytes: number): Permit | null;
  /** True if a body of this size is small: it takes its room when it is read, and not before. */
  isSmall(bytes: number): boolean;
};

export type Permit = {
  /**
   * Resolves to `settle` of what `bytes` resolves to, or to a failure when the time is over; `cancel` then ends the
   * reading. Gives back the room.
   */
  finish(bytes: Promise<Bytes>, settle: Settle, cancel: () => void): Promise<Settled>;
  /** Gives back the room, at most once. */
  release(): void;
};

/** The body, or why it cannot be had: it is too large, or its connection ended. */
export type Bytes = Uint8Array | 'too_large' | 'lost';
type Settled = Result<Uint8Array, RequestFailure>;
type Settle = (bytes: Bytes) => Settled;

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
      finish: (bytes, settle, cancel) =>
        new Promise((resolve) => {
          const entry = {
            deadline: timer.deadline(limits.totalMs),
            end: () => {
              release();
              resolve(err({ kind: 'request_timeout' }));
              cancel();
            },
          };
          const onDone = (received: Bytes) => {
            open.delete(entry);
            release();
            resolve(settle(received));
          };
          open.add(entry);
          if (!isTimerSet) setTimer(limits.totalMs);
          bytes.then(onDone, () => onDone('lost'));
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

export const tooManyBodies: Result<never, RequestFailure> = err({ kind: 'too_many_bodies' });
