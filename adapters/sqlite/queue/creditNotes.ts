import { creditsOf, type EarlierRefund, refundsToCredit } from '../../../core/creditNotes.ts';
import type { Invoice, InvoiceCredit } from '../../../core/invoice.ts';
import type { Connection } from '../connection.ts';

type Row = Omit<EarlierRefund, 'amount' | 'hasCreditNote'> &
  EarlierRefund['amount'] & { readonly hasCreditNote: 0 | 1 };

const earlierRefundOf = ({ amount, currency, hasCreditNote, ...row }: Row): EarlierRefund => ({
  ...row,
  amount: { amount, currency },
  hasCreditNote: hasCreditNote === 1,
});

/** Issues the credit notes of a new invoice, and returns them. Runs in the caller's transaction. */
export const createIssueEarlierCredits = ({ client }: Connection) => {
  const refundsOf = client.prepare<[string], Row>(
    `select id, order_id as orderId, amount, currency, origin, status, credit_note_year is not null as hasCreditNote
     from refund where order_id in (select value from json_each(?))`,
  );
  const raiseCounter = client
    .prepare<[number, number], number>(
      `insert into credit_note_counter (year, last) values (?, ?)
       on conflict (year) do update set last = last + excluded.last returning last`,
    )
    .pluck();
  const setCreditNote = client.prepare<[number, number, string, number, string]>(
    `update refund set credit_note_year = ?, credit_note_sequence = ?, credited_invoice = ?, credited_line = ?
     where id = ?`,
  );
  return (invoice: Pick<Invoice, 'number' | 'lines'>, year: number): readonly InvoiceCredit[] => {
    const orderIds = JSON.stringify(invoice.lines.map(({ orderId }) => orderId));
    const refunds = refundsToCredit(invoice.lines, refundsOf.all(orderIds).map(earlierRefundOf));
    if (refunds.length === 0) return [];
    const last = raiseCounter.get(year, refunds.length) ?? 0;
    const issued = creditsOf(invoice, refunds, year, last - refunds.length);
    for (const { refundId, sequence, creditedLine } of issued)
      setCreditNote.run(year, sequence, creditedLine.invoice, creditedLine.line, refundId);
    return issued.map(({ credit }) => credit);
  };
};
