import type { LogPosition, Reached } from './consistency.ts';
import type { AsyncResult } from './result.ts';
import type { Store } from './store.ts';
import { sleep, type Timer, withTimeout } from './timer.ts';

/** A copy of the database that is read in place of the primary. */
export interface Replica {
  readonly store: Store;
  /** Fails if this process could not read what it needs there. */
  status(): AsyncResult<ReplicaStatus>;
}

export type ReplicaStatus = {
  /** False once it was promoted. */
  readonly isStandby: boolean;
  /** How far it has replayed the write-ahead log, in bytes. */
  readonly replayed: number;
};

/** `behind`: it answers, and lags too much to be read. `away`: it does not answer, or cannot be used. */
export type ReplicaState = 'up' | 'behind' | 'away';

export type ReplicaHealth = {
  readonly state: ReplicaState;
  /** Null while it is not known: the replica or the primary does not answer. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
};

/** A replica that lags more is not read. */
const lagMaxMs = 5_000;

/** Where the end of the primary's log was, and when. */
export type LogSample = { readonly atMs: number; readonly end: number };

const samplesMax = 60;

/**
 * The header of a page of the log. The primary may count it before anything is written after it, and then a replica that
 * has all there is seems to lack it.
 */
const pageHeaderBytes = 40;

const isOpen = ({ end }: LogSample, replayed: number): boolean => end > replayed + pageHeaderBytes;

/**
 * The samples that say how long a replica lags: those that it has not replayed yet, and the newest. The time of the last
 * replayed transaction says nothing: it stands still in a shop without orders, and is recent in a replica that is stuck.
 */
export const addSample = (
  samples: readonly LogSample[],
  sample: LogSample | null,
  replayed: number,
): readonly LogSample[] => {
  // What the primary had before its outage may be lost, so nothing is held against the replica.
  if (sample === null) return [];
  const all = [...samples, sample];
  const open = all.filter((each) => isOpen(each, replayed) || each === sample);
  // The oldest one stays, because the lag is counted from it.
  return open.length <= samplesMax ? open : [...open.slice(0, 1), ...open.slice(2)];
};

/** How long the replica has not replayed what the primary had at `samples`. */
export const lagOf = (
  samples: readonly LogSample[],
  replayed: number,
  nowMs: number,
): Pick<ReplicaHealth, 'lagMs' | 'lagBytes'> => {
  const newest = samples.at(-1);
  if (newest === undefined) return { lagMs: null, lagBytes: null };
  const oldest = samples.find((each) => isOpen(each, replayed));
  return {
    lagMs: oldest === undefined ? 0 : Math.max(0, nowMs - oldest.atMs),
    lagBytes: Math.max(0, newest.end - replayed),
  };
};

/** An unknown lag is none to refuse a replica for: without the primary there is nothing else to read. */
export const stateOf = ({ lagMs }: Pick<ReplicaHealth, 'lagMs'>): ReplicaState =>
  lagMs !== null && lagMs > lagMaxMs ? 'behind' : 'up';

const [firstPauseMs, longestPauseMs] = [2, 20];

/** Asks until the copy has reached the position, for at most `waitMs`. An outage counts as not there yet. */
export const createWaitFor =
  ({ reached }: Pick<Store, 'reached'>, timer: Timer, waitMs: number) =>
  async (position: LogPosition): Promise<Reached> => {
    const deadline = timer.deadline(waitMs);
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const answer = await withTimeout(timer, deadline.remainingMs(), reached(position), () => null);
      if (answer?.isOk() && answer.value !== 'not_yet') return answer.value;
      if (answer === null || answer.isErr() || deadline.remainingMs() <= pauseMs) return 'not_yet';
      await sleep(timer, pauseMs);
    }
  };
