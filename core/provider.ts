import type { Result } from 'neverthrow';
import type { Money } from './money.ts';
import type { Page } from './page.ts';
import type { PaymentAction } from './payment.ts';
import type { AsyncResult } from './result.ts';

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
  /** The customer has to act first. Nothing is charged yet, and it may be at any time from now on. */
  | { readonly kind: 'requires_action'; readonly reference: string; readonly action: PaymentAction }
  /** A `cancel` under this key came first: this key will never charge. */
  | { readonly kind: 'cancelled' }
  /** This call certainly charged nothing: the provider was not reached, or refused before any charge. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Anything else: the answer was lost, late or not understood. The money may have moved. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type ProviderRefundRequest = {
  /** The idempotency key: the refund's id. */
  readonly refundId: string;
  /** Of the charge that it is taken from, as `succeeded` gave it. */
  readonly reference: string;
  readonly amount: Money;
};

export type ProviderRefundOutcome =
  /** On its way to the customer, and not to be taken back by anything we do. */
  | { readonly kind: 'succeeded'; readonly reference: string }
  /** The provider will never do it: more than is left of the charge, a charge in dispute, … */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Accepted and not decided. Ask again, under the same key. */
  | { readonly kind: 'pending'; readonly reference: string }
  /** Nothing, or nothing certain, was done: to be sent again under the same key. */
  | { readonly kind: 'unavailable' | 'unknown'; readonly reason: string };

/** One movement of money in the provider's own ledger. */
export type LedgerEntry = {
  readonly kind: 'charge' | 'refund';
  /** The provider's own id of the movement. */
  readonly id: string;
  /** Of the payment that it was made for, or whose charge it takes back; null where it is none of ours. */
  readonly paymentId: string | null;
  /** Of a refund that we asked for; null for a charge, and for a refund that was made elsewhere. */
  readonly refundId: string | null;
  readonly amount: Money;
  readonly atMs: number;
};

/** Something happened at the provider, as it tells us by itself. */
export type ProviderEvent = {
  /** The provider's own id of the event: the same for every delivery of it. */
  readonly id: string;
  /** The provider's word for it. */
  readonly type: string;
  readonly subject:
    | {
        readonly kind: 'payment';
        /** Null where the charge is none of ours. */
        readonly paymentId: string | null;
        readonly reference: string;
        /** True where the event itself proves that the money moved. */
        readonly succeeded: boolean;
      }
    | {
        readonly kind: 'refund';
        /** Null where it was not asked for by us. */
        readonly refundId: string | null;
        /** Why it came back after all, where it did. */
        readonly failure: string | null;
      }
    /** Nothing that we act on. */
    | { readonly kind: 'other' };
};

/** What came in over HTTP. */
export type WebhookRequest = {
  /** As it was sent, to the byte (it must be UTF-8): the signature is over exactly this. */
  readonly body: string;
  /** By lower-case name. */
  readonly header: (name: string) => string | null;
};

/** Forged, signed too long ago (or too far ahead), or not in the provider's form. Nothing of it may be believed. */
export type EventFailure = { readonly kind: 'signature_invalid'; readonly reason: string };

/**
 * A payment provider that remembers keys. An adapter for another one (VNPay, Adyen, …) is a folder in
 * `adapters/` that answers this, held to it by `tests/provider/provider.ts` with a `Ground` of its own in
 * `tests/provider/harness.ts`.
 *
 * No verb throws, and `charge`, `cancel` and `giveBack` answer within the payment time limit. Keys are
 * remembered for a day at least. `paymentId` and `refundId` are stored with what they made, so that events and
 * the ledger name them; a key of either kind means nothing to the other.
 *
 * - `charge` under a new key charges. Under a known key it charges nothing and answers what that charge has
 *   come to *by now*: a customer may have acted since. An answer that cannot be understood, a time-out and an
 *   error of the provider's own are `unknown`. `unavailable` is only for what certainly never began. A decline
 *   is final: the adapter makes sure that nothing can charge under that key any more.
 * - `cancel` takes the whole request again, and makes sure that its key never charges: `cancelled`; or it
 *   answers the charge that was there before (`succeeded`, `declined`). One that waits for the customer is
 *   called off, which is `cancelled` too.
 * - `giveBack` returns a part of a charge, or all of it, once for each refund's id, for ever: where the provider
 *   forgets keys, the adapter looks first whether that refund was made. One that came back after all is `refused`
 *   from then on.
 * - `readLedger` answers what moved in `[fromMs, toMs)`, charges and refunds that succeeded and nothing else,
 *   each once, in any order. `after` is the `next` of the page before.
 * - `readEvent` believes what the signature proves and no more. Events may come twice, late, in any order or
 *   never; nothing rests on them alone.
 */
export interface PaymentProvider {
  /** Of its webhooks' path and of its events: `stripe`. */
  readonly name: string;
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  cancel(request: ChargeRequest): Promise<ChargeOutcome>;
  refund(request: ProviderRefundRequest): Promise<ProviderRefundOutcome>;
  readLedger(query: LedgerQuery): AsyncResult<Page<LedgerEntry, string>>;
  readEvent(delivery: WebhookRequest, nowMs: number): Promise<Result<ProviderEvent, EventFailure>>;
}

export type LedgerQuery = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly after: string | null;
};

/** A charge in the simulated provider's own books. */
export type Charge = {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly status: 'succeeded' | 'declined' | 'requires_action' | 'cancelled';
  readonly declineCode: string | null;
  readonly createdAtMs: number;
};
