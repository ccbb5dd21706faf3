import type { ChargeOutcome } from '../../core/provider.ts';
import { type Decline, declineCodeOf } from './format/declines.ts';
import { field, text } from './format/read.ts';

/** The fields of a PaymentIntent that we read. */
export type Intent = {
  readonly id: string;
  readonly status: string;
  readonly paymentId: string | null;
  readonly clientSecret: string | null;
  readonly redirectUrl: string | null;
  /** The error of the last failed attempt to pay. */
  readonly error: Decline | null;
};

/** Null if the value is not a PaymentIntent, even if the HTTP status was a success. */
export const intentOf = (value: unknown): Intent | null => {
  const id = text(value, 'id');
  const status = text(value, 'status');
  if (id === null || status === null || text(value, 'object') !== 'payment_intent') return null;
  const error = field(value, 'last_payment_error');
  return {
    id,
    status,
    paymentId: text(field(value, 'metadata'), 'payment_id'),
    clientSecret: text(value, 'client_secret'),
    redirectUrl: text(field(field(value, 'next_action'), 'redirect_to_url'), 'url'),
    error: error && { code: text(error, 'code'), declineCode: text(error, 'decline_code') },
  };
};

/**
 * The outcome of a PaymentIntent, or null if it must be cancelled first: a failed challenge can be tried
 * again.
 */
export const outcomeOf = ({ id, status, clientSecret, redirectUrl, error }: Intent): ChargeOutcome | null => {
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', reference: id };
    case 'requires_action':
      return { kind: 'requires_action', reference: id, action: { clientSecret, redirectUrl } };
    case 'processing':
      return { kind: 'processing', reference: id };
    case 'canceled':
      return error === null ? { kind: 'cancelled' } : declined(error);
    case 'requires_payment_method':
      return error === null ? unknown(status) : null;
    default:
      return unknown(status);
  }
};

export const declined = (decline: Decline): ChargeOutcome => ({
  kind: 'declined',
  declineCode: declineCodeOf(decline),
});

export const unknown = (detail: string): ChargeOutcome => ({ kind: 'unknown', reason: `stripe: ${detail}` });

/** True if the customer or the bank can still pay it. */
export const isOpen = ({ status }: Intent): boolean => status !== 'succeeded' && status !== 'canceled';
