import { type Timer, withTimeout } from './timer.ts';

/**
 * How long one try of an external step may take, ms. Adapters have shorter limits of their own. This one holds for all of
 * them, so that an adapter that never returns cannot keep a lease and a place of the worker forever.
 */
const stepDeadlineMs = 60_000;

/** How long one read of the provider's ledger may take, ms. A reconciliation makes many reads. */
export const ledgerReadMs = 30_000;

/** A step, or a step of a job. It may name a deadline of its own. */
type StepWithDeadline = { readonly name: string; readonly deadlineMs?: number };

/**
 * Runs one try of a step. Returns `onLate` with the error if the try takes too long. The try is not stopped, but what it
 * returns later is ignored: by then its task may have a new lease.
 */
export const withDeadline = <Outcome, Late>(
  timer: Timer,
  { name, deadlineMs = stepDeadlineMs }: StepWithDeadline,
  work: Promise<Outcome>,
  onLate: (error: string) => Late,
): Promise<Outcome | Late> =>
  withTimeout(timer, deadlineMs, work, () => onLate(`${name} did not end within ${deadlineMs / 1_000} s`));
