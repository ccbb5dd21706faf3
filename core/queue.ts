import type { Hint } from './hint.ts';
import type { Invoice } from './invoice.ts';
import type { Contact, Order } from './order.ts';
import type { Page } from './page.ts';
import type { Pause, Probe } from './pause.ts';
import type { JobPipeline, Pipeline } from './pipelines/pipeline.ts';
import type { AsyncResult, DatabaseWords } from './result.ts';
import type { ServiceReference, StepReference } from './serviceReference.ts';
import type { StepFailure } from './stepFailure.ts';

export const taskStates = ['ready', 'running', 'waiting', 'paused', 'failed'] as const;

/**
 * - `ready`: a worker may claim it now.
 * - `waiting`: a worker may claim it at `runAtMs`, after the pause before a retry.
 * - `running`: leased to a worker.
 * - `paused`: a pause of its step or pipeline holds it, or a refund of its only order. Neither a worker nor a retry can
 *   continue it.
 * - `failed`: only an operator's retry continues it.
 *
 * A task that is done has no row. The history of each order, or the job's record, shows what was done.
 */
export type TaskState = (typeof taskStates)[number];

/**
 * The stored states. `waiting` is not stored: it is a `ready` task whose `runAtMs` is in the future. A refund stores
 * `paused`. `parked` is a task that a claim has found at a paused step: it is ready again when the pause is over.
 */
export const storedTaskStates = ['ready', 'running', 'paused', 'parked', 'failed'] as const;
export type StoredTaskState = (typeof storedTaskStates)[number];

/** The state of a stored task at `nowMs`. `isHeld`: a pause holds its step. */
export const taskStateAt = (
  {
    state,
    runAtMs,
    isHeld = false,
  }: { readonly state: StoredTaskState; readonly runAtMs: number; readonly isHeld?: boolean },
  nowMs: number,
): TaskState => {
  if (state === 'parked' || (state === 'ready' && isHeld)) return 'paused';
  return state === 'ready' && runAtMs > nowMs ? 'waiting' : state;
};

/**
 * Unfinished work of a group or of a job (a refund, a provider's event, a reconciliation). A group is the paid orders of
 * one checkout and one product type.
 */
export type Task = {
  readonly id: string;
  /** The checkout of the group. Null for a job. */
  readonly checkoutId: string | null;
  /** The orders of the group, by id. Empty for a job. An order that is refunded leaves its group. */
  readonly orderIds: readonly string[];
  /** The id of the refund, event or reconciliation. Null for a group. */
  readonly jobId: string | null;
  readonly pipeline: string;
  /** The step to run next, or the step that failed. */
  readonly step: string;
  readonly state: TaskState;
  /** Failed attempts of this step. */
  readonly attempts: number;
  /** Workers that stopped or hung at this step. */
  readonly crashes: number;
  readonly lastError: string | null;
  /** The earliest time to claim it, ms: when it reached its step, or its next attempt. A lease does not change it. */
  readonly runAtMs: number;
};

/** The task of a group whose row is locked, with what a step needs of its orders. */
export type LockedTask = {
  readonly id: string;
  readonly checkoutId: string;
  readonly step: string;
  readonly attempts: number;
  /** By order id. `seq` is that of the order's newest history row. */
  readonly orders: readonly { readonly order: Order; readonly contact: Contact; readonly seq: number }[];
};

/** An order of a leased task. */
export type LeasedOrder = {
  readonly order: Order;
  /** The first ones. */
  readonly licences: readonly string[];
  /** How many there are. Absent if `licences` has all of them. */
  readonly licenceCount?: number;
};

/** The right of a worker to run one external step of a group, until `untilMs`. */
export type Lease = {
  readonly taskId: string;
  /** The fencing token. Each new lease raises it, so that a report under an older lease changes nothing. */
  readonly lease: number;
  readonly untilMs: number;
  readonly pipeline: string;
  readonly step: string;
  readonly attempts: number;
  /** The pause that this task is the probe of. Null for any other task. */
  readonly probe: Probe | null;
  readonly checkoutId: string;
  /** By order id. */
  readonly orders: readonly LeasedOrder[];
  /** Of the last order: it has the newest address of the customer. */
  readonly contact: Contact;
  readonly invoiceNumber: string | null;
  /** The invoice, if this task holds it (`InvoiceHolder`). It is attached to the mail of the group, and to no other mail. */
  readonly issuedInvoice: Invoice | null;
  /** What step services have done for the orders of the task, by order id and step. */
  readonly references: readonly StepReference[];
  /**
   * The request for a step service, as it was stored with the first intent. Null for any other step, and for an order
   * that left its group after the group had asked for the step: it must not be asked for again.
   */
  readonly body: string | null;
  /**
   * Given if the step is the invoice and an invoice service does it: the key of the checkout's one request, whose body is
   * `body`, and the answer, if a group of the checkout has it already. Any other step has its own key.
   */
  readonly invoiceRequest?: { readonly key: string; readonly answer: ServiceReference | null };
  /** True if the step ledger says that this step is done: report `done` without running it again. */
  readonly alreadyDone: boolean;
  /** The span that caused the task, as W3C `traceparent`. Null or absent if its trace is not kept. */
  readonly traceparent?: string | null;
};

/** The result of a leased step. `runAtMs` is when to try again. `detail` is for the history of each order. */
export type StepReport = Pick<Lease, 'taskId' | 'lease' | 'traceparent'> & {
  readonly outcome:
    | {
        readonly kind: 'done';
        readonly detail: string | null;
        /** Given if a step service did the step. It is stored for each order of the task. */
        readonly reference?: ServiceReference;
      }
    | {
        readonly kind: 'retry';
        readonly error: string;
        readonly runAtMs: number;
        /** For the log only. */
        readonly database?: DatabaseWords | undefined;
      }
    /** The server that the step calls is to blame, and not the task. `retryAfterMs`: as the server asks. */
    | { readonly kind: 'unavailable'; readonly error: string; readonly retryAfterMs: number | null }
    | { readonly kind: 'failed'; readonly error: string };
};

/** The right of a worker to run one step of a job, until `untilMs`. */
export type JobLease = Pick<
  Lease,
  'taskId' | 'lease' | 'untilMs' | 'pipeline' | 'step' | 'attempts' | 'probe' | 'traceparent'
> & {
  readonly jobId: string;
};

/** The result of a leased step of a job. `advanced`: `step` is next. `done`: it was the last step. */
export type JobReport = Pick<Lease, 'taskId' | 'lease' | 'traceparent'> & {
  readonly outcome:
    | { readonly kind: 'advanced'; readonly step: string }
    | { readonly kind: 'done' }
    | Exclude<StepReport['outcome'], { kind: 'done' }>;
};

export type QueueStats = {
  readonly counts: readonly {
    readonly pipeline: string;
    readonly state: TaskState;
    readonly tasks: number;
  }[];
  /** Since `runAtMs` of the oldest ready task. 0 if no task is ready. */
  readonly oldestReadyAgeMs: number;
  /** The same for each pipeline that has a ready task. */
  readonly oldestReady: readonly { readonly pipeline: string; readonly ageMs: number }[];
  /** Finished tasks a second, over the last `finishedWindowMs`. */
  readonly finishedPerSecond: number;
  /** The oldest first. */
  readonly pauses: readonly Pause[];
};

/** `QueueStats.finishedPerSecond` is the average over this time. */
export const finishedWindowMs = 60_000;

/** Counters of finished tasks older than this are pruned. */
export const finishedRetentionMs = 600_000;

/** The average rate of tasks that finished within `finishedWindowMs`. */
export const perSecond = (finished: number): number => (finished * 1_000) / finishedWindowMs;

export type TaskQuery = {
  readonly state: TaskState | null;
  readonly pipeline: string | null;
  readonly step: string | null;
  /** The whole `lastError`. */
  readonly error: string | null;
  /** Only the task whose group has this order. */
  readonly orderId: string | null;
  /** The id of the last task of the previous page. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
  readonly nowMs: number;
};

/** The result of `Queue.claim`. */
export type ClaimedTasks = {
  /** How many tasks were advanced, finished, leased, parked, failed or scheduled for another attempt. */
  readonly processed: number;
  readonly leases: readonly Lease[];
  /** The tasks whose `tx` step threw, and was tried alone. */
  readonly thrown?: readonly StepFailure[];
};

/** Unfinished tasks. Workers claim them in batches; leases keep two workers from working on the same task. */
export interface Queue {
  /**
   * Claims at most `limit` ready tasks of one pipeline and runs their `tx` steps, all in one short transaction. Takes
   * those that have been ready longest, and if more than `limit` are ready, a share of the newest (`shareClaim`). Which
   * of the newest it takes may depend on earlier claims. Skips tasks that another worker has locked, and leaves tasks
   * beyond `limitUnits` for the next claim. `runTxSteps` decides what the `tx` steps change. Tasks at an external step,
   * before or after that, are leased until `nowMs + leaseMs`; each lease writes an intent to the step ledger. Claims
   * nothing from a paused pipeline, and parks the tasks that come to a paused step (`Pauses`), but for the probe of its
   * pause.
   *
   * If an effect throws for a batch, nothing is changed and each task is tried alone (`runBatchWithFallback`). A task
   * that throws alone keeps its error and waits until `retryAtMs(attempts)`, or is `failed` if that is null
   * (`planThrownError`).
   */
  claim(query: {
    readonly pipeline: Pipeline;
    readonly limit: number;
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly retryAtMs: (attempts: number) => number | null;
  }): AsyncResult<ClaimedTasks>;

  /**
   * Leases at most `limit` ready tasks of a job pipeline until `nowMs + leaseMs`, those that `claim` would take. Skips
   * tasks that another worker has locked. Pauses hold them as in `claim`.
   */
  claimJobs(query: {
    readonly pipeline: JobPipeline;
    readonly limit: number;
    readonly nowMs: number;
    readonly leaseMs: number;
  }): AsyncResult<readonly JobLease[]>;

  /** Extends leases to `untilMs`. Returns the task ids whose lease is still this worker's. */
  heartbeat(
    leases: readonly Pick<Lease, 'taskId' | 'lease'>[],
    untilMs: number,
  ): AsyncResult<readonly string[]>;

  /**
   * Writes the results of leased steps, all in one transaction, as `planReports` decides, for the orders that are still
   * in the group. `done` writes the acceptance to the step ledger and a row to the history of each order, and makes the
   * task ready at its next step, or deletes it after the last one. The first answer of an invoice service is stored for
   * the whole checkout. `retry` makes the task wait. `unavailable` parks it and counts nothing. `failed` makes it
   * `failed`, and its orders too if they are not completed yet. A report under an old lease changes nothing; of two
   * reports under one lease, the first counts. Returns the task ids of the accepted reports.
   */
  report(reports: readonly StepReport[], nowMs: number): AsyncResult<readonly string[]>;

  /**
   * Writes the results of leased steps of jobs, all in one transaction. `advanced` makes the task ready at its next
   * step with 0 attempts, `done` deletes the task, `retry` makes it wait, `unavailable` parks it and counts nothing,
   * `failed` makes it `failed`. No order is changed: a job changes orders through its own port. Returns the task ids of
   * the accepted reports, as `report` does.
   */
  reportJobs(reports: readonly JobReport[], nowMs: number): AsyncResult<readonly string[]>;

  /**
   * Releases leases whose work has not begun, at shutdown. The tasks are ready again with the same `runAtMs` and
   * `attempts`, and a raised fencing token. Ignores leases that are no longer this worker's.
   */
  release(leases: readonly Pick<Lease, 'taskId' | 'lease'>[], nowMs: number): AsyncResult<void>;

  /**
   * Rescues at most `limit` tasks whose lease has ended, as `planRescue` decides: raises the fencing token, counts the
   * crash, and makes the task ready now, or `failed` at `crashesMax`, with its orders if they are not completed yet.
   * `lastError` says why. Returns how many tasks were rescued.
   */
  rescue(query: {
    readonly nowMs: number;
    readonly crashesMax: number;
    readonly limit: number;
    /** Called with the tasks that are `failed` now, if there are any. */
    readonly onFailed?: ((failures: readonly StepFailure[]) => void) | undefined;
  }): AsyncResult<number>;

  stats(nowMs: number): AsyncResult<QueueStats>;

  /** Lists tasks, oldest first (by id). */
  tasks(query: TaskQuery): AsyncResult<Page<Task, string>>;
}

/** Tells workers, in this process or another, that there may be work. A hint can be lost, so workers also poll. */
export interface Wakeup {
  /** Sends a hint about these pipelines, or about all. Returns at once; several calls may become one hint. */
  notify(hint?: Hint): void;
  /** Calls `wake` for each hint. Returns a function that stops it. */
  listen(wake: (hint: Hint) => void): () => void;
}
