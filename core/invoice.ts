import type { Contact } from './order.ts';
import type { AsyncResult } from './result.ts';

/** `2026-000001`. `sequence` counts from 1 within a year, without a gap. */
export const invoiceNumber = (year: number, sequence: number): string =>
  `${year}-${String(sequence).padStart(6, '0')}`;

/** The shop as its documents name it. A text is empty if it is not set. */
export type Shop = {
  readonly name: string;
  readonly address: string;
  readonly taxId: string;
  /** The IANA time zone of its days. */
  readonly timeZone: string;
};

/** Amounts are in the minor unit of the invoice's currency. */
export type InvoiceLine = {
  readonly orderId: string;
  readonly code: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: number;
  /** The amount without tax. */
  readonly net: number;
  /** In percent. Null if no tax is charged. */
  readonly taxRate: number | null;
  readonly tax: number;
};

/**
 * The one invoice of a checkout. It is stored whole when it is issued, so that a later change of the shop or of a product
 * does not change it.
 */
export type Invoice = {
  readonly number: string;
  readonly issuedAtMs: number;
  readonly checkoutId: string;
  /** For people. Null for a checkout that has none. */
  readonly checkoutNumber: string | null;
  readonly shop: Shop;
  readonly customer: Contact;
  readonly lines: readonly InvoiceLine[];
  readonly currency: string;
  readonly total: number;
};

export interface Invoices {
  /** The invoice of the checkout, or null if it is not issued yet. */
  ofCheckout(checkoutId: string): AsyncResult<Invoice | null>;
}
