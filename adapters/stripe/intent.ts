import type { ChargeOutcome } from '../../core/provider.ts';
import { type Decline, declineCodeOf } from './format/declines.ts';
import { field, text } from './format/read.ts';

/** What we look at of a PaymentIntent. */
export type Intent = {
  readonly id: string;
  readonly status: string;
  readonly paymentId: string | null;
  readonly clientSecret: string | null;
  readonly redirectUrl: string | null;
  /** Of the last try to be paid that failed. */
  readonly error: Decline | null;
};

/** Null for an answer that is no PaymentIntent, whatever its status said. */
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

/** The outcome that a PaymentIntent stands for, or null where something has to be done about it first. */
export const outcomeOf = ({ id, status, clientSecret, redirectUrl, error }: Intent): ChargeOutcome | null => {
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', reference: id };
    case 'requires_action':
      return { kind: 'requires_action', reference: id, action: { clientSecret, redirectUrl } };
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

export const unknown = (said: string): ChargeOutcome => ({ kind: 'unknown', reason: `stripe: ${said}` });

/** It can still come to be paid, by a customer or by the bank, so it is to be called off. */
export const isOpen = ({ status }: Intent): boolean => status !== 'succeeded' && status !== 'canceled';
