import type { Contact, Order } from './order.ts';
import type { Page } from './page.ts';
import type { JobPipeline, Pipeline } from './pipelines/pipeline.ts';
import type { AsyncResult } from './result.ts';

export const taskStates = ['ready', 'running', 'waiting', 'paused', 'failed'] as const;

/**
 * `ready`: may be taken now. `waiting`: may be taken at `runAtMs`, after a retry's pause. `running`: leased to
 * a worker. `paused`: its step, its pipeline or a refund holds it; no worker takes it and no retry moves it, until
 * what holds it ends. `failed`: only an operator's retry moves it. A task that is done has no row: the order's
 * history tells.
 */
export type TaskState = (typeof taskStates)[number];

/** `waiting` is not stored: it is a ready task whose time has not come. */
export const storedTaskStates = ['ready', 'running', 'paused', 'failed'] as const satisfies TaskState[];
export type StoredTaskState = (typeof storedTaskStates)[number];

export const taskStateAt = (
  { state, runAtMs }: { readonly state: StoredTaskState; readonly runAtMs: number },
  nowMs: number,
): TaskState => (state === 'ready' && runAtMs > nowMs ? 'waiting' : state);

/** Work that is still owed: by a paid order, or by a job (a refund, a provider's event, a money audit). */
export type Task = {
  readonly id: string;
  /** Null for a job. */
  readonly orderId: string | null;
  /** The id of the refund, event or audit; null for an order. */
  readonly jobId: string | null;
  readonly pipeline: string;
  /** The step that is next, or that failed. */
  readonly step: string;
  readonly state: TaskState;
  /** Failed tries of this step. */
  readonly attempts: number;
  /** Workers that died or hung at this step. */
  readonly crashes: number;
  readonly lastError: string | null;
  /** Not before this: when it came to its step, or is to be tried again. A lease leaves it as it is. */
  readonly runAtMs: number;
};

/** A task under lock, with all that a step needs to know of its order. */
export type LockedTask = {
  readonly id: string;
  readonly step: string;
  readonly attempts: number;
  /** The `seq` of the order's newest history row. */
  readonly seq: number;
  readonly order: Order;
};

/** A task leased to this worker at an external step. */
export type Lease = {
  readonly taskId: string;
  /** The fencing token: raised by each lease, so that an older one changes nothing any more. */
  readonly lease: number;
  readonly untilMs: number;
  readonly pipeline: string;
  readonly step: string;
  readonly attempts: number;
  readonly order: Order;
  readonly contact: Contact;
  readonly invoiceNumber: string | null;
  readonly licences: readonly string[];
  /** The ledger says that this step was done for this order before: move on, and do not do it again. */
  readonly alreadyDone: boolean;
};

/** What came of a leased step. */
export type StepReport = Pick<Lease, 'taskId' | 'lease'> & {
  readonly outcome:
    | { readonly kind: 'done'; readonly detail: string | null }
    | { readonly kind: 'retry'; readonly error: string; readonly runAtMs: number }
    | { readonly kind: 'failed'; readonly error: string };
};

/** A job's task leased to this worker. */
export type JobLease = Pick<Lease, 'taskId' | 'lease' | 'untilMs' | 'pipeline' | 'step' | 'attempts'> & {
  readonly jobId: string;
};

/** What came of a leased job's step. */
export type JobReport = Pick<Lease, 'taskId' | 'lease'> & {
  readonly outcome: /** The job stands at `step` now. */
    | { readonly kind: 'moved'; readonly step: string }
    /** It was the last step. */
    | { readonly kind: 'done' }
    | Exclude<StepReport['outcome'], { kind: 'done' }>;
};

export type QueueStats = {
  readonly counts: readonly {
    readonly pipeline: string;
    readonly state: TaskState;
    readonly tasks: number;
  }[];
  /** 0 where nothing is ready. */
  readonly oldestReadyAgeMs: number;
  /** Tasks done, averaged over the last minute. */
  readonly finishedPerSecond: number;
};

/** `finishedPerSecond` is the average of so long. */
export const finishedWindowMs = 60_000;

/** The counters of finished tasks are kept for so long, and pruned after it. */
export const finishedKeptMs = 600_000;

export const perSecond = (finished: number): number => (finished * 1_000) / finishedWindowMs;

export type TaskQuery = {
  readonly state: TaskState | null;
  readonly pipeline: string | null;
  readonly orderId: string | null;
  /** The id of the last task of the page before. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
  readonly nowMs: number;
};

/** What `take` did. */
export type Taken = {
  /** How many tasks it moved, leased or set back. */
  readonly touched: number;
  readonly leases: readonly Lease[];
};

/** The work that is owed: unfinished tasks only, taken in batches, fenced by leases. */
export interface Queue {
  /**
   * One short transaction over at most `limit` tasks of one pipeline that are ready, the longest ready first;
   * tasks that another worker holds are passed over, and what is more than `doneAtOnce` is left for the next.
   * Tasks that stand at `tx` steps go through all of these as `runTxSteps` says. Those that stand at an
   * external step, before or after that, are leased until `nowMs + leaseMs`, each with an intent in the ledger.
   * Answers how many tasks it touched, and the leases.
   *
   * When an effect throws for a batch of more than one, nothing is changed and each task is tried alone
   * (`batchOrEach`); one that throws alone waits until `retryAtMs(attempts)` with its error, or is `failed`
   * where that is null (`planThrow`).
   */
  claim(query: {
    readonly pipeline: Pipeline;
    readonly limit: number;
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly retryAtMs: (attempts: number) => number | null;
  }): AsyncResult<Taken>;

  /**
   * Leases at most `limit` ready tasks of a job's pipeline until `nowMs + leaseMs`, the longest ready first;
   * those that another worker holds are passed over.
   */
  claimJobs(query: {
    readonly pipeline: JobPipeline;
    readonly limit: number;
    readonly nowMs: number;
    readonly leaseMs: number;
  }): AsyncResult<readonly JobLease[]>;

  /** Makes leases last until `untilMs`. Answers the ids that are still this worker's. */
  heartbeat(
    leases: readonly Pick<Lease, 'taskId' | 'lease'>[],
    untilMs: number,
  ): AsyncResult<readonly string[]>;

  /**
   * Writes down what came of leased steps, all in one transaction: `done` writes the ledger's acceptance and
   * the order's history, and moves the task to its next step (ready), or completes the order and deletes the
   * task; `retry` lets it wait; `failed` makes task and order `failed`. A report under an old lease changes
   * nothing, and of two reports under one lease the first counts. Answers the ids that it was accepted for.
   */
  report(reports: readonly StepReport[], nowMs: number): AsyncResult<readonly string[]>;

  /**
   * The same for jobs: `moved` makes the task ready at its next step with a clean count, `done` deletes it,
   * `retry` lets it wait, `failed` makes it `failed`. No order is touched: what a job changes, it changes
   * through its own port. Answers the ids that it was accepted for.
   */
  reportJobs(reports: readonly JobReport[], nowMs: number): AsyncResult<readonly string[]>;

  /**
   * At shutdown: what was leased and not begun is ready again, due as it was, with no attempt spent. The lease is
   * raised.
   */
  release(leases: readonly Pick<Lease, 'taskId' | 'lease'>[], nowMs: number): AsyncResult<void>;

  /**
   * Takes tasks away from workers whose lease ran out, as `planRescue` decides: the lease is raised, the crash
   * counted and named in `lastError`, the task ready again from now; or `failed`, and its order with it where it
   * has one, at `crashesMax`. Answers how many.
   */
  rescue(query: {
    readonly nowMs: number;
    readonly crashesMax: number;
    readonly limit: number;
  }): AsyncResult<number>;

  /**
   * Failed tasks are ready again at the step that failed, as `planRetry` decides: with a clean count and a raised
   * lease; their orders, where they have one, are `paid` again, with `retried` in the history. Ids that are not
   * failed tasks are passed over. Answers how many.
   */
  retry(taskIds: readonly string[], nowMs: number): AsyncResult<number>;

  stats(nowMs: number): AsyncResult<QueueStats>;

  /** Oldest first. */
  tasks(query: TaskQuery): AsyncResult<Page<Task, string>>;
}

/**
 * A hint that there may be work, from whoever queued it to the workers, in this process or another. It may
 * be lost: workers poll as well.
 */
export interface Wakeup {
  /** Returns at once; many calls may become one hint. */
  notify(): void;
  /** Calls `wake` on every hint, until the answered function is called. */
  listen(wake: () => void): () => void;
}
