import type { InvoiceRenderer } from '../core/invoiceDocument.ts';

/** An invoice as plain text, at once. For tests of what is done with an invoice, and not of how it looks. */
export const plainRenderer: InvoiceRenderer = {
  render: async (invoice) => new TextEncoder().encode(JSON.stringify(invoice)),
};
