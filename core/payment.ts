import type { Money } from './money.ts';

export const paymentStatuses = ['initiated', 'unknown', 'succeeded', 'declined', 'cancelled'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/**
 * One attempt to be paid, one for each audit GUID; it shares the checkout's id. That id is also the
 * idempotency key at the provider, so that the same charge can be sent again without charging twice.
 */
export type Payment = {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly amount: Money;
  readonly method: string;
  /** The provider's own id of the charge. */
  readonly reference: string | null;
  readonly declineCode: string | null;
};

export type PaymentEvent = 'retry' | 'lose' | 'succeed' | 'decline' | 'cancel';

/** Every edge of a payment's life. `cancelled → initiated` is the same key sent again after `unavailable`. */
const edges: Readonly<Record<PaymentStatus, Partial<Record<PaymentEvent, PaymentStatus>>>> = {
  initiated: { lose: 'unknown', succeed: 'succeeded', decline: 'declined', cancel: 'cancelled' },
  unknown: { lose: 'unknown', succeed: 'succeeded', decline: 'declined', cancel: 'cancelled' },
  cancelled: { retry: 'initiated' },
  succeeded: {},
  declined: {},
};

/** The status after `event`, or null where that event has no place. */
export const nextPaymentStatus = (status: PaymentStatus, event: PaymentEvent): PaymentStatus | null =>
  edges[status][event] ?? null;

export type ChargeRequest = {
  /** The idempotency key: the payment's id. */
  readonly paymentId: string;
  readonly amount: Money;
  /** The provider's name for the means of payment, such as `pm_card_visa`. */
  readonly method: string;
};

export type ChargeOutcome =
  | { readonly kind: 'succeeded'; readonly reference: string }
  | { readonly kind: 'declined'; readonly declineCode: string }
  /** A `cancel` under this key came first: this key will never charge. */
  | { readonly kind: 'cancelled' }
  /** This call certainly charged nothing: the provider was not reached, or refused before any charge. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Anything else: the answer was lost, late or not understood. The money may have moved. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * A payment provider that remembers keys. Neither verb throws, and both answer within the payment time limit.
 *
 * A second call under a key that was seen before answers what the first one came to, whatever it asks for:
 * `charge` after a charge charges nothing more, `charge` after `cancel` answers `cancelled`, `cancel` after a
 * charge answers that charge. Keys are remembered for a day at least.
 */
export interface PaymentProvider {
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  cancel(paymentId: string): Promise<ChargeOutcome>;
}

/** A charge in the simulated provider's own books. */
export type Charge = {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly status: 'succeeded' | 'declined' | 'cancelled';
  readonly declineCode: string | null;
  readonly createdAtMs: number;
};
