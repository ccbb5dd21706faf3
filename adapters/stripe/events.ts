import { err, ok, type Result } from 'neverthrow';
import Stripe from 'stripe';
import type { EventFailure, ProviderEvent, WebhookRequest } from '../../core/provider.ts';
import { eventOf } from './format/eventSubject.ts';

/** How old a signature may be, and how far ahead of our clock. Stripe's own advice, and its library's. */
const toleranceSeconds = 300;

/** Over the Web's cryptography, which every runtime has. */
const crypto = Stripe.createSubtleCryptoProvider();

export const readEvent = async (
  stripe: Stripe,
  secret: string,
  { body, header }: WebhookRequest,
  nowMs: number,
): Promise<Result<ProviderEvent, EventFailure>> => {
  const signature = header('stripe-signature') ?? '';
  if (isAhead(signature, nowMs)) return invalid('it is signed too far ahead of our clock');
  try {
    const signed = await stripe.webhooks.constructEventAsync(
      body,
      signature,
      secret,
      toleranceSeconds,
      crypto,
      nowMs,
    );
    const event = eventOf(signed);
    return event === null ? invalid('it is no event') : ok(event);
  } catch (cause) {
    const isRefused = cause instanceof Stripe.errors.StripeSignatureVerificationError;
    return invalid(isRefused ? 'its signature is not good' : 'it cannot be read');
  }
};

/** The library looks for what is too old only. */
const isAhead = (signature: string, nowMs: number): boolean => {
  const seconds = [...signature.matchAll(/(?:^|,)t=(\d+)/g)].map(([, digits]) => Number(digits));
  return seconds.some((each) => each - nowMs / 1000 > toleranceSeconds);
};

const invalid = (reason: string): Result<never, EventFailure> =>
  err({ kind: 'signature_invalid', reason: `stripe: ${reason}` });
