import { err, ok, type Result } from 'neverthrow';
import type { CheckoutAnswer } from './audit.ts';
import type { Money } from './money.ts';
import { type Contact, nextStatus, type Order, type OrderStatus } from './order.ts';
import type { Page } from './page.ts';
import type { Answer } from './result.ts';

export const refundStatuses = ['requested', 'succeeded', 'failed'] as const;

/** `failed`: the provider refused it for good, and its amount can be asked for again under a new key. */
export type RefundStatus = (typeof refundStatuses)[number];

/** Money on its way back, of one order; or of a whole payment, where that came when its orders were released. */
export type Refund = {
  /** Also the idempotency key at the provider. */
  readonly id: string;
  /** Null for a payment that came too late: its orders were not paid by it. */
  readonly orderId: string | null;
  readonly paymentId: string;
  readonly amount: Money;
  readonly reason: string;
  readonly status: RefundStatus;
  /** `CN-2026-000001`; null until it succeeded, and where no invoice had been issued. */
  readonly creditNote: string | null;
  /** Why the provider refused it. */
  readonly error: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** All that is needed to give the money back, and to tell the customer. */
export type RefundDetail = Refund & {
  /** The provider's id of the charge that it is taken from. */
  readonly chargeReference: string;
  /** The order; for a late payment the first one of its cart. */
  readonly order: Order;
  readonly contact: Contact;
};

export type RefundCommand = {
  /** The id that the refund gets if this is the first time the key is seen. */
  readonly refundId: string;
  readonly taskId: string;
  /** One refund for each: an operator's `Idempotency-Key`, or `unfulfillable:<order id>`. */
  readonly key: string;
  readonly orderId: string;
  /** Null for all that is left; in the order's own currency where it names none. */
  readonly amount: { readonly amount: number; readonly currency: string | null } | null;
  readonly reason: string;
};

/** Two commands under one key must be the same command. */
export const refundFingerprint = ({
  orderId,
  amount,
  reason,
}: Pick<RefundCommand, 'orderId' | 'amount' | 'reason'>): string =>
  JSON.stringify([orderId, amount?.amount ?? null, amount?.currency ?? null, reason]);

export type RefundFailure =
  | { readonly kind: 'idempotency_key_reused' }
  | { readonly kind: 'not_found' }
  /** It was never paid. */
  | { readonly kind: 'order_not_refundable'; readonly status: OrderStatus }
  /** More than is left of what was paid, counting refunds that are under way. */
  | { readonly kind: 'refund_too_large'; readonly left: Money }
  | { readonly kind: 'mixed_currency' };

/** The rows that a refund is judged by; an adapter reads them under lock. */
export type RefundGround = {
  /** What stands under the key already. */
  readonly known: { readonly refund: Refund; readonly fingerprint: string } | null;
  readonly order: Order | null;
  /** Of this order's refunds that are requested or succeeded. */
  readonly refunded: number;
};

export type RefundVerdict = {
  readonly refund: Refund;
  readonly replayed: boolean;
  /** Nothing of the order stays paid: its pipeline is stopped. */
  readonly whole: boolean;
};

/** Decides; the adapter writes, unless it is `replayed`. */
export const judgeRefund = (
  command: RefundCommand,
  { known, order, refunded }: RefundGround,
  nowMs: number,
): Result<RefundVerdict, RefundFailure> => {
  if (known !== null)
    return known.fingerprint === refundFingerprint(command)
      ? ok({ refund: known.refund, replayed: true, whole: false })
      : err({ kind: 'idempotency_key_reused' });
  if (order === null) return err({ kind: 'not_found' });
  const { status, checkoutId, total } = order;
  const wasPaid = status === 'refunded' || nextStatus(status, 'refund') !== null;
  if (!wasPaid || checkoutId === null) return err({ kind: 'order_not_refundable', status });
  if ((command.amount?.currency ?? total.currency) !== total.currency) return err({ kind: 'mixed_currency' });

  const left = total.amount - refunded;
  const amount = command.amount?.amount ?? left;
  if (amount > left || amount <= 0)
    return err({ kind: 'refund_too_large', left: { amount: left, currency: total.currency } });
  const refund: Refund = {
    id: command.refundId,
    orderId: order.id,
    paymentId: checkoutId,
    amount: { amount, currency: total.currency },
    reason: command.reason,
    status: 'requested',
    creditNote: null,
    error: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  return ok({ refund, replayed: false, whole: amount === left });
};

/** What the provider's last word on a refund was. */
export type RefundSettlement = {
  readonly refundId: string;
  readonly outcome:
    | { readonly kind: 'succeeded'; readonly reference: string }
    | { readonly kind: 'failed'; readonly reason: string };
};

export type RefundQuery = {
  readonly orderId: string | null;
  readonly status: RefundStatus | null;
  /** The id of the last refund of the page before. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

/** `CN-2026-000001`: credit notes are numbered as invoices are, in a row of their own. */
export const creditNoteNumber = (year: number, sequence: number): string =>
  `CN-${year}-${String(sequence).padStart(6, '0')}`;

/** The reason that stands with a payment that came too late. */
export const lateReason = 'the payment came after its orders had been released';

export const lateKey = (paymentId: string): string => `late:${paymentId}`;

export const unfulfillableKey = (orderId: string): string => `unfulfillable:${orderId}`;

/** Refunds, with what they change in orders, stock and invoices. Each verb is one transaction. */
export interface Refunds {
  /**
   * As `judgeRefund` decides on locked rows (the order's, so that refunds of one order wait for one another):
   * writes the refund, its task, and `refund_requested` with the amount into the order's history. A `whole`
   * one pauses the order's task, where there is one (with a raised lease, and an error that names the refund), so
   * that nothing is sent of what is given back.
   */
  request(
    command: RefundCommand,
    nowMs: number,
  ): Answer<Pick<RefundVerdict, 'refund' | 'replayed'>, RefundFailure>;

  /**
   * For money that came when its payment was `declined` or `cancelled`: the payment becomes `returned`, its key
   * is spent (`answer` stands under it where it has none yet), and a refund of the whole payment stands under
   * `lateKey` with its task. Answers whether it wrote anything: it does not where the payment has another
   * status by now.
   */
  returnLate(
    late: {
      readonly refundId: string;
      readonly taskId: string;
      readonly paymentId: string;
      readonly reference: string;
      readonly answer: CheckoutAnswer;
    },
    nowMs: number,
  ): Answer<boolean>;

  find(refundId: string): Answer<RefundDetail | null>;

  /** Newest first, which is by id. */
  list(query: RefundQuery): Answer<Page<Refund, string>>;

  /**
   * Writes down what the provider said, once: it changes nothing where the refund is not `requested`, but for a
   * `succeeded` one that came back (`failed`), which is then `failed`. Answers whether it changed anything.
   *
   * `succeeded`: a credit note is issued where the order has an invoice (numbers without a gap, as invoices).
   * Where nothing is left of the order's total, the order is `refunded`, its stopped task goes, and what it
   * took of the stock by `take_stock` comes back, unless a shipment was requested; else the history says
   * `partially_refunded`. `failed`: the history says `refund_failed` and why; the stopped task and its order
   * are `failed`, so that an operator may go on with either.
   */
  settle(settlement: RefundSettlement, nowMs: number): Answer<boolean>;

  /** The refund's task, where it waits, is ready now: the provider has news of it. */
  hasten(refundId: string, nowMs: number): Answer<void>;

  /**
   * Ids of orders whose pipeline was refused what it needs (out of stock), and which have no refund yet; none that
   * cost nothing, for they never will.
   */
  unfulfillable(limit: number): Answer<readonly string[]>;
}
