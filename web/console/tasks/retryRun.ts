import type { CreateCell } from '../../shared/cells.ts';
import type { Outcome, Refused, SignedOut, Unanswered } from '../../shared/outcome.ts';
import { type Pause, pollPauseMs } from '../../shared/pause.ts';
import type { Store } from '../../shared/store.ts';
import { countInGroups } from './counting.ts';
import type { RetryFilter, TasksApi } from './tasksApi.ts';

/** A retry of all tasks that match, as it was asked for. */
export type RetryRun = {
  readonly id: string;
  readonly filter: RetryFilter;
  readonly upTo: string;
  readonly counted: number;
};

type Failure = Refused | SignedOut | Unanswered;

/** `done` is how many of the counted tasks are no longer failed. Null where that cannot be seen. */
export type RetryState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly run: RetryRun; readonly done: number | null }
  /** It was begun before this page, or its answer was lost. The shop may still be at it. */
  | { readonly kind: 'watched'; readonly run: RetryRun; readonly done: number | null }
  | { readonly kind: 'ended'; readonly run: RetryRun; readonly retried: number }
  /** It moves no more, and tasks are left: how many, where that can be seen. */
  | { readonly kind: 'stopped'; readonly run: RetryRun; readonly left: number | null }
  | { readonly kind: 'refused'; readonly run: RetryRun; readonly failure: Failure };

type Ports = {
  readonly api: Pick<TasksApi, 'retryMatching' | 'failures'>;
  /** Shared by all windows of the browser, and kept over reloads. */
  readonly shared: Store;
  readonly cell: CreateCell;
  readonly pause: Pause;
  readonly newId: () => string;
};

const storeName = (customerId: string): string => `cw.retry ${customerId}`;

/** So many looks without a change, and it moves no more. */
const stillMax = 4;
/** Looks while the request itself runs: soon, because batches are quick. */
const lookMs = 1_000;

export type RetryRuns = ReturnType<typeof createRetryRuns>;

/**
 * Retries all tasks that match. The shop does it in batches within one request. What has been asked for is kept, so
 * that an operator who leaves the page, or closes the window, finds it again. A repeated request does the rest.
 */
export const createRetryRuns = (ports: Ports, customerId: string) => {
  const { api, shared, cell, newId } = ports;
  const state = cell<RetryState>({ kind: 'none' });
  const name = storeName(customerId);
  let watching = new AbortController();

  const show = (next: RetryState): void => {
    watching.abort();
    state.value = next;
    // Only what may still be under way is found again by another page.
    if (next.kind === 'running' || next.kind === 'watched') shared.set(name, JSON.stringify(next.run));
    else shared.remove(name);
  };
  const isShown = (run: RetryRun): boolean => state.value.kind !== 'none' && state.value.run.id === run.id;

  const watch = async (run: RetryRun, isOwn: boolean): Promise<void> => {
    watching = new AbortController();
    const left = await watchProgress(ports, run, isOwn, watching.signal, (done) => {
      const now = state.value;
      // A task that fails again is left as well, and what was done does not go back.
      if (now.kind === 'running' || now.kind === 'watched')
        state.value = { ...now, done: Math.max(now.done ?? 0, done) };
    });
    if (left === 'aborted') return;
    if (left === 0) return show({ kind: 'ended', run, retried: run.counted });
    show({ kind: 'stopped', run, left });
  };

  const send = async (run: RetryRun): Promise<void> => {
    show({ kind: 'running', run, done: null });
    void watch(run, true);
    const outcome: Outcome<{ readonly retried: number }> = await api.retryMatching(run.filter, run.upTo);
    if (!isShown(run) || outcome.kind === 'aborted') return;
    if (outcome.kind === 'ok') return show({ kind: 'ended', run, retried: outcome.value.retried });
    if (outcome.kind === 'problem' || outcome.kind === 'signed_out')
      return show({ kind: 'refused', run, failure: outcome });
    const now = state.value;
    show({ kind: 'watched', run, done: now.kind === 'running' ? now.done : null });
    void watch(run, false);
  };

  return {
    state,

    /** Does nothing while another one runs: two presses are one retry. */
    start: (asked: Omit<RetryRun, 'id'>): void => {
      const { kind } = state.value;
      if (kind !== 'running' && kind !== 'watched') void send({ ...asked, id: newId() });
    },

    /** The same request again does the rest. */
    goOn: (): void => {
      const now = state.value;
      if (now.kind === 'stopped' || now.kind === 'refused') void send(now.run);
    },

    /** Takes up what an earlier page has begun. */
    find: (): void => {
      if (state.value.kind !== 'none') return;
      const run = readRun(shared.get(name));
      if (run === null) return;
      show({ kind: 'watched', run, done: null });
      void watch(run, false);
    },

    /** The operator has read how it ended. */
    close: (): void => show({ kind: 'none' }),
  };
};

/**
 * Looks how far a retry has come. Its own request ends it (`isOwn`); otherwise it ends when nothing is left, or nothing
 * has moved for a while. Answers with what is then left; null where that cannot be seen.
 */
const watchProgress = async (
  { api, pause }: Pick<Ports, 'api' | 'pause'>,
  run: RetryRun,
  isOwn: boolean,
  signal: AbortSignal,
  onDone: (done: number) => void,
): Promise<number | null | 'aborted'> => {
  /** Waiting tasks are in no group. */
  const look = async (): Promise<number | null> => {
    if (run.filter.state !== 'failed') return null;
    const outcome = await api.failures(signal);
    return outcome.kind === 'ok' ? countInGroups(outcome.value, run.filter) : null;
  };
  let last: number | null = null;
  for (let still = 0; ; ) {
    await pause(isOwn ? lookMs : pollPauseMs(still), signal);
    if (signal.aborted) return 'aborted';
    const left = await look();
    if (signal.aborted) return 'aborted';
    if (left !== null) onDone(Math.min(run.counted, Math.max(0, run.counted - left)));
    if (isOwn) continue;
    still = left === null || left === last ? still + 1 : 0;
    if (left === 0 || still >= stillMax) return left;
    last = left;
  }
};

/** Null for what another version, or a person, has written there. */
const readRun = (text: string | null): RetryRun | null => {
  if (text === null) return null;
  try {
    const run: Partial<RetryRun> = JSON.parse(text);
    const isWhole =
      typeof run.id === 'string' && typeof run.upTo === 'string' && typeof run.counted === 'number';
    return isWhole && typeof run.filter === 'object' ? (run as RetryRun) : null;
  } catch {
    return null;
  }
};
