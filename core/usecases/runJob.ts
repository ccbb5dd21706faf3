import type { Result } from 'neverthrow';
import type { Inbox } from '../inbox.ts';
import type { Ledger, Reconciliation, ReconciliationReport } from '../ledger.ts';
import { type Mailer, refundMail } from '../mail.ts';
import { jobPipelines } from '../pipelines/index.ts';
import type { JobPipeline, JobService } from '../pipelines/pipeline.ts';
import type { PaymentProvider } from '../provider.ts';
import type { JobLease, JobReport } from '../queue.ts';
import { openRefundStatuses, type Refunds, succeededRefundStatuses } from '../refund.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import { failedAttempt, recoveryPauseMs } from '../retry.ts';
import { stepKey } from '../steps.ts';
import type { World } from '../world.ts';
import type { ActOnEvent } from './providerEvents.ts';

export type JobPorts = {
  readonly refunds: Refunds;
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly provider: PaymentProvider;
  readonly mailer: Mailer;
  readonly actOnEvent: ActOnEvent;
  readonly reconcileLedger: (audit: Reconciliation) => AsyncResult<ReconciliationReport>;
  readonly world: World;
};

type JobOutcome =
  | { readonly kind: 'done' }
  /** Tried again with growing pauses, and `failed` in the end. */
  | { readonly kind: 'deferred'; readonly reason: string }
  /** Tried again for as long as it takes: giving up would not make it untrue that it is owed. */
  | { readonly kind: 'owed'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: string };

const done: JobOutcome = { kind: 'done' };

/**
 * Does the step that a job's lease is for, and answers what to report; null where the lease ran out before the
 * work began. A step may have been done before by a worker that died: each looks first.
 */
export const createRunJob = (
  ports: JobPorts,
  settings: { readonly mailDomain: string },
): ((lease: JobLease) => Promise<JobReport | null>) => {
  const services = servicesOf(ports, settings);
  const { world } = ports;
  return async (lease) => {
    if (world.clock.nowMs() >= lease.untilMs) return null;
    const { pipeline, index } = standing(lease);
    const outcome = await services[pipeline.steps[index]?.service ?? pipeline.steps[0].service](lease);
    const report = (each: JobReport['outcome']) => ({
      taskId: lease.taskId,
      lease: lease.lease,
      outcome: each,
    });
    switch (outcome.kind) {
      case 'done': {
        const next = pipeline.steps[index + 1];
        return report(next === undefined ? { kind: 'done' } : { kind: 'moved', step: next.name });
      }
      case 'owed': {
        const runAtMs = world.clock.nowMs() + recoveryPauseMs(lease.attempts + 1);
        return report({ kind: 'retry', error: outcome.reason, runAtMs });
      }
      case 'rejected':
        return report({ kind: 'failed', error: outcome.reason });
      case 'deferred':
        return failedAttempt(lease, outcome.reason, world);
    }
  };
};

type Services = Readonly<Record<JobService, (lease: JobLease) => Promise<JobOutcome>>>;

const servicesOf = (ports: JobPorts, { mailDomain }: { readonly mailDomain: string }): Services => {
  const {
    refunds,
    inbox,
    ledger: books,
    provider,
    mailer,
    actOnEvent,
    reconcileLedger: auditDay,
    world,
  } = ports;
  const nowMs = () => world.clock.nowMs();
  return {
    return_money: async ({ jobId }) => {
      const found = await refunds.find(jobId);
      if (found.isErr()) return deferred(found);
      const refund = found.value;
      if (refund === null) return gone;
      if (!openRefundStatuses.includes(refund.status)) return done;
      const { chargeReference: reference, amount } = refund;
      const returned = await provider.refund({ refundId: refund.id, reference, amount });
      if (returned.kind === 'succeeded')
        return settled(await refunds.finish({ refundId: refund.id, outcome: returned }, nowMs()));
      if (returned.kind === 'pending') return { kind: 'owed', reason: 'the provider has not decided yet' };
      if (returned.kind !== 'refused') return { kind: 'owed', reason: returned.reason };
      const outcome = { kind: 'failed', reason: returned.reason } as const;
      return settled(await refunds.finish({ refundId: refund.id, outcome }, nowMs()));
    },

    notify_of_refund: async ({ jobId, step }) => {
      const found = await refunds.find(jobId);
      if (found.isErr()) return deferred(found);
      if (found.value === null) return gone;
      if (!succeededRefundStatuses.includes(found.value.status)) return done;
      const messageId = `<${stepKey(jobId, step)}@${mailDomain}>`;
      const outcome = await mailer.send(refundMail(found.value, messageId));
      return outcome.kind === 'accepted' ? done : outcome;
    },

    act_on_event: async ({ jobId }) => {
      const event = await inbox.find(jobId);
      if (event.isErr()) return deferred(event);
      if (event.value === null) return gone;
      const acted = await actOnEvent(event.value);
      if (acted.isErr()) return deferred(acted);
      return acted.value ? done : { kind: 'deferred', reason: 'the payment has no outcome yet' };
    },

    compare_ledgers: async ({ jobId }) => {
      const audit = await books.findReconciliation(jobId);
      if (audit.isErr()) return deferred(audit);
      if (audit.value === null) return gone;
      if (audit.value.finishedAtMs !== null) return done;
      const report = await auditDay(audit.value);
      if (report.isErr()) return deferred(report);
      return settled(await books.finishReconciliation(jobId, report.value, nowMs()));
    },
  };
};

const gone: JobOutcome = { kind: 'rejected', reason: 'its record is gone' };

const deferred = (answer: Result<unknown, Unavailable>): JobOutcome => ({
  kind: 'deferred',
  reason: answer.isErr() ? answer.error.reason : 'unavailable',
});

const settled = (answer: Result<unknown, Unavailable>): JobOutcome =>
  answer.isErr() ? { kind: 'owed', reason: answer.error.reason } : done;

const standing = ({
  pipeline: name,
  step,
}: JobLease): { readonly pipeline: JobPipeline; readonly index: number } => {
  const pipeline = jobPipelines.find((one) => one.name === name);
  const index = pipeline?.steps.findIndex((one) => one.name === step) ?? -1;
  if (pipeline === undefined || index < 0) throw new Error(`the job pipeline ${name} has no step ${step}`);
  return { pipeline, index };
};
