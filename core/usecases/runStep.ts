import { invoiceFileName } from '../invoice.ts';
import type { InvoiceRenderer } from '../invoiceDocument.ts';
import { type Attachment, type Mailer, receiptMail } from '../mail.ts';
import { pipelineFor } from '../pipelines/index.ts';
import type { Service, StepService } from '../pipelines/pipeline.ts';
import { withServices } from '../pipelines/withServices.ts';
import type { Lease, StepReport } from '../queue.ts';
import { failedAttempt, waitForService } from '../retry.ts';
import type { ServiceOutcome, StepServices } from '../stepService.ts';
import { stepKey } from '../steps.ts';
import type { World } from '../world.ts';

type Outcome =
  | Extract<StepReport['outcome'], { kind: 'done' }>
  | { readonly kind: 'deferred' | 'rejected'; readonly reason: string }
  | Extract<ServiceOutcome, { kind: 'unavailable' }>;

type Services = Readonly<Record<Service, (lease: Lease) => Promise<Outcome>>>;

/**
 * Runs the external step of a lease. Returns the report, or null if the lease ended before the work began: another
 * worker may have the task then, so a worker that was frozen must not act on an old lease. A step that is done already
 * is not run again. Throws if the step is not an external step of the group's pipeline.
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
  const callOf = (service: StepService) => async (lease: Lease) => {
    const { body, step, taskId } = lease;
    if (body === null) return { kind: 'rejected', reason: askedByGroup(service) } as const;
    const outcome = await stepServices.call({ service, key: stepKey(taskId, step), body });
    if (outcome.kind !== 'done') return outcome;
    const { reference, url } = outcome.reference;
    return { ...outcome, detail: reference ?? url };
  };
  const services: Services = {
    notify_customer: async (lease) => {
      const messageId = `<${stepKey(lease.taskId, lease.step)}@${settings.mailDomain}>`;
      const attachments = await attachInvoice(lease, invoiceRenderer);
      const outcome = await mailer.send(receiptMail({ ...lease, attachments }, messageId));
      return outcome.kind === 'accepted' ? { kind: 'done', detail: messageId } : outcome;
    },
    carrier: callOf('carrier'),
    invoice_service: callOf('invoice_service'),
    product_service: callOf('product_service'),
  };
  const serviceOf = ({ pipeline, step: name }: Lease): Service => {
    const { steps } = withServices(pipelineFor(pipeline), stepServices.available);
    const step = steps.find((one) => one.name === name);
    if (step?.kind !== 'external') throw new Error(`${name} is not an external step of ${pipeline}`);
    return step.service;
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
    if (outcome.kind === 'unavailable') return waitForService(lease, outcome, world);
    return failedAttempt(lease, outcome.reason, world);
  };
};

/**
 * The invoice that the task issued, as a PDF. Throws if it cannot be drawn: then the mail waits and tries again, because
 * a mail without it would be the only one.
 */
const attachInvoice = async (
  { issuedInvoice }: Lease,
  renderer: InvoiceRenderer,
): Promise<readonly Attachment[]> => {
  if (issuedInvoice === null) return [];
  try {
    const content = await renderer.render(issuedInvoice);
    return [{ name: invoiceFileName(issuedInvoice), type: 'application/pdf', content }];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the invoice ${issuedInvoice.number} cannot be drawn: ${reason}`, { cause });
  }
};

/** A second request would have another key, and the service could not tell that it is the same order. */
const askedByGroup = (service: StepService): string =>
  `the group of this order asked the ${service} before the order left it: ask there what was done`;
