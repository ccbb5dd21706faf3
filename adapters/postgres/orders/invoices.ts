import { ok } from 'neverthrow';
import type { Invoices } from '../../../core/invoice.ts';
import type { Sql } from '../connection.ts';

/** Each order still has an invoice number of its own, so no checkout has an invoice. */
export const createInvoices = (_: Sql): Invoices => ({ ofCheckout: async () => ok(null) });
