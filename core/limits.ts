import { err, ok, type Result } from 'neverthrow';
import { type PaymentStatus, paymentStatusAfter } from './payment.ts';

/** What a customer may have of something before further requests are refused. 0 is no limit. */
export type CheckoutLimits = {
  /** Declined payments within `declineWindowMs`. */
  readonly declinesMax: number;
  /** Checkouts that wait for the customer. */
  readonly challengesMax: number;
};

export const noCheckoutLimits: CheckoutLimits = { declinesMax: 0, challengesMax: 0 };

/** Without a limit, a store does not read what would be counted. */
export const hasCheckoutLimit = ({ declinesMax, challengesMax }: CheckoutLimits): boolean =>
  declinesMax > 0 || challengesMax > 0;

/** How long a decline counts. */
export const declineWindowMs = 600_000;

/**
 * When a customer may try again who has too many pending orders or waiting checkouts. Nobody knows when one of them
 * ends, and the customer can end one at any time.
 */
const retryMs = 60_000;

export const limitNames = ['declines', 'challenges', 'pending_orders'] as const;

/** The customer has reached a limit. Nothing was claimed, charged or written. */
export type RateLimited = {
  readonly kind: 'rate_limited';
  readonly limit: (typeof limitNames)[number];
  readonly max: number;
  /** How long one counts. Null if it counts until it ends. */
  readonly windowMs: number | null;
  readonly retryAfterMs: number;
};

/** A checkout that counts towards a limit of its customer while its payment has one of `countedPaymentStatuses`. */
export type CountedCheckout = {
  readonly status: PaymentStatus;
  /** When the payment got this status. */
  readonly atMs: number;
};

/** By customer id. */
export type CountedCheckouts = ReadonlyMap<string, readonly CountedCheckout[]>;

/** A store notes a checkout as counted when its payment gets one of these statuses. */
export const countedPaymentStatuses: readonly PaymentStatus[] = [
  paymentStatusAfter.decline,
  paymentStatusAfter.challenge,
];

/** Groups the rows that a store has read. */
export const groupCounted = (
  rows: readonly (CountedCheckout & { readonly customerId: string })[],
): CountedCheckouts => Map.groupBy(rows, ({ customerId }) => customerId);

/**
 * Decides whether a customer may begin another checkout. An order has one customer, so the declines of an order are
 * among those of its customer: one limit is enough for both. Attempts that have no outcome yet do not count.
 */
export const judgeCheckoutLimits = (
  counted: readonly CountedCheckout[],
  { declinesMax, challengesMax }: CheckoutLimits,
  nowMs: number,
): Result<void, RateLimited> => {
  const declines = counted
    .filter(({ status, atMs }) => status === paymentStatusAfter.decline && atMs > nowMs - declineWindowMs)
    .map(({ atMs }) => atMs)
    .sort((one, other) => other - one);
  const lastToExpire = declines[declinesMax - 1];
  if (lastToExpire !== undefined)
    return err({
      kind: 'rate_limited',
      limit: 'declines',
      max: declinesMax,
      windowMs: declineWindowMs,
      retryAfterMs: lastToExpire + declineWindowMs - nowMs,
    });

  const challenges = counted.filter(({ status }) => status === paymentStatusAfter.challenge).length;
  if (challengesMax > 0 && challenges >= challengesMax)
    return err({
      kind: 'rate_limited',
      limit: 'challenges',
      max: challengesMax,
      windowMs: null,
      retryAfterMs: retryMs,
    });
  return ok(undefined);
};

/** The customers of a batch, each once. */
export const customersOf = (requests: readonly { readonly customerId: string }[]): readonly string[] => [
  ...new Set(requests.map(({ customerId }) => customerId)),
];

/**
 * How many of a customer's newest orders are looked at to count the pending ones. It bounds the work for a customer with
 * a long history.
 */
export const ordersToCount = (pendingMax: number): number => pendingMax * 10;

/** Decides whether a customer with this number of pending orders may place another one. */
export const judgePendingOrder = (pending: number, pendingMax: number): Result<void, RateLimited> =>
  pendingMax === 0 || pending < pendingMax
    ? ok(undefined)
    : err({
        kind: 'rate_limited',
        limit: 'pending_orders',
        max: pendingMax,
        windowMs: null,
        retryAfterMs: retryMs,
      });
