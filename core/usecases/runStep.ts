import { messageOf } from '../errorMessage.ts';
import { invoiceFileName } from '../invoice.ts';
import type { InvoiceRenderer } from '../invoiceDocument.ts';
import { type Attachment, type Mailer, receiptMail } from '../mail.ts';
import { pipelineFor } from '../pipelines/index.ts';
import type { Service, Step, StepService } from '../pipelines/pipeline.ts';
import { withServices } from '../pipelines/withServices.ts';
import type { Lease, StepReport } from '../queue.ts';
import { failedMail, waitForService } from '../retry.ts';
import type { ServiceReference } from '../serviceReference.ts';
import { withDeadline } from '../stepDeadline.ts';
import type { ServiceOutcome, StepServices } from '../stepService.ts';
import { stepKey } from '../steps.ts';
import type { World } from '../world.ts';

type Outcome =
  | Extract<StepReport['outcome'], { kind: 'done' }>
  | { readonly kind: 'mail_deferred' | 'rejected'; readonly reason: string }
  | Extract<ServiceOutcome, { kind: 'deferred' | 'unavailable' }>;

type ExternalStep = Extract<Step, { kind: 'external' }>;

type Services = Readonly<Record<Service, (lease: Lease) => Promise<Outcome>>>;

/**
 * Runs the external step of a lease. Returns the report, or null if the lease ended before the work began: another
 * worker may have the task then, so a worker that was frozen must not act on an old lease. A step that is done already
 * is not run again. A try that takes too long fails. Throws if the step is not an external step of the group's pipeline.
 */
export const createRunStep = (
  ports: {
    readonly mailer: Mailer;
    readonly invoiceRenderer: InvoiceRenderer;
    readonly stepServices: StepServices;
    readonly world: World;
  },
  settings: { readonly mailDomain: string },
): ((lease: Lease) => Promise<StepReport | null>) => {
  const { mailer, invoiceRenderer, stepServices, world } = ports;
  const callOnce = createCallOnce(stepServices);
  const callOf = (service: StepService) => async (lease: Lease) => {
    const { body, step, taskId, invoiceRequest } = lease;
    if (invoiceRequest !== undefined && invoiceRequest.answer !== null) return doneAs(invoiceRequest.answer);
    if (body === null) return { kind: 'rejected', reason: askedByGroup(service) } as const;
    const outcome = await (invoiceRequest === undefined
      ? stepServices.call({ service, key: stepKey(taskId, step), body })
      : callOnce({ service, key: invoiceRequest.key, body }));
    return outcome.kind === 'done' ? doneAs(outcome.reference) : outcome;
  };
  const services: Services = {
    notify_customer: async (lease) => {
      const messageId = `<${stepKey(lease.taskId, lease.step)}@${settings.mailDomain}>`;
      const attachments = await attachInvoice(lease, invoiceRenderer, mailer);
      const outcome = await mailer.send(receiptMail({ ...lease, attachments }, messageId));
      switch (outcome.kind) {
        case 'accepted':
          return { kind: 'done', detail: messageId };
        case 'deferred':
          return { ...outcome, kind: 'mail_deferred' };
        case 'unavailable':
          return { ...outcome, retryAfterMs: null };
        case 'rejected':
          return outcome;
      }
    },
    carrier: callOf('carrier'),
    invoice_service: callOf('invoice_service'),
    product_service: callOf('product_service'),
  };
  // Once for each pipeline, and not for each lease.
  const stepsOf = new Map<string, readonly Step[]>();
  const stepOf = ({ pipeline, step: name }: Lease): ExternalStep => {
    const steps = stepsOf.get(pipeline) ?? withServices(pipelineFor(pipeline), stepServices.available).steps;
    stepsOf.set(pipeline, steps);
    const step = steps.find((one) => one.name === name);
    if (step?.kind !== 'external') throw new Error(`${name} is not an external step of ${pipeline}`);
    return step;
  };

  return async (lease) => {
    const report = (outcome: StepReport['outcome']) => ({
      taskId: lease.taskId,
      lease: lease.lease,
      outcome,
    });
    if (lease.alreadyDone) return report({ kind: 'done', detail: null });
    if (world.clock.nowMs() >= lease.untilMs) return null;

    const step = stepOf(lease);
    const outcome = await withDeadline(world.timer, step, services[step.service](lease), lateOutcome(step));
    switch (outcome.kind) {
      case 'done':
        return report(outcome);
      case 'rejected':
        return report({ kind: 'failed', error: outcome.reason });
      case 'unavailable': {
        const { reason: error, retryAfterMs } = outcome;
        return report({ kind: 'unavailable', error, retryAfterMs });
      }
      case 'deferred':
        return waitForService(lease, outcome, world);
      case 'mail_deferred':
        return failedMail(lease, outcome.reason, world);
    }
  };
};

const doneAs = (reference: ServiceReference) =>
  ({ kind: 'done', reference, detail: reference.reference ?? reference.url }) as const;

/** Groups of one checkout often reach their invoice together. In one process the second waits for the call of the first. */
const createCallOnce = ({ call }: StepServices): StepServices['call'] => {
  const calls = new Map<string, Promise<ServiceOutcome>>();
  return (request) => {
    const running = calls.get(request.key);
    if (running !== undefined) return running;
    // Not with `finally`: engines take a different number of turns for it, and the simulation runs the same in each.
    const forget = () => void calls.delete(request.key);
    const started = call(request);
    calls.set(request.key, started);
    started.then(forget, forget);
    return started;
  };
};

/** A late answer does not prove that the server is down: it may answer other calls in time. */
const lateOutcome =
  ({ service }: ExternalStep) =>
  (reason: string): Outcome =>
    service === 'notify_customer'
      ? { kind: 'mail_deferred', reason }
      : { kind: 'deferred', reason, retryAfterMs: null };

/**
 * The invoice that the task issued, as a PDF. Throws if it cannot be drawn: then the mail waits and tries again, because
 * a mail without it would be the only one.
 */
const attachInvoice = async (
  { issuedInvoice }: Lease,
  renderer: InvoiceRenderer,
  { drawsInvoicesLater = false }: Mailer,
): Promise<readonly Attachment[]> => {
  if (issuedInvoice === null) return [];
  const file = { name: invoiceFileName(issuedInvoice), type: 'application/pdf' };
  if (drawsInvoicesLater) return [{ ...file, content: null }];
  try {
    return [{ ...file, content: await renderer.render(issuedInvoice) }];
  } catch (cause) {
    const reason = messageOf(cause);
    throw new Error(`the invoice ${issuedInvoice.number} cannot be drawn: ${reason}`, { cause });
  }
};

/** A second request would have another key, and the service could not see that it is the same order. */
const askedByGroup = (service: StepService): string =>
  `the group of this order asked the ${service} before the order left it: ask there what was done`;
