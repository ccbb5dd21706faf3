import { ok, type Result } from 'neverthrow';
import { isErased } from '../erasedContact.ts';
import type { Inbox } from '../inbox.ts';
import type { Ledger, Reconciliation, ReconciliationReport } from '../ledger.ts';
import { type Mailer, refundMail } from '../mail.ts';
import { jobPipelines } from '../pipelines/index.ts';
import type { JobPipeline, JobService } from '../pipelines/pipeline.ts';
import type { PaymentProvider } from '../provider.ts';
import type { JobLease, JobReport } from '../queue.ts';
import { openRefundStatuses, type Refund, type Refunds, succeededRefundStatuses } from '../refund.ts';
import type { AsyncResult, DatabaseWords, Unavailable } from '../result.ts';
import { failedAttempt, failedMail, outagePauseMaxMs, recoveryPauseMs } from '../retry.ts';
import { withDeadline } from '../stepDeadline.ts';
import { stepKey } from '../steps.ts';
import type { World } from '../world.ts';
import type { FollowCharge } from './followCharge.ts';
import type { ActOnEvent } from './providerEvents.ts';

export type JobPorts = {
  readonly refunds: Refunds;
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly provider: PaymentProvider;
  readonly mailer: Mailer;
  readonly actOnEvent: ActOnEvent;
  readonly followCharge: FollowCharge;
  readonly followOpenDisputes: () => AsyncResult<void>;
  readonly reconcileLedger: (reconciliation: Reconciliation) => AsyncResult<ReconciliationReport>;
  readonly world: World;
};

/** `database`: what our database says about its failure, for the log. */
type Reason = { readonly reason: string; readonly database?: DatabaseWords | undefined };

type JobOutcome =
  | { readonly kind: 'done' }
  /** Tried again with growing pauses. Fails after `attemptsMax` attempts. */
  | ({ readonly kind: 'deferred' } & Reason)
  /** Tried again until it is done: money is owed, or a payment waits for the result. */
  | ({ readonly kind: 'deferred_without_limit' } & Reason)
  /** A mail that its server does not take yet. */
  | { readonly kind: 'mail_deferred'; readonly reason: string }
  /** The server that the step calls is to blame, and not the job. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: string };

const done: JobOutcome = { kind: 'done' };

/**
 * Runs the step of a job's lease. Returns the report, or null if the lease ended before the work began. A worker that
 * stopped may have run the step before, so each service first checks what is done. Only the mail about a refund keeps
 * no record: it is sent again, with the same `Message-ID`. A try that takes too long fails. Throws if the pipeline or
 * the step does not exist.
 */
export const createRunJob = (
  ports: JobPorts,
  settings: { readonly mailDomain: string },
): ((lease: JobLease) => Promise<JobReport | null>) => {
  const services = createServices(ports, settings);
  const { world } = ports;
  return async (lease) => {
    if (world.clock.nowMs() >= lease.untilMs) return null;
    const { pipeline, index } = positionOf(lease);
    const step = pipeline.steps[index] ?? pipeline.steps[0];
    const outcome = await withDeadline(world.timer, step, services[step.service](lease), lateOutcome(step));
    const report = (each: JobReport['outcome']) => ({
      taskId: lease.taskId,
      lease: lease.lease,
      outcome: each,
    });
    switch (outcome.kind) {
      case 'done': {
        const next = pipeline.steps[index + 1];
        return report(next === undefined ? { kind: 'done' } : { kind: 'advanced', step: next.name });
      }
      case 'deferred_without_limit': {
        const mostMs = isPutOff(outcome.reason) ? undefined : outagePauseMaxMs;
        const runAtMs = world.clock.nowMs() + recoveryPauseMs(lease.attempts + 1, mostMs);
        return report({ kind: 'retry', error: outcome.reason, runAtMs, database: outcome.database });
      }
      case 'rejected':
        return report({ kind: 'failed', error: outcome.reason });
      case 'unavailable':
        return report({ kind: 'unavailable', error: outcome.reason, retryAfterMs: null });
      case 'mail_deferred':
        return failedMail(lease, outcome.reason, world);
      case 'deferred':
        return withDatabase(failedAttempt(lease, outcome.reason, world), outcome);
    }
  };
};

const withDatabase = <Report extends JobReport>(report: Report, { database }: Reason): JobReport =>
  report.outcome.kind === 'retry' ? { ...report, outcome: { ...report.outcome, database } } : report;

/** Why a job waits although nothing is wrong. */
const waits = {
  undecided: 'the provider has not decided yet',
  disputed: 'the payment is disputed',
  noOutcome: 'the payment has no outcome yet',
} as const;

/** True if a retry is part of the work: the log does not report it as a failure. */
export const isPlannedWait = (error: string): boolean => Object.values<string>(waits).includes(error);

/** True if the provider or a bank puts the work off. A payment without an outcome may only wait for an outage to end. */
const isPutOff = (reason: string): boolean => reason === waits.undecided || reason === waits.disputed;

type Services = Readonly<Record<JobService, (lease: JobLease) => Promise<JobOutcome>>>;

const createServices = (ports: JobPorts, { mailDomain }: { readonly mailDomain: string }): Services => {
  const {
    refunds,
    inbox,
    ledger,
    provider,
    mailer,
    actOnEvent,
    followCharge,
    followOpenDisputes,
    reconcileLedger,
    world,
  } = ports;
  const nowMs = () => world.clock.nowMs();
  /**
   * Somebody may have refunded or disputed the charge, or a dispute may have ended, and the event may have been lost.
   * Returns why the refund must wait, or null if no dispute holds it back.
   */
  const followAndHold = async (refundId: string, reference: string): Promise<JobOutcome | null> => {
    const followed = await followCharge(reference);
    if (followed.isErr()) return waitFor(followed.error);
    const found = await refunds.find(refundId);
    if (found.isErr()) return waitFor(found.error);
    // The money may go back by the dispute. The refund is due again when the dispute ends.
    return found.value?.disputed ? deferredWithoutLimit(waits.disputed) : null;
  };
  /** A refund of one order can leave only one order for what the provider refunded of the same charge. */
  const assignWhatIsClear = async ({ paymentId }: Refund): AsyncResult<unknown> =>
    paymentId === null
      ? ok(undefined)
      : refunds.adopt({ paymentId, refunds: [], createId: () => world.ids.next(nowMs()) }, nowMs());
  return {
    refund_charge: async ({ jobId }) => {
      const found = await refunds.find(jobId);
      if (found.isErr()) return waitFor(found.error);
      const refund = found.value;
      if (refund === null) return recordMissing;
      // The try that has written it may have ended before it assigned the others.
      if (succeededRefundStatuses.includes(refund.status)) return recorded(await assignWhatIsClear(refund));
      if (!openRefundStatuses.includes(refund.status)) return done;
      const { chargeReference: reference, amount } = refund;
      const held = refund.disputed ? await followAndHold(jobId, reference) : null;
      if (held !== null) return held;
      const decision = await provider.refund({ refundId: refund.id, reference, amount });
      if (decision.kind === 'succeeded') {
        const finished = await refunds.finish({ refundId: refund.id, outcome: decision }, nowMs());
        return recorded(finished.isErr() ? finished : await assignWhatIsClear(refund));
      }
      if (decision.kind === 'pending') return deferredWithoutLimit(waits.undecided);
      if (decision.kind !== 'refused') return deferredWithoutLimit(decision.reason);
      const refusedFor = await followAndHold(jobId, reference);
      if (refusedFor !== null) return refusedFor;
      const outcome = { kind: 'failed', reason: decision.reason } as const;
      return recorded(await refunds.finish({ refundId: refund.id, outcome }, nowMs()));
    },

    notify_of_refund: async ({ taskId, jobId, step }) => {
      const found = await refunds.find(jobId);
      if (found.isErr()) return deferred(found.error);
      if (found.value === null) return recordMissing;
      if (!succeededRefundStatuses.includes(found.value.status)) return done;
      const { order, contact } = found.value;
      if (order === null || contact === null || isErased(contact)) return done;
      const messageId = `<${stepKey(taskId, step)}@${mailDomain}>`;
      const outcome = await mailer.send(refundMail({ ...found.value, order, contact }, messageId));
      if (outcome.kind === 'accepted') return done;
      return outcome.kind === 'deferred' ? { ...outcome, kind: 'mail_deferred' } : outcome;
    },

    act_on_event: async ({ jobId }) => {
      const event = await inbox.find(jobId);
      if (event.isErr()) return waitFor(event.error);
      if (event.value === null) return recordMissing;
      const handled = await actOnEvent(event.value);
      // The event is not to blame, and it may be about money: it waits for as long as the outage lasts.
      if (handled.isErr()) return waitFor(handled.error);
      return handled.value ? done : deferredWithoutLimit(waits.noOutcome);
    },

    reconcile_ledger: async ({ jobId }) => {
      const found = await ledger.findReconciliation(jobId);
      if (found.isErr()) return waitFor(found.error);
      if (found.value === null) return recordMissing;
      if (found.value.finishedAtMs !== null) return done;
      const followed = await followOpenDisputes();
      if (followed.isErr()) return waitFor(followed.error);
      const report = await reconcileLedger(found.value);
      if (report.isErr()) return waitFor(report.error);
      return recorded(await ledger.finishReconciliation(jobId, report.value, nowMs()));
    },
  };
};

/** Jobs about money wait for as long as it takes. */
const lateOutcome =
  ({ service }: { readonly service: JobService }) =>
  (reason: string): JobOutcome =>
    service === 'notify_of_refund' ? { kind: 'deferred', reason } : deferredWithoutLimit(reason);

const recordMissing: JobOutcome = { kind: 'rejected', reason: "the job's record does not exist" };

/**
 * For the mail about a refund. Jobs about money have no last try: after a long outage one more failure would be the
 * last.
 */
const deferred = ({ reason, database }: Unavailable): JobOutcome => ({ kind: 'deferred', reason, database });

const deferredWithoutLimit = (reason: string, database?: DatabaseWords): JobOutcome => ({
  kind: 'deferred_without_limit',
  reason,
  database,
});

/** Waits until the database or the provider can be reached again. */
const waitFor = ({ reason, database }: Unavailable): JobOutcome => deferredWithoutLimit(reason, database);

/** The work is done; only its record may have to be written again. */
const recorded = (result: Result<unknown, Unavailable>): JobOutcome =>
  result.isErr() ? waitFor(result.error) : done;

const positionOf = ({
  pipeline: name,
  step,
}: JobLease): { readonly pipeline: JobPipeline; readonly index: number } => {
  const pipeline = jobPipelines.find((one) => one.name === name);
  const index = pipeline?.steps.findIndex((one) => one.name === step) ?? -1;
  if (pipeline === undefined || index < 0) throw new Error(`the job pipeline ${name} has no step ${step}`);
  return { pipeline, index };
};
