import {
  creditsOf,
  type EarlierRefund,
  type IssuedCredit,
  refundsToCredit,
} from '../../../core/creditNotes.ts';
import type { Invoice, InvoiceContent } from '../../../core/invoice.ts';
import type { Transaction } from '../connection.ts';

export type EarlierRefundRow = Pick<EarlierRefund, 'id' | 'origin' | 'status'> &
  EarlierRefund['amount'] & { readonly order_id: string | null; readonly has_credit_note: boolean };

const earlierRefundOf = (row: EarlierRefundRow): EarlierRefund => ({
  id: row.id,
  orderId: row.order_id,
  amount: { amount: row.amount, currency: row.currency },
  origin: row.origin,
  status: row.status,
  hasCreditNote: row.has_credit_note,
});

type NewInvoice = {
  readonly checkoutId: string;
  readonly number: Invoice['number'];
  readonly content: InvoiceContent;
};

/** With those of its refunds that get a credit note with it. */
type CreditedInvoice = NewInvoice & { readonly refunds: readonly EarlierRefund[] };

/** `refunds` are those of the checkouts. The rest is as `issueEarlierCredits` says. */
export const creditEarlierRefunds = async (
  tx: Transaction,
  invoices: readonly NewInvoice[],
  refunds: readonly EarlierRefundRow[],
  year: number,
): Promise<void> => {
  const earlier = refunds.map(earlierRefundOf);
  const credited = invoices
    .map((invoice) => ({ ...invoice, refunds: refundsToCredit(invoice.content.lines, earlier) }))
    .filter((invoice) => invoice.refunds.length > 0);
  if (credited.length > 0) await issueEarlierCredits(tx, credited, year);
};

/**
 * Issues the credit notes of new invoices. The caller's transaction has written the invoices and holds their orders. Lock
 * order: the counter of invoices, then the counter of credit notes, which stays locked until the commit.
 */
const issueEarlierCredits = async (
  tx: Transaction,
  invoices: readonly CreditedInvoice[],
  year: number,
): Promise<void> => {
  const count = invoices.reduce((sum, { refunds }) => sum + refunds.length, 0);
  const [counter] = await tx<{ last: number }[]>`
    insert into credit_note_counter as c (year, last) values (${year}, ${count})
    on conflict (year) do update set last = c.last + ${count}
    returning last`;
  let last = (counter?.last ?? 0) - count;
  const credited = invoices.map((invoice) => {
    const issued = creditsOf({ ...invoice.content, number: invoice.number }, invoice.refunds, year, last);
    last += issued.length;
    return { ...invoice, issued };
  });
  await Promise.all([
    writeContents(tx, credited),
    writeCreditNotes(
      tx,
      credited.flatMap(({ issued }) => issued),
      year,
    ),
  ]);
};

const writeContents = (
  tx: Transaction,
  invoices: readonly (CreditedInvoice & { readonly issued: readonly IssuedCredit[] })[],
): PromiseLike<unknown> => {
  const contents = invoices.map(
    ({ content, issued }): InvoiceContent => ({
      ...content,
      credits: issued.map(({ credit }) => credit),
    }),
  );
  return tx`
    update invoice i set content = c.content::json
    from unnest(
      ${invoices.map(({ checkoutId }) => checkoutId)}::uuid[],
      ${contents.map((content) => JSON.stringify(content))}::text[]
    ) as c(checkout_id, content)
    where i.checkout_id = c.checkout_id`.execute();
};

const writeCreditNotes = (
  tx: Transaction,
  issued: readonly IssuedCredit[],
  year: number,
): PromiseLike<unknown> =>
  tx`
    update refund r set credit_note_year = ${year}, credit_note_sequence = c.sequence, credited_invoice = c.invoice,
      credited_line = c.line
    from unnest(
      ${issued.map(({ refundId }) => refundId)}::uuid[],
      ${issued.map(({ sequence }) => sequence)}::integer[],
      ${issued.map(({ creditedLine }) => creditedLine.invoice)}::text[],
      ${issued.map(({ creditedLine }) => creditedLine.line)}::integer[]
    ) as c(refund_id, sequence, invoice, line)
    where r.id = c.refund_id`.execute();
