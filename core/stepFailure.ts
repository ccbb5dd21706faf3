import type { DatabaseWords } from './result.ts';

/** A step that could not be done, for the log. */
export type StepFailure = {
  readonly taskId: string;
  readonly pipeline: string;
  readonly step: string;
  /** How many orders the task has. 0 for a job. */
  readonly orders: number;
  /** True if there is no other attempt: the task waits for an operator. */
  readonly isLast: boolean;
  /** True if its orders are `failed` with it. */
  readonly failsOrders: boolean;
  readonly error: string;
  readonly database?: DatabaseWords | undefined;
  /** What a `tx` step threw, which is a bug. */
  readonly cause?: unknown;
};
