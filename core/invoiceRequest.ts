import { type Order, orderStatusAfter } from './order.ts';
import { pipelineFor } from './pipelines/index.ts';
import type { Pipeline } from './pipelines/pipeline.ts';
import type { Lease } from './queue.ts';
import type { ServiceReference } from './serviceReference.ts';
import { serviceOrder } from './stepService.ts';

/**
 * The one request of a checkout for its invoice. An invoice service gets it under one key, from whichever groups of the
 * checkout need its answer.
 */
export type InvoiceRequest = {
  /** Null once it is answered. */
  readonly body: string | null;
  /** Null until the service has answered. */
  readonly answer: ServiceReference | null;
};

/** The key of the request. It names no task, so that all groups of the checkout have the same. */
const invoiceRequestKey = (checkoutId: string): string => `${checkoutId}.invoice`;

/** True if the step is the invoice, and an invoice service does it. */
export const isInvoiceRequest = ({ steps }: Pipeline, stepName: string): boolean => {
  const step = steps.find(({ name }) => name === stepName);
  return step?.kind === 'external' && step.service === 'invoice_service';
};

/** True if a step of the pipeline is the invoice, and an invoice service does it. */
export const asksForInvoices = ({ steps }: Pipeline): boolean =>
  steps.some((step) => step.kind === 'external' && step.service === 'invoice_service');

/** True if the step is the invoice, in our own database or at a service. */
export const isInvoiceStep = (pipelineName: string, stepName: string): boolean =>
  pipelineFor(pipelineName).steps.some(
    ({ name, service }) => name === stepName && service === 'invoice_service',
  );

/** An order of the checkout, and what was given back of it so far, in its currency's minor unit. */
type RequestedOrder = { readonly order: Order; readonly refunded: number };

/**
 * The body of the request. As in our own invoice, an order that was refunded already is left out. What was refunded of any
 * other is named beside its total: a service decides by itself what it makes of that.
 */
export const invoiceRequestBody = (
  task: { readonly taskId: string; readonly checkoutId: string; readonly step: string },
  orders: readonly RequestedOrder[],
): string => {
  const [first] = orders;
  return JSON.stringify({
    taskId: task.taskId,
    checkoutId: task.checkoutId,
    checkoutNumber: first?.order.number ?? null,
    customerId: first?.order.customerId ?? null,
    step: task.step,
    orders: orders
      .filter(({ order }) => order.status !== orderStatusAfter.refund)
      .toSorted((one, other) => (one.order.id < other.order.id ? -1 : 1))
      .map(({ order, refunded }) => ({
        ...serviceOrder(order),
        refunded: { amount: refunded, currency: order.total.currency },
      })),
  });
};

/**
 * What the lease of a task has of the request. `ownBody` is that of its intent: 0.2.0 stored a request for each group. Such
 * a group goes on with its own.
 */
export const leasedRequest = (
  checkoutId: string,
  ownBody: string | null,
  request: InvoiceRequest | undefined,
): Pick<Lease, 'body' | 'invoiceRequest'> =>
  request === undefined || ownBody !== null
    ? { body: ownBody }
    : {
        body: request.body,
        invoiceRequest: { key: invoiceRequestKey(checkoutId), answer: request.answer },
      };
