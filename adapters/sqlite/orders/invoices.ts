import { ok } from 'neverthrow';
import type { Invoices } from '../../../core/invoice.ts';
import type { Connection } from '../connection.ts';

/** Each order still has an invoice number of its own, so no checkout has an invoice. */
export const createInvoices = (_: Connection): Invoices => ({ ofCheckout: async () => ok(null) });
