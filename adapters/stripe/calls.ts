import Stripe from 'stripe';
import { type Deadline, sleep, type Timer } from '../../core/timer.ts';
import { text } from './format/read.ts';

/** What came of a request. */
export type Reply<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** The card was declined: 402. */
  | { readonly kind: 'declined'; readonly code: string | null; readonly declineCode: string | null }
  /** Turned away as wrong, with nothing done: 400 or 404. */
  | { readonly kind: 'refused'; readonly code: string | null; readonly param: string | null }
  /** The idempotency key stands under another request. */
  | { readonly kind: 'key_taken' }
  /** Certainly nothing was done. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Lost, late, an error of Stripe's own, or not understood. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly again: boolean };

/** One call of a verb, which may take several requests and has one time limit for all of them. */
export type Call = {
  readonly deadline: Deadline;
  readonly timer: Timer;
  /** Before it tries a request again, ms. */
  readonly pauseMs: number;
};

const triesMax = 2;

/**
 * Sends a request, and once again where its answer was lost at once and time is left. Each try of a request
 * carries the same key. No try after a lost one can prove that nothing was done.
 */
export const callStripe = async <T>(
  { deadline, timer, pauseMs }: Call,
  send: (options: { readonly timeout: number; readonly maxNetworkRetries: 0 }) => Promise<T>,
): Promise<Reply<T>> => {
  for (let tries = 1; ; tries++) {
    const timeout = Math.floor(deadline.leftMs());
    if (timeout < 1) return { kind: 'unknown', reason: 'stripe: no time left', again: false };
    const reply = await replyOf(send({ timeout, maxNetworkRetries: 0 }));
    if (reply.kind === 'unavailable' && tries > 1)
      return { kind: 'unknown', reason: reply.reason, again: false };
    if (reply.kind !== 'unknown' || !reply.again || tries === triesMax || deadline.leftMs() <= pauseMs)
      return reply;
    await sleep(timer, pauseMs);
  }
};

const replyOf = async <T>(answer: Promise<T>): Promise<Reply<T>> => {
  try {
    return { kind: 'answered', value: await answer };
  } catch (cause) {
    return failureOf(cause);
  }
};

type Failed = Exclude<Reply<never>, { readonly kind: 'answered' }>;

/** Reasons name types and codes only: Stripe's messages may show parts of the key. */
const failureOf = (cause: unknown): Failed => {
  if (!(cause instanceof Stripe.errors.StripeError)) return unknown('not understood', false);
  if (cause instanceof Stripe.errors.StripeConnectionError) return lost(cause.detail);
  const { statusCode: status = 0, rawType, code = null } = cause;
  const said = `${status} ${code ?? rawType ?? 'not understood'}`;
  if (code === 'idempotency_key_in_use') return unknown(said, true);
  if (text(cause, 'rawType') === 'idempotency_error') return { kind: 'key_taken' };
  if (status === 401 || status === 403) return { kind: 'unavailable', reason: `stripe: ${said}` };
  // `lock_timeout` is a 429, too, and says that another request was at work on the same.
  if (status === 429 && code !== 'lock_timeout') return { kind: 'unavailable', reason: `stripe: ${said}` };
  if (status === 402 && rawType === 'card_error')
    return { kind: 'declined', code, declineCode: text(cause, 'decline_code') };
  if ((status === 400 || status === 404) && rawType === 'invalid_request_error')
    return { kind: 'refused', code, param: text(cause, 'param') };
  return unknown(said, status >= 500 || status === 409 || status === 429);
};

const unknown = (said: string, again: boolean): Failed => ({
  kind: 'unknown',
  reason: `stripe: ${said}`,
  again,
});

const lost = (detail: unknown): Failed => {
  if (text(detail, 'code') === 'ETIMEDOUT') return unknown('no answer in time', false);
  const isUnsent = typeof detail === 'object' && detail !== null && 'sent' in detail && detail.sent === false;
  return isUnsent
    ? { kind: 'unavailable', reason: 'stripe: cannot be reached' }
    : unknown('the answer was lost', true);
};
