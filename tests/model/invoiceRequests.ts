import { type InvoiceRequest, invoiceRequestBody } from '../../core/invoiceRequest.ts';
import { isCredited, succeededRefundStatuses } from '../../core/refund.ts';
import type { ServiceReference } from '../../core/serviceReference.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';
import { amountRefunded } from './writeRefund.ts';

/** The request of the task's checkout to an invoice service. The first task stores it. */
export const requestInvoice = (
  tables: Tables,
  writes: Writes,
  task: { readonly taskId: string; readonly checkoutId: string; readonly step: string },
): InvoiceRequest => {
  const known = tables.invoiceRequests.get(task.checkoutId);
  if (known !== undefined) return known;
  const orders = rowOf(tables.audits, task.checkoutId).orderIds.map((orderId) => ({
    order: rowOf(tables.orders, orderId).order,
    refunded: amountRefunded(
      tables,
      orderId,
      ({ status, origin }) => succeededRefundStatuses.includes(status) && isCredited(origin),
    ),
  }));
  const request = { body: invoiceRequestBody(task, orders), answer: null, answeredMs: 0 };
  writes.set(tables.invoiceRequests, task.checkoutId, request);
  return request;
};

/** The first answer counts. */
export const writeInvoiceAnswer = (
  tables: Tables,
  writes: Writes,
  checkoutId: string,
  answer: ServiceReference,
  nowMs: number,
): void => {
  const known = tables.invoiceRequests.get(checkoutId);
  if (known !== undefined && known.answer !== null) return;
  writes.set(tables.invoiceRequests, checkoutId, { body: null, answer, answeredMs: nowMs });
};
