import type { OrderDetail } from '../shared/types.ts';

/** Where the invoice can be seen: here, or on the page of the service that issued it. Null if it has none. */
export const invoiceHrefOf = (
  { invoice }: Pick<OrderDetail, 'invoice'>,
  invoicePath: string,
): string | null => {
  if (invoice === null) return null;
  return invoice.url === undefined ? invoicePath : invoice.url;
};
