import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import type { EventFailure, ProviderEvent, WebhookRequest } from '../../core/provider.ts';
import { eventOf } from '../stripe/format/eventSubject.ts';

/** Stripe's `Stripe-Signature` header: HMAC-SHA256 over the time in seconds, a dot and the body. */
export const signatureHeader = (secret: string, body: string, atMs: number): string => {
  const seconds = Math.floor(atMs / 1000);
  return `t=${seconds},v1=${hmac(secret, `${seconds}.${body}`).toString('hex')}`;
};

const toleranceSeconds = 300;

/** Checks and reads an event without Stripe's library, so that the sandbox does not need it. */
export const readSignedEvent = (
  secret: string,
  { body, header }: WebhookRequest,
  nowMs: number,
): Result<ProviderEvent, EventFailure> => {
  const [, seconds = '', signature = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header('stripe-signature') ?? '') ?? [];
  if (secret === '' || signature === '') return invalid('the request is not signed');
  const expected = hmac(secret, `${seconds}.${body}`);
  if (!timingSafeEqual(Buffer.from(signature, 'hex'), expected)) return invalid('the signature is wrong');
  if (Math.abs(Number(seconds) - Math.floor(nowMs / 1000)) > toleranceSeconds)
    return invalid('the time of the signature is too far from our clock');
  const event = eventOf(parseJson(body));
  return event === null ? invalid('the body is not an event') : ok(event);
};

const hmac = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};

const invalid = (reason: string): Result<never, EventFailure> =>
  err({ kind: 'signature_invalid', reason: `sandbox: ${reason}` });
