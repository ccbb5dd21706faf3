import { type Mailer, receiptMail } from '../mail.ts';
import { pipelineFor } from '../pipelines/index.ts';
import type { Service } from '../pipelines/pipeline.ts';
import type { Lease, StepReport } from '../queue.ts';
import { failedAttempt } from '../retry.ts';
import { stepKey } from '../steps.ts';
import type { World } from '../world.ts';

type ServiceOutcome =
  | { readonly kind: 'done'; readonly detail: string | null }
  | { readonly kind: 'deferred' | 'rejected'; readonly reason: string };

type Services = Readonly<Record<Service, (lease: Lease) => Promise<ServiceOutcome>>>;

/**
 * Runs the external step of a lease. Returns the report, or null if the lease ended before the work began: another
 * worker may have the task then, so a worker that was frozen must not act on an old lease. A step that is done already
 * is not run again. Throws if the step is not an external step of the group's pipeline.
 */
export const createRunStep = (
  ports: { readonly mailer: Mailer; readonly world: World },
  settings: { readonly mailDomain: string },
): ((lease: Lease) => Promise<StepReport | null>) => {
  const { mailer, world } = ports;
  const services: Services = {
    notify_customer: async (lease) => {
      const messageId = `<${stepKey(lease.taskId, lease.step)}@${settings.mailDomain}>`;
      const outcome = await mailer.send(receiptMail(lease, messageId));
      return outcome.kind === 'accepted' ? { kind: 'done', detail: messageId } : outcome;
    },
  };

  return async (lease) => {
    const report = (outcome: StepReport['outcome']) => ({
      taskId: lease.taskId,
      lease: lease.lease,
      outcome,
    });
    if (lease.alreadyDone) return report({ kind: 'done', detail: null });
    if (world.clock.nowMs() >= lease.untilMs) return null;

    const outcome = await services[serviceOf(lease)](lease);
    if (outcome.kind === 'done') return report(outcome);
    if (outcome.kind === 'rejected') return report({ kind: 'failed', error: outcome.reason });
    return failedAttempt(lease, outcome.reason, world);
  };
};

const serviceOf = ({ pipeline, step: name }: Lease): Service => {
  const step = pipelineFor(pipeline).steps.find((one) => one.name === name);
  if (step?.kind !== 'external') throw new Error(`${name} is not an external step of ${pipeline}`);
  return step.service;
};
