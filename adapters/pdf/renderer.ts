import type { InvoiceRenderer } from '../../core/invoiceDocument.ts';

/** Loads the library and the fonts at the first invoice: a start does not wait for them. */
export const createInvoiceRenderer = (): InvoiceRenderer => ({
  render: async (invoice) => (await import('./render.ts')).render(invoice),
});
