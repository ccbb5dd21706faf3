/**
 * All that can be known of a shop once it has come to rest: what the database holds, what the provider
 * charged, which mails arrived, and what the customers were told. It is read by no code of the shop's own.
 */
export type Snapshot = {
  readonly products: readonly ProductRow[];
  readonly orders: readonly OrderRow[];
  readonly history: readonly HistoryRow[];
  readonly audits: readonly AuditRow[];
  readonly payments: readonly PaymentRow[];
  readonly tasks: readonly TaskRow[];
  readonly invoices: readonly InvoiceRow[];
  readonly licences: readonly LicenceRow[];
  /** The ids of the orders that a shipment was requested for. */
  readonly shipments: readonly string[];
  /** The provider's own book. */
  readonly charges: readonly ChargeRow[];
  /** What the mail server accepted. */
  readonly mails: readonly MailSeen[];
  readonly told: Told;
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
export type TaskRow = {
  readonly id: string;
  readonly orderId: string;
  readonly state: string;
  readonly lastError: string | null;
};
export type InvoiceRow = { readonly orderId: string; readonly year: number; readonly sequence: number };
export type LicenceRow = { readonly orderId: string; readonly unit: number; readonly key: string };
export type ChargeRow = {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
};
export type MailSeen = { readonly orderId: string; readonly messageId: string; readonly to: string };

/** What customers heard, from whichever process, and never forgot. */
export type Told = {
  /** Each 201. */
  readonly orders: readonly Pick<OrderRow, 'id' | 'productId' | 'quantity' | 'amount'>[];
  /** Each 204. */
  readonly cancelled: readonly string[];
  readonly checkouts: readonly CheckoutReply[];
  /** Answers that the contract has no place for, in words. */
  readonly unexpected: readonly string[];
  /** What was read over HTTP at the end. */
  readonly finalOrders: readonly {
    readonly id: string;
    readonly status: string;
    readonly states: readonly string[];
  }[];
  readonly finalCheckouts: readonly { readonly id: string; readonly status: string }[];
};

export type CheckoutReply = {
  readonly key: string;
  readonly orderIds: readonly string[];
  readonly checkoutId: string | null;
  /** `lost` where no answer came; `refused` for any other answer that claims nothing. */
  /** The body where it was the answer of an earlier request, told again. */
  readonly replay: string | null;
  readonly said: 'succeeded' | 'declined' | 'unknown' | 'cancelled' | 'unavailable' | 'refused' | 'lost';
};
