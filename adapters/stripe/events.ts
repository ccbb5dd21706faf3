import { err, ok, type Result } from 'neverthrow';
import Stripe from 'stripe';
import type { EventFailure, ProviderEvent, WebhookRequest } from '../../core/provider.ts';
import { eventOf } from './format/eventSubject.ts';

/**
 * How far the time of a signature may be from our clock, both ways. Stripe and its library use the same
 * limit.
 */
const toleranceSeconds = 300;

/** Web cryptography, which every runtime has. */
const crypto = Stripe.createSubtleCryptoProvider();

export const readEvent = async (
  stripe: Stripe,
  secret: string,
  { body, header }: WebhookRequest,
  nowMs: number,
): Promise<Result<ProviderEvent, EventFailure>> => {
  const signature = header('stripe-signature') ?? '';
  if (isAhead(signature, nowMs)) return invalid('the time of the signature is too far ahead of our clock');
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
    return event === null ? invalid('the body is not an event') : ok(event);
  } catch (cause) {
    const isWrongSignature = cause instanceof Stripe.errors.StripeSignatureVerificationError;
    return invalid(isWrongSignature ? 'the signature is wrong' : 'the body cannot be read');
  }
};

/** The library rejects only signatures that are too old. */
const isAhead = (signature: string, nowMs: number): boolean => {
  const seconds = [...signature.matchAll(/(?:^|,)t=(\d+)/g)].map(([, digits]) => Number(digits));
  return seconds.some((each) => each - nowMs / 1000 > toleranceSeconds);
};

const invalid = (reason: string): Result<never, EventFailure> =>
  err({ kind: 'signature_invalid', reason: `stripe: ${reason}` });
