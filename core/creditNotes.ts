import type { Invoice, InvoiceCredit, InvoiceLine } from './invoice.ts';
import {
  type CreditedLine,
  creditNoteNumber,
  isCredited,
  type Refund,
  succeededRefundStatuses,
} from './refund.ts';

/** A refund of an order that a new invoice lists. */
export type EarlierRefund = Pick<Refund, 'id' | 'orderId' | 'amount' | 'origin' | 'status'> & {
  readonly hasCreditNote: boolean;
};

/** A credit note that is issued in the transaction of its invoice. `sequence` is that of its number. */
export type IssuedCredit = {
  readonly refundId: string;
  readonly sequence: number;
  readonly creditedLine: CreditedLine;
  readonly credit: InvoiceCredit;
};

/**
 * The refunds of these lines that get a credit note with the invoice, because they succeeded before it. The invoice says
 * what was sold. A refund that the provider decides later gets its credit note then.
 */
export const refundsToCredit = (
  lines: readonly Pick<InvoiceLine, 'orderId'>[],
  refunds: readonly EarlierRefund[],
): readonly EarlierRefund[] =>
  lines.flatMap((line) =>
    refunds
      .filter(
        ({ orderId, status, origin, hasCreditNote }) =>
          orderId === line.orderId &&
          !hasCreditNote &&
          succeededRefundStatuses.includes(status) &&
          isCredited(origin),
      )
      .toSorted((one, other) => (one.id < other.id ? -1 : 1)),
  );

/** The credit notes of these refunds. `last` is the last number of the year that is taken. */
export const creditsOf = (
  { number, lines }: Pick<Invoice, 'number' | 'lines'>,
  refunds: readonly EarlierRefund[],
  year: number,
  last: number,
): readonly IssuedCredit[] =>
  refunds.map(({ id, orderId, amount }, index) => {
    const line = lines.findIndex((one) => one.orderId === orderId) + 1;
    const sequence = last + index + 1;
    return {
      refundId: id,
      sequence,
      creditedLine: { invoice: number, line },
      credit: { number: creditNoteNumber(year, sequence), line, amount: amount.amount },
    };
  });

/** A longer list is shown as the first and the last number: those of one invoice have no gap. */
const creditsShown = 8;

/** A text and an amount for each credit note of an invoice, or for all of them together if they are many. */
export const summarizeCredits = (
  credits: readonly InvoiceCredit[],
  lineName: string,
): readonly { readonly text: string; readonly amount: number }[] => {
  const [first] = credits;
  const last = credits.at(-1);
  if (first === undefined || last === undefined) return [];
  if (credits.length <= creditsShown)
    return credits.map(({ number, line, amount }) => ({ text: `${number} (${lineName} ${line})`, amount }));
  return [{ text: `${first.number} – ${last.number}`, amount: sumOfCredits(credits) }];
};

export const sumOfCredits = (credits: readonly InvoiceCredit[]): number =>
  credits.reduce((sum, { amount }) => sum + amount, 0);
