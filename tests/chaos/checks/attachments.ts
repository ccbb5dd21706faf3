import { groupBy, indexBy } from '../grouping.ts';
import { countResends, skippedStepOf } from '../resends.ts';
import { invoiceNumberOf, type Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * Each mail of the task that holds an invoice has it attached, and no other mail has an attachment. A mail that was sent
 * again under its Message-ID has it again, and one that an operator sends again takes it over. A task whose orders are
 * refunded, or whose mail is left out, loses the invoice to the next mail, but its own mail may be out already.
 */
export const checkAttachments = (snapshot: Snapshot): Violation[] => {
  const { invoices, mails, history, orders } = snapshot;
  const resendsOf = countResends(snapshot);
  const invoiceOfTask = groupBy(invoices, ({ taskId }) => taskId);
  const invoiceOf = indexBy(invoices, invoiceNumberOf);
  const leaving = new Set(
    history
      .filter((row) => leavingStates.includes(row.state) || skippedStepOf(row) === 'notify_customer')
      .map(({ orderId }) => orderId),
  );
  const checkoutOf = new Map(orders.map(({ id, checkoutId }) => [id, checkoutId]));
  const hasLeft = (number: string, orderIds: readonly string[]) =>
    orderIds.every(
      (id) =>
        (leaving.has(id) || resendsOf(id) > 0) && checkoutOf.get(id) === invoiceOf.get(number)?.checkoutId,
    );
  return mails.flatMap(({ kind, messageId, taskId, orderIds, attachedInvoices }) => {
    const owed = kind === 'refund' ? [] : (invoiceOfTask.get(taskId) ?? []).map(invoiceNumberOf);
    const allowed = (number: string) =>
      owed.includes(number) || (kind === 'receipt' && hasLeft(number, orderIds));
    return [
      ...owed
        .filter((number) => !attachedInvoices.includes(number))
        .map((number) => violation('invoice_not_attached', messageId, `${number} is held by ${taskId}`)),
      ...attachedInvoices
        .filter((number, index) => !allowed(number) || attachedInvoices.indexOf(number) !== index)
        .map((number) =>
          violation('invoice_attached_wrong', messageId, `${number} is of ${invoiceOf.get(number)?.taskId}`),
        ),
    ];
  });
};

/** After these the task of an order may be paused or deleted. */
const leavingStates: readonly string[] = ['refund_requested', 'refunded'];
