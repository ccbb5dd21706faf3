import type { Result } from 'neverthrow';
import type { CheckoutNumber } from './checkoutNumber.ts';
import type { Keyed, KeyReused, Replayable } from './commandKey.ts';
import type { RateLimited } from './limits.ts';
import type { Money } from './money.ts';
import type { Page } from './page.ts';
import type { Payment } from './payment.ts';
import type { AsyncResult } from './result.ts';
import type { SearchQuery } from './search.ts';
import type { ServiceReference } from './serviceReference.ts';
import type { TimelinePage, TimelineQuery } from './timeline.ts';
import type { Caused } from './trace.ts';

export const orderStatuses = [
  'pending',
  'paying',
  'paid',
  'completed',
  'failed',
  'cancelled',
  'refunded',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export type OrderEvent = 'claim' | 'pay' | 'release' | 'cancel' | 'complete' | 'fail' | 'retry' | 'refund';

/** Each event leads to the same status from every status, so SQL can write it without reading the old status. */
export const orderStatusAfter = {
  claim: 'paying',
  pay: 'paid',
  release: 'pending',
  cancel: 'cancelled',
  complete: 'completed',
  fail: 'failed',
  retry: 'paid',
  refund: 'refunded',
} as const satisfies Readonly<Record<OrderEvent, OrderStatus>>;

/** The order's state machine: the events that each status allows. ARCHITECTURE.md shows it as a diagram. */
const edges: Readonly<Record<OrderStatus, readonly OrderEvent[]>> = {
  pending: ['claim', 'cancel'],
  paying: ['pay', 'release'],
  paid: ['complete', 'fail', 'refund'],
  failed: ['retry', 'refund'],
  completed: ['refund'],
  cancelled: [],
  refunded: [],
};

/** The status after `event`, or null if `status` does not allow it. */
export const nextOrderStatus = (status: OrderStatus, event: OrderEvent): OrderStatus | null =>
  edges[status].includes(event) ? orderStatusAfter[event] : null;

/** The statuses that allow `event`. SQL statements take their conditions from it. */
export const orderStatusesBefore = (event: OrderEvent): readonly OrderStatus[] =>
  orderStatuses.filter((status) => nextOrderStatus(status, event) !== null);

/** The status of a new order, and of one whose payment failed. */
export const initialOrderStatus = orderStatusAfter.release;

/** The `detail` of the row `cancelled` in the history of an order that nobody paid in time. */
export const expiredDetail = 'expired';

/** True if the order can no longer be paid, whatever its status says until it is cancelled. */
export const isExpired = ({ expiresAtMs }: Pick<Order, 'expiresAtMs'>, nowMs: number): boolean =>
  nowMs >= expiresAtMs;

/** One product, a quantity and a price. Name and price are those of the moment when the order was placed. */
export type Order = {
  readonly id: string;
  readonly customerId: string;
  readonly product: {
    readonly id: string;
    readonly code: string;
    readonly name: string;
    readonly type: string;
  };
  readonly quantity: number;
  readonly total: Money;
  readonly status: OrderStatus;
  /** The last checkout that claimed the order. Null if there was none. */
  readonly checkoutId: string | null;
  /** The number of that checkout. Null if there was none. */
  readonly number: string | null;
  /** A pending order can be paid before this time. */
  readonly expiresAtMs: number;
  /** True while a dispute of its charge is open. */
  readonly disputed: boolean;
  readonly createdAtMs: number;
  /** When the status or the quantity last changed. Pipeline steps do not change it; their times are in the history. */
  readonly updatedAtMs: number;
};

/** The customer's e-mail address and language (BCP 47 primary tag: `vi`, `en`), null if the language is not known. */
export type Contact = { readonly email: string; readonly language: string | null };

/** One row of an order's append-only history. `seq` counts from 1 without a gap. */
export type OrderState = {
  readonly seq: number;
  /** An order status, `stock_reserved`, a pipeline step's `historyState`, `retried`, or a state of a refund. */
  readonly state: string;
  readonly atMs: number;
  /** For people: a reason, an amount or a document number. */
  readonly detail: string | null;
};

/** Which invoice a checkout has. */
export type InvoiceReference = { readonly number: string; readonly issuedAtMs: number };

/** `url` is given if an invoice service issued it: the page of the invoice, or null if the service sent none. */
export type IssuedInvoice = InvoiceReference & { readonly url?: string | null };

/** How many rows of its history are read with an order. An order that is retried again and again has any number. */
export const shownStates = 100;

/** An order with all its records. */
export type OrderDetail = Order & {
  /** The payment of its last checkout. */
  readonly payment: Payment | null;
  /** The newest `shownStates` ones, in the order of `seq`. `Orders.history` has all of them. */
  readonly history: readonly OrderState[];
  /** Only if the beginning of its history is no longer in the database, but in an archive. */
  readonly historyArchived?: true;
  /** The invoice of its checkout. Null until it is issued. */
  readonly invoice: IssuedInvoice | null;
  /** One licence key for each unit of a digital product, or what the product service sent. Empty until they are issued. */
  readonly licences: readonly string[];
  /** What the product service calls its bookings. */
  readonly bookings: readonly string[];
  /** What the carrier calls the shipment. Null until a carrier has said so. */
  readonly shipment: ServiceReference | null;
  /** The sum of its refunds that have succeeded, lost disputes among them. */
  readonly refunded: Money;
};

/** A request to place an order. */
export type OrderRequest = Caused & {
  /** The id of the new order. */
  readonly id: string;
  readonly customerId: string;
  readonly contact: Contact;
  readonly productId: string;
  readonly quantity: number;
  /** How long the order can be paid, ms. */
  readonly ttlMs: number;
};

export type OrderQuery = {
  readonly search: SearchQuery | null;
  readonly status: OrderStatus | null;
  readonly type: string | null;
  /** Only orders created at or after this time, ms. */
  readonly fromMs: number | null;
  /** Only orders created before this time, ms. */
  readonly toMs: number | null;
  readonly customerId: string | null;
  /** Only the orders whose `number` is this one. */
  readonly number: CheckoutNumber | null;
  /** The id of the last order of the previous page. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

/** A customer's request to change the quantity of an order. */
export type QuantityChange = {
  readonly orderId: string;
  readonly customerId: string;
  readonly quantity: number;
};

export type OrderFailure =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'product_not_found'; readonly productId: string }
  | { readonly kind: 'order_not_pending'; readonly status: OrderStatus }
  | { readonly kind: 'amount_too_large' }
  | RateLimited;

/** `more` is true if there may be another slice now. */
export type ExpiredSlice = { readonly cancelled: number; readonly more: boolean };

export interface Orders {
  /**
   * Writes the orders as `pending`, each with its product's current name and price and its first history row, in one
   * transaction. A request can fail without the others: with `product_not_found` if there is no such product on
   * sale, or with `amount_too_large` if the total is over `orderAmountMax`, or with `rate_limited` if its customer has
   * `pendingMax` pending orders (0, the default: no limit). Returns one result for each request, in their order.
   */
  place(
    requests: readonly OrderRequest[],
    nowMs: number,
    pendingMax?: number,
  ): AsyncResult<readonly Result<Order, OrderFailure>[]>;

  /**
   * `place`, once for each key. A replay is never refused for a limit. A replayed order is as it was placed, see
   * `CommandKey`.
   */
  placeOnce(
    requests: readonly Keyed<OrderRequest>[],
    nowMs: number,
    pendingMax?: number,
  ): AsyncResult<readonly Result<Replayable<Order>, OrderFailure | KeyReused>[]>;

  /** The order with all its records, or null if there is none. */
  find(id: string): AsyncResult<OrderDetail | null>;

  /** The whole history of an order, oldest first. `after` is the `seq` of the last row of the previous page. */
  history(query: {
    readonly orderId: string;
    readonly after: number | null;
    /** 1 to 100. */
    readonly limit: number;
  }): AsyncResult<Page<OrderState, number>>;

  /** What happened to an order, by time: see `TimelineEntry`. Empty if there is no such order. */
  timeline(query: TimelineQuery): AsyncResult<TimelinePage>;

  /** Newest first, which is by id: ids are in time order. */
  list(query: OrderQuery): AsyncResult<Page<Order, string>>;

  /**
   * `pending → cancelled`. An order that is cancelled already stays as it is, so the command can be sent again. Fails
   * with `not_found` if there is no such order of this customer, and with `order_not_pending` if the order has another
   * status.
   */
  cancel(id: string, customerId: string, nowMs: number): AsyncResult<Order, OrderFailure>;

  /** Changes the quantity of a pending order, as `judgeQuantity` decides. A claim sees the order before it or after it. */
  changeQuantity(change: QuantityChange, nowMs: number): AsyncResult<Order, OrderFailure>;

  /**
   * Cancels pending orders that expire at `untilMs` or before it, with the detail `expired`: one slice, in the order of
   * time. A mark in the store remembers how far each sweep has come, so a sweep reads no order twice. Any number of
   * processes may call it: one works, and the others find nothing to do.
   */
  cancelExpired(query: {
    readonly sweep: 1 | 2;
    /** Not after `nowMs`. */
    readonly untilMs: number;
    readonly nowMs: number;
    /** The most orders in a slice, of any status; more if they expire at the same time. */
    readonly limit: number;
  }): AsyncResult<ExpiredSlice>;
}
