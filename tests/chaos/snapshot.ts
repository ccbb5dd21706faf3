import type { ClientLog } from './clientLog.ts';

/**
 * The whole state of a drained shop: the database, the provider's records, the received mails and the client log.
 * It is read without the product's own code, so that a bug there cannot hide a violation.
 */
export type Snapshot = {
  readonly products: readonly ProductRow[];
  readonly orders: readonly OrderRow[];
  readonly history: readonly HistoryRow[];
  readonly audits: readonly AuditRow[];
  readonly payments: readonly PaymentRow[];
  readonly refunds: readonly RefundRow[];
  readonly creditNotes: readonly CreditNoteRow[];
  readonly activity: readonly ActivityRow[];
  readonly acknowledgements: readonly { readonly subject: string; readonly note: string }[];
  readonly pricedProduct: PricedProduct | null;
  readonly tasks: readonly TaskRow[];
  readonly invoices: readonly InvoiceRow[];
  readonly licences: readonly LicenceRow[];
  /** The ids of the orders with a requested shipment, as our own database says. */
  readonly shipments: readonly string[];
  /** What the carrier has taken. Null where there is none. */
  readonly carried: readonly CarriedShipment[] | null;
  /** What an invoice service has issued. Null where there is none. */
  readonly requestedInvoices: readonly RequestedInvoice[] | null;
  /** The answers of an invoice service, as our own database says. */
  readonly invoiceAnswers: readonly InvoiceAnswerRow[];
  readonly pauses: readonly PauseRow[];
  readonly triedMails: readonly TriedMail[];
  /** The provider's ids of the events in our inbox. */
  readonly storedEvents: readonly string[];
  /** The provider's own records. */
  readonly charges: readonly ChargeRow[];
  readonly providerRefunds: readonly ProviderRefundRow[];
  readonly providerDisputes: readonly ProviderDisputeRow[];
  readonly sentEvents: readonly SentEvent[];
  /** The mails that the mail server accepted. */
  readonly mails: readonly ReceivedMail[];
  readonly clientLog: ClientLog;
  /** Unix time in ms just before the database was read. */
  readonly takenMs: number;
};

/** What an operator did, as the activity says. */
export type ActivityRow = {
  readonly action: string;
  readonly target: string;
  readonly orderId: string | null;
  readonly detail: string | null;
  readonly requestId: string;
};

/** The product whose price operators change; null if they change none. Nobody buys it, and each change of its price adds one unit. */
export type PricedProduct = {
  readonly id: string;
  readonly initialAmount: number;
  readonly amount: number;
  readonly units: number;
};

/** What a carrier has taken under one key. `changed` if it got another body under it. */
export type CarriedShipment = {
  readonly key: string;
  readonly body: string;
  readonly orderIds: readonly string[];
  readonly changed: boolean;
};
/** What an invoice service has issued under one key. `isChanged` if it got another body under it. */
export type RequestedInvoice = {
  readonly key: string;
  readonly body: string;
  readonly isChanged: boolean;
  readonly checkoutId: string;
  readonly number: string;
  readonly lines: InvoiceRow['lines'];
};
export type InvoiceAnswerRow = { readonly checkoutId: string; readonly number: string | null };
export type PauseRow = { readonly id: string; readonly origin: string };
/** The tries that were counted against a mail of a group, and how often it arrived at the mail server. */
export type TriedMail = { readonly taskId: string; readonly tries: number; readonly arrivals: number };

/** Both stocks are null for unlimited stock. */
export type ProductRow = {
  readonly id: string;
  readonly initialStock: number | null;
  readonly stock: number | null;
  /** What our own books say was put in. */
  readonly delivered: number;
};
export type OrderRow = {
  readonly id: string;
  readonly email: string;
  readonly productId: string;
  readonly type: string;
  readonly quantity: number;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
  readonly disputed: boolean;
  readonly checkoutId: string | null;
  /** The units that it has taken from the stock and not given back. */
  readonly held: number;
  readonly expiresMs: number;
};
export type HistoryRow = {
  readonly orderId: string;
  readonly seq: number;
  readonly state: string;
  readonly atMs: number;
  readonly detail: string | null;
};
export type AuditRow = { readonly id: string; readonly key: string; readonly orderIds: readonly string[] };
export type PaymentRow = {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly reference: string | null;
};
/**
 * `orderId` is null for the refund of a late charge. The `origin` says whether it was made at the provider, or taken by a
 * bank: then `reference` is the id of that refund or dispute, of which it may be a part. `reference` is the provider's id,
 * set when the refund succeeded: a `failed` refund with a reference succeeded before and failed later.
 */
export type RefundRow = {
  readonly id: string;
  readonly key: string;
  readonly orderId: string | null;
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly origin: string;
  readonly status: string;
  readonly reference: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
};
/** `credited` is the number of the invoice and the line on it, such as `2026-000001 2`. */
export type CreditNoteRow = {
  readonly refundId: string;
  readonly year: number;
  readonly sequence: number;
  readonly credited: string;
};
/** Of a group of orders, or of a job: then it has no orders. */
export type TaskRow = {
  readonly id: string;
  readonly orderIds: readonly string[];
  readonly jobId: string | null;
  readonly pipeline: string;
  readonly step: string;
  readonly state: string;
  readonly lastError: string | null;
};
/** The invoice of a checkout, as it was stored when it was issued. */
export type InvoiceRow = {
  readonly checkoutId: string;
  /** The task that issued it. */
  readonly taskId: string;
  readonly year: number;
  readonly sequence: number;
  readonly lines: readonly { readonly orderId: string; readonly amount: number }[];
  readonly total: number;
};
export const invoiceNumberOf = ({ year, sequence }: InvoiceRow): string =>
  `${year}-${String(sequence).padStart(6, '0')}`;
export type LicenceRow = { readonly orderId: string; readonly unit: number; readonly key: string };
export type ChargeRow = {
  readonly id: string;
  /** The id of our payment in the charge's metadata; empty where there is none. */
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
};
/** A refund in the provider's records; `refundId` is our id in its metadata. */
export type ProviderRefundRow = {
  readonly id: string;
  readonly chargeId: string;
  readonly refundId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
};
/** A dispute in the provider's records: `needs_response`, `won` or `lost`. */
export type ProviderDisputeRow = Omit<ProviderRefundRow, 'refundId'>;
/** `acknowledged` once a process has answered its webhook with a 2xx. */
export type SentEvent = { readonly id: string; readonly type: string; readonly acknowledged: boolean };
export type ReceivedMail = {
  /** A receipt lists all orders of a group. */
  readonly orderIds: readonly string[];
  readonly kind: 'receipt' | 'refund';
  readonly messageId: string;
  /** As its Message-ID says. Of a group, or of a job. */
  readonly taskId: string;
  readonly to: string;
  /** See `attachedInvoices`. */
  readonly attachedInvoices: readonly string[];
};
