import type { Result } from 'neverthrow';
import type { Money } from './money.ts';
import type { Page } from './page.ts';
import type { Payment } from './payment.ts';
import type { AsyncResult } from './result.ts';
import type { SearchQuery } from './search.ts';

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

/** Each event leads to one status, wherever it comes from: a statement can write it without a look at the old one. */
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

/** Every edge of an order's life; what is not here cannot happen. Drawn in ARCHITECTURE.md. */
const edges: Readonly<Record<OrderStatus, readonly OrderEvent[]>> = {
  pending: ['claim', 'cancel'],
  paying: ['pay', 'release'],
  paid: ['complete', 'fail', 'refund'],
  failed: ['retry', 'refund'],
  completed: ['refund'],
  cancelled: [],
  refunded: [],
};

/** The status after `event`, or null where that event has no place. */
export const nextStatus = (status: OrderStatus, event: OrderEvent): OrderStatus | null =>
  edges[status].includes(event) ? orderStatusAfter[event] : null;

/** The statuses that have an edge for `event`: what a statement may change by it. */
export const orderStatusesBefore = (event: OrderEvent): readonly OrderStatus[] =>
  orderStatuses.filter((status) => nextStatus(status, event) !== null);

/** The same where the event must have its place: that it has none can only be a bug. */
export const statusAfter = (status: OrderStatus, event: OrderEvent): OrderStatus => {
  const after = nextStatus(status, event);
  if (after === null) throw new Error(`an order that is ${status} cannot ${event}`);
  return after;
};

/** Of an order that was just placed: what a release leads back to. */
export const initialOrderStatus = orderStatusAfter.release;

/** What a customer ordered, with name and price as they were at that moment. */
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
  /** The checkout that last claimed it; null before the first. */
  readonly checkoutId: string | null;
  readonly createdAtMs: number;
  /** When the status last changed; the steps of the pipeline have their own times in the history. */
  readonly updatedAtMs: number;
};

/** Where the customer's mails go, and in which language (BCP 47 primary tag) where that is known. */
export type Contact = { readonly email: string; readonly language: string | null };

/** One row of an order's append-only history: `seq` counts from 1 without a gap. */
export type OrderState = {
  readonly seq: number;
  /** A status, or what a pipeline step left behind (`stock_reserved`, …), or `retried`. */
  readonly state: string;
  readonly atMs: number;
  readonly detail: string | null;
};

export type Invoice = { readonly number: string; readonly issuedAtMs: number };

/** The order with everything that happened to it. */
export type OrderDetail = Order & {
  readonly payment: Payment | null;
  readonly history: readonly OrderState[];
  readonly invoice: Invoice | null;
  /** One key a unit for digital products; empty until they are issued. */
  readonly licences: readonly string[];
};

export type OrderRequest = {
  readonly id: string;
  readonly customerId: string;
  readonly contact: Contact;
  readonly productId: string;
  readonly quantity: number;
};

export type OrderQuery = {
  readonly search: SearchQuery | null;
  readonly status: OrderStatus | null;
  readonly type: string | null;
  /** Created at or after, ms. */
  readonly fromMs: number | null;
  /** Created before, ms. */
  readonly toMs: number | null;
  readonly customerId: string | null;
  /** The id of the last order of the page before. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

export type OrderFailure =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'order_not_pending'; readonly status: OrderStatus }
  | { readonly kind: 'amount_too_large' };

export interface Orders {
  /**
   * Writes the orders as `pending`, each with the name and price of its product at this moment and its first
   * history row, in one transaction. An item fails alone: `not_found` (no such product), `amount_too_large`
   * (over `orderAmountMax`). Answers are in the requests' order.
   */
  place(
    requests: readonly OrderRequest[],
    nowMs: number,
  ): AsyncResult<readonly Result<Order, OrderFailure>[]>;

  find(id: string): AsyncResult<OrderDetail | null>;

  /** Newest first, which is by id: ids are made in time order. */
  list(query: OrderQuery): AsyncResult<Page<Order, string>>;

  /** `pending → cancelled`; fails with `not_found` (none, or another customer's) or `order_not_pending`. */
  cancel(id: string, customerId: string, nowMs: number): AsyncResult<Order, OrderFailure>;
}
