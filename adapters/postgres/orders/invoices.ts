import { type InvoiceContent, type Invoices, invoiceNumber } from '../../../core/invoice.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';

type Row = {
  readonly year: number;
  readonly sequence: number;
  readonly issued_ms: number;
  readonly content: InvoiceContent;
};

export const createInvoices = (sql: Sql): Invoices => ({
  ofCheckout: (checkoutId) =>
    orUnavailable(async () => {
      const [row] = await sql<Row[]>`
        select year, sequence, issued_ms, content from invoice where checkout_id = ${checkoutId}`;
      if (row === undefined) return null;
      const { year, sequence, issued_ms: issuedAtMs, content } = row;
      return { ...content, number: invoiceNumber(year, sequence), issuedAtMs, checkoutId };
    }),
});
