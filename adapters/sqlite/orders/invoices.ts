import { eq, sql } from 'drizzle-orm';
import type { Invoices } from '../../../core/invoice.ts';
import type { Connection } from '../connection.ts';
import { invoiceReferenceOf } from '../rows.ts';
import { invoice } from '../schema.ts';

export const createInvoices = ({ db, runStatement }: Connection): Invoices => {
  const ofCheckout = db
    .select()
    .from(invoice)
    .where(eq(invoice.checkoutId, sql.placeholder('checkoutId')))
    .prepare();
  return {
    ofCheckout: async (checkoutId) =>
      runStatement(() => {
        const row = ofCheckout.get({ checkoutId });
        return row === undefined ? null : { ...row.content, ...invoiceReferenceOf(row), checkoutId };
      }),
  };
};
