import type { Told } from './clientLog.ts';

/**
 * All that can be known of a shop once it has come to rest: what the database holds, what the provider
 * charged and gave back, which mails arrived, and what the customers were told. It is read by no code of the
 * shop's own.
 */
export type Snapshot = {
  readonly products: readonly ProductRow[];
  readonly orders: readonly OrderRow[];
  readonly history: readonly HistoryRow[];
  readonly audits: readonly AuditRow[];
  readonly payments: readonly PaymentRow[];
  readonly refunds: readonly RefundRow[];
  readonly creditNotes: readonly CreditNoteRow[];
  readonly tasks: readonly TaskRow[];
  readonly invoices: readonly InvoiceRow[];
  readonly licences: readonly LicenceRow[];
  /** The ids of the orders that a shipment was requested for. */
  readonly shipments: readonly string[];
  /** The provider's events that were taken in, by their id at the provider. */
  readonly events: readonly string[];
  /** The provider's own book. */
  readonly charges: readonly ChargeRow[];
  readonly givenBack: readonly GivenBackRow[];
  readonly eventsSent: readonly EventSent[];
  /** What the mail server accepted. */
  readonly mails: readonly MailSeen[];
  readonly told: Told;
  /** What the shop does with an order that was paid and cannot be had. */
  readonly policy: 'hold' | 'refund';
};

/** `delivered` is what came in at the start; both null where it cannot run out. */
export type ProductRow = {
  readonly id: string;
  readonly delivered: number | null;
  readonly left: number | null;
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
  readonly checkoutId: string | null;
};
export type HistoryRow = { readonly orderId: string; readonly seq: number; readonly state: string };
export type AuditRow = { readonly id: string; readonly key: string; readonly orderIds: readonly string[] };
export type PaymentRow = {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly reference: string | null;
};
/**
 * `orderId` is null where a whole payment goes back that came too late. `reference` is the provider's id of it,
 * known once it succeeded: with `failed` it came back after that.
 */
export type RefundRow = {
  readonly id: string;
  readonly key: string;
  readonly orderId: string | null;
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
  readonly reference: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
};
export type CreditNoteRow = { readonly refundId: string; readonly year: number; readonly sequence: number };
/** Of an order or of a job; the other is null. */
export type TaskRow = {
  readonly id: string;
  readonly orderId: string | null;
  readonly jobId: string | null;
  readonly pipeline: string;
  readonly state: string;
  readonly lastError: string | null;
};
export type InvoiceRow = { readonly orderId: string; readonly year: number; readonly sequence: number };
export type LicenceRow = { readonly orderId: string; readonly unit: number; readonly key: string };
export type ChargeRow = {
  readonly id: string;
  /** Of ours, as the provider keeps it with the charge; empty where it is none of ours. */
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
};
/** A refund in the provider's book: of which charge, and under which id of ours. */
export type GivenBackRow = {
  readonly id: string;
  readonly chargeId: string;
  readonly refundId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
};
/** `acknowledged` once a process has answered its delivery with a 2xx. */
export type EventSent = { readonly id: string; readonly type: string; readonly acknowledged: boolean };
export type MailSeen = {
  readonly orderId: string;
  readonly kind: 'receipt' | 'refund';
  readonly messageId: string;
  readonly to: string;
};
