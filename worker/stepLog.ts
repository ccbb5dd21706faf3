import { createCountedLog } from '../core/countedLog.ts';
import type { Log } from '../core/log.ts';
import { pipelineFor } from '../core/pipelines/index.ts';
import type { JobLease, Lease } from '../core/queue.ts';
import type { StepFailure } from '../core/stepFailure.ts';
import { isCompletedAt } from '../core/steps.ts';
import type { Timer } from '../core/timer.ts';
import { isPlannedWait } from '../core/usecases/runJob.ts';
import type { Outcome } from './serverFaults.ts';

/** Says which steps could not be done. */
export type StepLog = (failure: StepFailure) => void;

/** Outcomes that are no failure write nothing. A server that does not work has a line of its own: see `ServerFaults`. */
export const logStepOfJob = (
  stepLog: StepLog,
  { taskId, pipeline, step }: JobLease,
  outcome: Outcome,
): void => {
  const failure = failureOf(outcome);
  if (failure !== null) stepLog({ taskId, pipeline, step, orders: 0, failsOrders: false, ...failure });
};

export const logStepOfOrders = (
  stepLog: StepLog,
  { taskId, pipeline, step, orders }: Lease,
  outcome: Outcome,
): void => {
  const failure = failureOf(outcome);
  if (failure === null) return;
  const isCompleted = isCompletedAt(pipelineFor(pipeline), step);
  const failsOrders = failure.isLast && !isCompleted;
  stepLog({ taskId, pipeline, step, orders: orders.length, failsOrders, ...failure });
};

const failureOf = (outcome: Outcome): Pick<StepFailure, 'isLast' | 'error' | 'database'> | null => {
  if (outcome.kind === 'failed') return { isLast: true, error: outcome.error };
  if (outcome.kind !== 'retry' || isPlannedWait(outcome.error)) return null;
  const { error, database } = outcome;
  return { isLast: false, error, database };
};

/** The first failure of a kind has a line at once. Those that follow are one line a minute with their count. */
export const createStepLog = (log: Log, timer: Timer): StepLog => {
  const counted = createCountedLog(log, timer);
  return ({ isLast, failsOrders, cause, ...failure }) => {
    const { pipeline, step, database } = failure;
    const facts = { ...failure, ...(cause instanceof Error ? { cause } : {}) };
    const message = stepMessage(isLast, failsOrders);
    // Servers answer in words of their own, so the error is no part of the key.
    const key = `${message} ${pipeline} ${step} ${database?.code ?? ''}`;
    if (isLast) counted.error(message, facts, key);
    else counted.warn(message, facts, key);
  };
};

const stepMessage = (isLast: boolean, failsOrders: boolean): string => {
  if (!isLast) return 'a step could not be done, and will be tried again';
  return failsOrders
    ? 'a task failed, and its orders with it; it waits for an operator'
    : 'a task failed; it waits for an operator';
};
