import { type Sleep, startSleep, type Timer } from './timer.ts';

/**
 * Requests before background work, in a process that does both: somebody waits for a request, and each turn of
 * background work takes the event loop and the database from all of them.
 */
export type RequestPriority = {
  /** Runs a request. */
  serve<T>(request: () => Promise<T>): Promise<T>;
  /**
   * Runs a turn of background work. With no request open, runs it at once. Otherwise turns run one at a time, each after
   * the pause that `pauseAfterTurn` says, and each with at most `tasksMax` tasks.
   */
  work<T>(turn: (tasksMax: number) => Promise<T>): Promise<T>;
  /** Ends all pauses for good: the process stops. */
  end(): void;
};

/**
 * A turn is followed by a pause that is this many times as long, so that half of the time is left for the work. With a
 * fifth, the work that 64 connections leave took longer than they themselves.
 */
const pauseFactor = 1;

/** The work goes on after this time, however long its turn took, so that slow turns do not become rare as well. */
const pauseMaxMs = 250;

/** The most tasks of a turn while requests are open. A larger turn would hold up each of them for too long. */
const tasksMaxWhileOpen = 100;

/** How long background work waits after a turn that took `tookMs`, while requests are open. */
export const pauseAfterTurn = (tookMs: number): number =>
  Math.min(pauseMaxMs, Math.max(0, tookMs) * pauseFactor);

/** It needs no timer while no request is open. */
export const createRequestPriority = (timer: Timer): RequestPriority => {
  let openRequests = 0;
  let ended = false;
  let lastTurn: Promise<void> = Promise.resolve();
  let pause = timer.deadline(0);
  let sleeping: Sleep | null = null;

  const isFree = () => openRequests === 0 || ended;

  const waitForPause = async (): Promise<void> => {
    const remainingMs = pause.remainingMs();
    if (isFree() || remainingMs <= 0) return;
    sleeping = startSleep(timer, remainingMs);
    await sleeping.finished;
    sleeping = null;
  };

  const takeTurn = async <T>(turn: (tasksMax: number) => Promise<T>): Promise<T> => {
    await waitForPause();
    if (isFree()) return turn(Number.POSITIVE_INFINITY);
    const started = timer.deadline(0);
    try {
      return await turn(tasksMaxWhileOpen);
    } finally {
      pause = timer.deadline(pauseAfterTurn(-started.remainingMs()));
    }
  };

  return {
    serve: async (request) => {
      openRequests++;
      try {
        return await request();
      } finally {
        openRequests--;
        if (openRequests === 0) sleeping?.end();
      }
    },
    work: (turn) => {
      if (isFree()) return turn(Number.POSITIVE_INFINITY);
      const result = lastTurn.then(() => takeTurn(turn));
      lastTurn = result.then(
        () => {},
        () => {},
      );
      return result;
    },
    end: () => {
      ended = true;
      sleeping?.end();
    },
  };
};
