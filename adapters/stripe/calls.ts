import Stripe from 'stripe';
import { type Deadline, sleep, type Timer } from '../../core/timer.ts';
import { text } from './format/read.ts';

/** The result of a request. */
export type Reply<T> =
  | { readonly kind: 'succeeded'; readonly value: T }
  /** The card was declined: 402. */
  | { readonly kind: 'declined'; readonly code: string | null; readonly declineCode: string | null }
  /** Rejected as invalid, with nothing done: 400 or 404. */
  | { readonly kind: 'refused'; readonly code: string | null; readonly param: string | null }
  /** The idempotency key was used for another request. */
  | { readonly kind: 'key_taken' }
  /** Certainly nothing was done. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The response was lost, late, an internal error of Stripe or not understood. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly retryable: boolean };

/** One call of a provider method. It may send several requests, which share one time limit. */
export type Call = {
  readonly deadline: Deadline;
  readonly timer: Timer;
  /** The pause before a request is sent again, in ms. */
  readonly pauseMs: number;
};

const attemptsMax = 2;

/**
 * Sends a request, and sends it once more if its response was lost and there is time left. Both attempts have
 * the same idempotency key. After a lost response the second attempt cannot prove that nothing was done.
 */
export const callStripe = async <T>(
  { deadline, timer, pauseMs }: Call,
  send: (options: { readonly timeout: number; readonly maxNetworkRetries: 0 }) => Promise<T>,
): Promise<Reply<T>> => {
  for (let attempt = 1; ; attempt++) {
    const timeout = Math.floor(deadline.remainingMs());
    if (timeout < 1) return { kind: 'unknown', reason: 'stripe: no time left', retryable: false };
    const reply = await replyOf(send({ timeout, maxNetworkRetries: 0 }));
    if (reply.kind === 'unavailable' && attempt > 1)
      return { kind: 'unknown', reason: reply.reason, retryable: false };
    if (
      reply.kind !== 'unknown' ||
      !reply.retryable ||
      attempt === attemptsMax ||
      deadline.remainingMs() <= pauseMs
    )
      return reply;
    await sleep(timer, pauseMs);
  }
};

const replyOf = async <T>(response: Promise<T>): Promise<Reply<T>> => {
  try {
    return { kind: 'succeeded', value: await response };
  } catch (cause) {
    return failureOf(cause);
  }
};

type FailedReply = Exclude<Reply<never>, { readonly kind: 'succeeded' }>;

/** Reasons name only types and codes, since Stripe's messages may show parts of the API key. */
const failureOf = (cause: unknown): FailedReply => {
  if (!(cause instanceof Stripe.errors.StripeError)) return unknown('not understood', false);
  if (cause instanceof Stripe.errors.StripeConnectionError) return lost(cause.detail);
  const { statusCode: status = 0, rawType, code = null } = cause;
  const detail = `${status} ${code ?? rawType ?? 'not understood'}`;
  if (code === 'idempotency_key_in_use') return unknown(detail, true);
  if (text(cause, 'rawType') === 'idempotency_error') return { kind: 'key_taken' };
  if (status === 401 || status === 403) return { kind: 'unavailable', reason: `stripe: ${detail}` };
  // `lock_timeout` is a 429, too, but it means that another request works on the same object.
  if (status === 429 && code !== 'lock_timeout') return { kind: 'unavailable', reason: `stripe: ${detail}` };
  if (status === 402 && rawType === 'card_error')
    return { kind: 'declined', code, declineCode: text(cause, 'decline_code') };
  if ((status === 400 || status === 404) && rawType === 'invalid_request_error')
    return { kind: 'refused', code, param: text(cause, 'param') ?? paramOfMessage(cause.message) };
  return unknown(detail, status >= 500 || status === 409 || status === 429);
};

/** A payment method that was used before is rejected with nothing but a message. */
const paramOfMessage = (message: string): string | null =>
  /\bPaymentMethod\b.* may not be used again\b/s.test(message) ? 'payment_method' : null;

const unknown = (detail: string, retryable: boolean): FailedReply => ({
  kind: 'unknown',
  reason: `stripe: ${detail}`,
  retryable,
});

const lost = (detail: unknown): FailedReply => {
  if (text(detail, 'code') === 'ETIMEDOUT') return unknown('no response in time', false);
  const isUnsent = typeof detail === 'object' && detail !== null && 'sent' in detail && detail.sent === false;
  return isUnsent
    ? { kind: 'unavailable', reason: 'stripe: cannot be reached' }
    : unknown('the response was lost', true);
};
