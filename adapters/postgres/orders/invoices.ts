import { type Invoice, type InvoiceContent, type Invoices, invoiceNumber } from '../../../core/invoice.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';

type Row = {
  readonly year: number;
  readonly sequence: number;
  readonly issued_ms: number;
  readonly checkout_id: string;
  readonly content: InvoiceContent;
};

export const createInvoices = (sql: Sql): Invoices => ({
  ofCheckout: (checkoutId) => orUnavailable(async () => (await readInvoices(sql, [checkoutId]))[0] ?? null),
});

/** The invoices of these checkouts. */
export const readInvoices = async (sql: Sql, checkoutIds: string[]): Promise<readonly Invoice[]> => {
  const rows = await sql<Row[]>`
    select year, sequence, issued_ms, checkout_id, content from invoice
    where checkout_id = any(${checkoutIds}::uuid[])`;
  return rows.map(({ year, sequence, issued_ms: issuedAtMs, checkout_id: checkoutId, content }) => ({
    ...content,
    number: invoiceNumber(year, sequence),
    issuedAtMs,
    checkoutId,
  }));
};
