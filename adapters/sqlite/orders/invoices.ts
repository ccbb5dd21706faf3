import { eq, sql } from 'drizzle-orm';
import type { Invoice, Invoices } from '../../../core/invoice.ts';
import type { Connection } from '../connection.ts';
import { invoiceReferenceOf } from '../rows.ts';
import { invoice } from '../schema.ts';

export const createInvoices = (connection: Connection): Invoices => {
  const find = createFindInvoice(connection);
  return { ofCheckout: async (checkoutId) => connection.runStatement(() => find(checkoutId)) };
};

/** The invoice of a checkout. */
export const createFindInvoice = ({ db }: Connection) => {
  const ofCheckout = db
    .select()
    .from(invoice)
    .where(eq(invoice.checkoutId, sql.placeholder('checkoutId')))
    .prepare();
  return (checkoutId: string): Invoice | null => {
    const row = ofCheckout.get({ checkoutId });
    return row === undefined ? null : { ...row.content, ...invoiceReferenceOf(row), checkoutId };
  };
};
