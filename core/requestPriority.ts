import { type Sleep, startSleep, type Timer } from './timer.ts';

/**
 * Requests before background work, in a process that does both: somebody waits for a request, and each turn of
 * background work takes the event loop and the database from all of them.
 */
export type RequestPriority = {
  /** Runs a request. */
  serve<T>(request: () => Promise<T>): Promise<T>;
  /**
   * Runs a turn of background work. Without requests, runs it at once. While there are requests, turns run one at a
   * time, each after the pause that `pauseAfterTurn` says, and each with at most `tasksMax` tasks.
   */
  work<T>(turn: (tasksMax: number) => Promise<T>): Promise<T>;
  /** Ends all pauses for good: the process stops. */
  end(): void;
};

/** How much of the time background work gets while requests are open. */
export type WorkShare = {
  /** A turn is followed by a pause that is this many times as long. */
  readonly pauseFactor: number;
  /** The most tasks of a turn. A larger turn would hold up each request for too long. */
  readonly tasksMax: number;
};

/**
 * With a database server, a turn mostly waits for it, and two fifths of the time are right: with a fifth, the work that
 * 64 connections had left took longer than their requests; with half, their rate was 0.77 of that without any work.
 */
export const shareWithServer: WorkShare = { pauseFactor: 1.5, tasksMax: 100 };

/**
 * SQLite runs on the event loop, so a turn takes all of it: with half of the time, half of the requests were served. A claim
 * of 50 tasks took four times as long as the transaction of a batch of checkouts, and was the longest block of all.
 */
export const shareOnEventLoop: WorkShare = { pauseFactor: 4, tasksMax: 25 };

/** The work goes on after this time, however long its turn took, so that slow turns do not become rare as well. */
const pauseMaxMs = 250;

/**
 * Requests count as over this long after the last one has its response. With 64 clients all responses may leave at once,
 * and their next requests are on the way: a whole batch of tasks in that gap would hold up all of them.
 */
const quietMs = 20;

/** How long background work waits after a turn that took `tookMs`, while requests are open. */
export const pauseAfterTurn = (tookMs: number, { pauseFactor }: Pick<WorkShare, 'pauseFactor'>): number =>
  Math.min(pauseMaxMs, Math.max(0, tookMs) * pauseFactor);

/** It needs no timer without requests. */
export const createRequestPriority = (timer: Timer, share: WorkShare): RequestPriority => {
  let openRequests = 0;
  let ended = false;
  let lastTurn: Promise<void> = Promise.resolve();
  let quiet = timer.deadline(0);
  let pause = timer.deadline(0);
  let sleeping: Sleep | null = null;
  let watching: Sleep | null = null;

  const isFree = () => ended || (openRequests === 0 && quiet.remainingMs() <= 0);

  const waitForPause = async (): Promise<void> => {
    const remainingMs = pause.remainingMs();
    if (isFree() || remainingMs <= 0) return;
    sleeping = startSleep(timer, remainingMs);
    if (openRequests === 0) void endPauseWhenFree();
    await sleeping.finished;
    sleeping = null;
    watching?.end();
  };

  /** A pause is for requests: without any, it would only hold up what they have left. */
  const endPauseWhenFree = async (): Promise<void> => {
    if (sleeping === null || watching !== null) return;
    while (sleeping !== null && openRequests === 0 && !isFree()) {
      watching = startSleep(timer, quiet.remainingMs());
      await watching.finished;
    }
    watching = null;
    if (isFree()) sleeping?.end();
  };

  const takeTurn = async <T>(turn: (tasksMax: number) => Promise<T>): Promise<T> => {
    await waitForPause();
    if (isFree()) return turn(Number.POSITIVE_INFINITY);
    const started = timer.deadline(0);
    try {
      return await turn(share.tasksMax);
    } finally {
      pause = timer.deadline(pauseAfterTurn(-started.remainingMs(), share));
    }
  };

  return {
    serve: async (request) => {
      openRequests++;
      try {
        return await request();
      } finally {
        openRequests--;
        if (openRequests === 0) {
          quiet = timer.deadline(quietMs);
          void endPauseWhenFree();
        }
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
