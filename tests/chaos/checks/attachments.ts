import { groupBy, indexBy } from '../grouping.ts';
import { invoiceNumberOf, type Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * Each mail of the task that issued an invoice has it attached, and no other mail has an attachment. A mail that was sent
 * again under its Message-ID has it again.
 */
export const checkAttachments = ({ invoices, mails }: Snapshot): Violation[] => {
  const invoiceOfTask = groupBy(invoices, ({ taskId }) => taskId);
  const invoiceOf = indexBy(invoices, invoiceNumberOf);
  return mails.flatMap(({ kind, messageId, taskId, attachedInvoices }) => {
    const owed = kind === 'refund' ? [] : (invoiceOfTask.get(taskId) ?? []).map(invoiceNumberOf);
    return [
      ...owed
        .filter((number) => !attachedInvoices.includes(number))
        .map((number) => violation('invoice_not_attached', messageId, `${number} was issued by ${taskId}`)),
      ...attachedInvoices
        .filter((number, index) => !owed.includes(number) || attachedInvoices.indexOf(number) !== index)
        .map((number) =>
          violation('invoice_attached_wrong', messageId, `${number} is of ${invoiceOf.get(number)?.taskId}`),
        ),
    ];
  });
};
