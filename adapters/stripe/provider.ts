import type { PaymentProvider } from '../../core/provider.ts';
import type { Timer } from '../../core/timer.ts';
import type { Call } from './calls.ts';
import { cancel, charge } from './charges.ts';
import { type ClientOptions, createStripeClient } from './client.ts';
import { readEvent } from './events.ts';
import { readLedger } from './ledger.ts';
import { refund } from './refunds.ts';

export type StripeOptions = ClientOptions & {
  readonly webhookSecret: string;
  /** For all requests of one call together. */
  readonly timeoutMs: number;
  /** Before a request whose answer was lost is sent once more. */
  readonly pauseMs?: number;
  /**
   * Where Stripe sends customers back to after 3-D Secure. Without it a challenge can only be met by Stripe's
   * script in the shop's own page.
   */
  readonly returnUrl?: string | null;
};

/** Stripe, or anything that speaks its language, such as our simulator. Throws where `apiKey` is empty. */
export const createStripeProvider = (timer: Timer, options: StripeOptions): PaymentProvider => {
  const { webhookSecret, timeoutMs, pauseMs = 500, returnUrl = null } = options;
  const stripe = createStripeClient(options);
  const begun = (): Call => ({ deadline: timer.deadline(timeoutMs), timer, pauseMs });
  return {
    name: 'stripe',
    charge: (request) => charge(stripe, begun(), request, returnUrl),
    cancel: (request) => cancel(stripe, begun(), request, returnUrl),
    refund: (request) => refund(stripe, begun(), request),
    readLedger: (query) => readLedger(stripe, begun(), query),
    readEvent: (delivery, nowMs) => readEvent(stripe, webhookSecret, delivery, nowMs),
  };
};
