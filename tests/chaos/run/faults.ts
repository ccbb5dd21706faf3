import type { SeededRandom } from '../../processes/random.ts';
import type { ManagedProcess } from './managedProcess.ts';
import type { SmtpSink } from './smtpSink.ts';

/** The faults that a run injects. */
export type Faults = {
  readonly kills: boolean;
  readonly freezes: boolean;
  /** The probability, at each fault, that the database server is killed instead of one of its clients. */
  readonly crashes: number;
  /** Faults of what all processes share, and operators who answer them: see `sharedFaults.ts`, `queueOperators.ts`. */
  readonly shared: boolean;
};

export const allFaults: Faults = { kills: true, freezes: true, crashes: 0.04, shared: true };

type Processes = readonly ManagedProcess[];

/**
 * Kills random processes that are not frozen, until the signal aborts. Sometimes it kills the database server
 * instead, where there is one. Returns how often it did either.
 */
export const killProcesses = async (
  processes: Processes,
  crashDatabase: (() => Promise<void>) | null,
  { kills, crashes }: Faults,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<{ readonly kills: number; readonly crashes: number }> => {
  const counts = { kills: 0, crashes: 0 };
  while (!signal.aborted) {
    await pause(random.between(100, 2_000));
    if (crashDatabase !== null && random.bool(crashes)) {
      counts.crashes++;
      await crashDatabase();
    } else if (kills) {
      // Mostly wait until all are ready, so that there is work to interrupt; sometimes kill during a start.
      if (random.bool(0.6)) await Promise.race([allReady(processes), pause(readyTimeoutMs)]);
      counts.kills++;
      await random.pick(processes.filter((one) => !one.isFrozen())).kill();
    }
  }
  return counts;
};

/** The longest wait for all processes to be ready. A slow machine may need longer. */
const readyTimeoutMs = 3_000;

const allReady = (processes: Processes): Promise<unknown> =>
  Promise.all(processes.filter((one) => !one.isFrozen()).map((one) => one.ready().catch(() => {})));

/**
 * Freezes random processes for longer than their leases last. They continue in the middle of work that another
 * process has claimed meanwhile. Runs until the signal aborts and returns the number of freezes.
 */
export const freezeProcesses = async (
  processes: Processes,
  smtpSink: SmtpSink,
  leaseMs: number,
  faults: Faults,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<number> => {
  const workers = processes.filter(({ kind }) => kind === 'worker');
  let freezes = 0;
  while (faults.freezes && !signal.aborted) {
    await pause(random.between(100, 1_500));
    freezes++;
    const pastLeaseMs = leaseMs * (1 + random.unit());
    // Workers are frozen more often, because a frozen API process stops its customers.
    if (random.bool(0.3)) {
      const unfreeze = random.pick(processes).freeze();
      await pause(pastLeaseMs);
      unfreeze();
    } else await freezeDuringMails(random.pick(workers), smtpSink, pastLeaseMs + leaseMs / 2);
  }
  return freezes;
};

/**
 * Freezes a worker that waits for replies to its mails, until another worker has claimed its tasks and waits too.
 * Then the frozen worker gets its replies first, under leases that it has lost, and the other worker after it.
 */
const freezeDuringMails = async (worker: ManagedProcess, smtpSink: SmtpSink, ms: number): Promise<void> => {
  const replyToFirst = smtpSink.holdReplies();
  await pause(300);
  const unfreeze = worker.freeze();
  const replyToSecond = smtpSink.holdReplies();
  await pause(ms);
  replyToFirst();
  await pause(50);
  unfreeze();
  await pause(500);
  replyToSecond();
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
