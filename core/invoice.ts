import { contactOfGroup } from './group.ts';
import { type Contact, type InvoiceReference, type Order, orderStatusAfter } from './order.ts';
import type { CreditedLine } from './refund.ts';
import type { AsyncResult } from './result.ts';

/** `2026-000001`. `sequence` counts from 1 within a year, without a gap. */
export const invoiceNumber = (year: number, sequence: number): string =>
  `${year}-${String(sequence).padStart(6, '0')}`;

/** Of the PDF. */
export const invoiceFileName = ({ number }: Pick<Invoice, 'number'>): string => `invoice-${number}.pdf`;

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

/** A credit note that was issued with its invoice, because a part of the line was refunded before. */
export type InvoiceCredit = {
  readonly number: string;
  /** Lines count from 1. */
  readonly line: number;
  readonly amount: number;
};

/**
 * The one invoice of a checkout. It is stored whole when it is issued, so that a later change of the shop or of a product
 * does not change it.
 */
export type Invoice = InvoiceReference & {
  readonly checkoutId: string;
  /** For people. Null for a checkout that has none. */
  readonly checkoutNumber: string | null;
  readonly shop: Shop;
  readonly customer: Contact;
  readonly lines: readonly InvoiceLine[];
  readonly currency: string;
  readonly total: number;
  /** Absent if no credit note was issued with it. Those of later refunds are not here: an invoice does not change. */
  readonly credits?: readonly InvoiceCredit[];
};

/** What is stored of an invoice beside its number, its checkout and its time. */
export type InvoiceContent = Omit<Invoice, keyof InvoiceReference | 'checkoutId'>;

export interface Invoices {
  /** The invoice of the checkout, or null if it is not issued yet. */
  ofCheckout(checkoutId: string): AsyncResult<Invoice | null>;
}

/**
 * The invoice of these orders of one checkout, at least one. An order that is refunded already is left out, because
 * its sale was cancelled. Any other has the amount that was paid for it: what was refunded of it before gets a credit note
 * (`refundsToCredit`). The customer is as the last order has it.
 */
export const invoiceContent = (
  orders: readonly { readonly order: Order; readonly contact: Contact }[],
  shop: Shop,
): InvoiceContent => {
  const sorted = orders.toSorted((one, other) => (one.order.id < other.order.id ? -1 : 1));
  const lines = sorted
    .filter(({ order }) => order.status !== orderStatusAfter.refund)
    .map(({ order }) => lineOf(order));
  return {
    checkoutNumber: sorted[0]?.order.number ?? null,
    shop,
    customer: contactOfGroup(sorted),
    lines,
    currency: sorted[0]?.order.total.currency ?? '',
    total: lines.reduce((sum, { net, tax }) => sum + net + tax, 0),
  };
};

const lineOf = ({ id, product, quantity, total }: Order): InvoiceLine => ({
  orderId: id,
  code: product.code,
  name: product.name,
  quantity,
  unitPrice: Math.round(total.amount / quantity),
  net: total.amount,
  taxRate: null,
  tax: 0,
});

/** The line of an order. Null if there is no invoice, or if it does not have the order. */
export const invoiceLineOf = (
  invoice: Pick<Invoice, 'number' | 'lines'> | null,
  orderId: string,
): CreditedLine | null => {
  const index = invoice?.lines.findIndex((line) => line.orderId === orderId) ?? -1;
  return invoice === null || index < 0 ? null : { invoice: invoice.number, line: index + 1 };
};
