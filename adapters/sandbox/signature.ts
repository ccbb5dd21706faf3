import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import type { EventFailure, ProviderEvent, WebhookRequest } from '../../core/provider.ts';
import { eventOf } from '../stripe/format/eventSubject.ts';

/** Stripe's scheme: HMAC-SHA256 over the time and the body, with a dot between them. */
export const signed = (secret: string, body: string, atMs: number): string => {
  const seconds = Math.floor(atMs / 1000);
  return `t=${seconds},v1=${hmac(secret, `${seconds}.${body}`).toString('hex')}`;
};

const toleranceSeconds = 300;

/** The other end of it, without Stripe's library: what the simulator tells, the simulator can read. */
export const readSigned = (
  secret: string,
  { body, header }: WebhookRequest,
  nowMs: number,
): Result<ProviderEvent, EventFailure> => {
  const [, seconds = '', given = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header('stripe-signature') ?? '') ?? [];
  if (secret === '' || given === '') return invalid('it is not signed');
  const right = hmac(secret, `${seconds}.${body}`);
  if (!timingSafeEqual(Buffer.from(given, 'hex'), right)) return invalid('its signature is not good');
  if (Math.abs(Number(seconds) - Math.floor(nowMs / 1000)) > toleranceSeconds)
    return invalid('its signature is too old, or too far ahead of our clock');
  const event = eventOf(parsed(body));
  return event === null ? invalid('it is no event') : ok(event);
};

const hmac = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};

const invalid = (reason: string): Result<never, EventFailure> =>
  err({ kind: 'signature_invalid', reason: `simulator: ${reason}` });
