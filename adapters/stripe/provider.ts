import type { PaymentProvider } from '../../core/provider.ts';
import type { Timer } from '../../core/timer.ts';
import type { Call } from './calls.ts';
import { readCharge } from './charge.ts';
import { cancel, cancelCharge, charge } from './charges.ts';
import { type ClientOptions, createStripeClient } from './client.ts';
import { readEvent } from './events.ts';
import { readLedger } from './ledger.ts';
import { refund } from './refunds.ts';

export type StripeOptions = ClientOptions & {
  readonly webhookSecret: string;
  /** The time limit of one call, which all of its requests share, in ms. */
  readonly timeoutMs: number;
  /** The pause before a request whose response was lost is sent once more, in ms. */
  readonly pauseMs?: number;
  /**
   * Where Stripe sends customers after 3-D Secure. Without it only Stripe's script in the shop's own page can
   * show a challenge.
   */
  readonly returnUrl?: string | null;
};

/** Stripe, or a server with Stripe's API, such as our sandbox. Throws if `apiKey` is empty. */
export const createStripeProvider = (timer: Timer, options: StripeOptions): PaymentProvider => {
  const { webhookSecret, timeoutMs, pauseMs = 500, returnUrl = null } = options;
  const stripe = createStripeClient(options);
  const createCall = (): Call => ({ deadline: timer.deadline(timeoutMs), timer, pauseMs });
  return {
    name: 'stripe',
    charge: (request) => charge(stripe, createCall(), request, returnUrl),
    cancel: (request) => cancel(stripe, createCall(), request, returnUrl),
    cancelCharge: (reference) => cancelCharge(stripe, createCall(), reference),
    refund: (request) => refund(stripe, createCall(), request),
    readCharge: (reference) => readCharge(stripe, createCall(), reference),
    readLedger: (query) => readLedger(stripe, createCall(), query),
    readEvent: (request, nowMs) => readEvent(stripe, webhookSecret, request, nowMs),
  };
};
