import type { Result } from 'neverthrow';
import type { ReportedDispute } from './dispute.ts';
import type { Money } from './money.ts';
import type { Page } from './page.ts';
import type { PaymentAction } from './payment.ts';
import type { AsyncResult } from './result.ts';

export type ChargeRequest = {
  /** The idempotency key: the payment's id. */
  readonly paymentId: string;
  readonly amount: Money;
  /** The provider's name of the payment method, such as `pm_card_visa`. */
  readonly method: string;
};

/** What a `charge`, `cancel` or `cancelCharge` call has resulted in. `reference` is the provider's id of the charge. */
export type ChargeOutcome =
  | { readonly kind: 'succeeded'; readonly reference: string }
  | { readonly kind: 'declined'; readonly declineCode: string }
  /** The customer has to act first. Nothing is charged yet, but it may be charged at any time from now on. */
  | { readonly kind: 'requires_action'; readonly reference: string; readonly action: PaymentAction }
  /** The customer has acted, and the provider has not decided yet. It cannot be cancelled meanwhile. */
  | { readonly kind: 'processing'; readonly reference: string }
  /** This key can never charge: a `cancel` came before any charge. */
  | { readonly kind: 'cancelled' }
  /** This call charged nothing, for certain: the provider was not reached, or refused the call before any charge. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Anything else: the response was lost, too late or not understood. The charge may have succeeded. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type ProviderRefundRequest = {
  /** The idempotency key: the refund's id. */
  readonly refundId: string;
  /** The `reference` of the charge to refund. */
  readonly reference: string;
  readonly amount: Money;
};

export type ProviderRefundOutcome =
  /** The money is on its way to the customer. Nothing that we do can take it back. */
  | { readonly kind: 'succeeded'; readonly reference: string }
  /** The provider will never make it: the amount is larger than what is left, the charge is in dispute, … */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The provider has accepted it and not decided yet. Send it again under the same key to learn the decision. */
  | { readonly kind: 'pending'; readonly reference: string }
  /** It is not known whether the refund was made. Send it again under the same key. */
  | { readonly kind: 'unavailable' | 'unknown'; readonly reason: string };

/** One movement of money in the provider's ledger. */
export type LedgerEntry = {
  /** `dispute`: the customer's bank took the money, because a dispute was lost. */
  readonly kind: 'charge' | 'refund' | 'dispute';
  /** The provider's id of the charge, refund or dispute. */
  readonly id: string;
  /** The charge, or the charge that was refunded or disputed, as a `ChargeOutcome` names it: what `refund` takes. */
  readonly reference: string;
  /** The payment that was charged, or whose charge was refunded or disputed. Null if it was not created by us. */
  readonly paymentId: string | null;
  /** The refund that we requested. Null for a charge or dispute, and for a refund that was made elsewhere. */
  readonly refundId: string | null;
  readonly amount: Money;
  /** When the money moved. For a dispute, when it began: the provider takes the money then. */
  readonly atMs: number;
};

/** What the provider knows of one charge. */
export type ProviderCharge = {
  /** The payment that was charged. Null if it was not created by us. */
  readonly paymentId: string | null;
  /** All its refunds that succeeded, ours and others. */
  readonly refunds: readonly LedgerEntry[];
  /** The provider's ids of its refunds that failed, ours and others. They may have succeeded before. */
  readonly failedRefunds: readonly string[];
  readonly disputes: readonly ReportedDispute[];
};

/** An event that the provider sends to our webhook. */
export type ProviderEvent = {
  /** The provider's id of the event. It is the same each time the event is sent. */
  readonly id: string;
  /** The provider's name of the event type. */
  readonly type: string;
  readonly subject:
    | {
        readonly kind: 'payment';
        /** Null if the charge was not created by us. */
        readonly paymentId: string | null;
        /** The provider's id of the charge. */
        readonly reference: string;
        /** True if the event itself proves that the charge succeeded. */
        readonly succeeded: boolean;
      }
    | {
        readonly kind: 'refund';
        /** Null if the refund was not requested by us, or the event does not name one refund. */
        readonly refundId: string | null;
        /** The provider's id of the refund. Null if the event names only the charge. */
        readonly reference: string | null;
        /** The provider's id of the charge. Null if the event does not name it. */
        readonly chargeReference: string | null;
        /** Why the refund failed. Null if the event does not say that it failed. */
        readonly failure: string | null;
      }
    | {
        readonly kind: 'dispute';
        /** The provider's id of the charge. Null if the event does not name it. */
        readonly chargeReference: string | null;
        readonly dispute: ReportedDispute;
      }
    /** An event that we do not understand. It is kept, and nothing acts on it. */
    | { readonly kind: 'other' };
};

/** A request to the webhook, as it came over HTTP. */
export type WebhookRequest = {
  /** The body, unchanged to the byte (it must be UTF-8): the signature is over exactly these bytes. */
  readonly body: string;
  /** The value of a header, by its name in lower case. */
  readonly header: (name: string) => string | null;
};

/** The signature is wrong, too old or too far in the future, or the body is malformed: do not trust it. */
export type EventFailure = { readonly kind: 'signature_invalid'; readonly reason: string };

/**
 * A payment provider with idempotency keys. To add a provider (VNPay, Adyen, …), implement this port in a folder of
 * `adapters/`, and add it to `tests/provider/harness.ts`: `tests/provider/provider.ts` then checks it.
 *
 * No method throws. `charge`, `cancel`, `cancelCharge` and `refund` return within the payment time limit, and reads
 * within a limit of their own (`withTimeLimit`). The provider remembers keys for at least a day. It stores `paymentId`
 * and `refundId` with the charge or refund, so that events and the ledger contain them. A `paymentId` and a `refundId`
 * with the same value are different keys.
 *
 * - `charge` with a new key charges. With a known key it charges nothing and returns the *current* outcome of the first
 *   charge, because the customer may have acted since. A response that cannot be understood, a timeout and an internal
 *   error of the provider are `unknown`. Return `unavailable` only if the charge cannot have begun. `declined` is
 *   final: the adapter makes sure that nothing can charge under that key any more.
 * - `cancel` takes the same request as `charge` and makes sure that its key never charges. It returns `cancelled`, or
 *   the outcome of the charge that was made before (`succeeded`, `declined`), or `processing` if that charge can no
 *   longer be cancelled. A charge that waits for the customer is cancelled too.
 * - `cancelCharge` does for one charge, by the `reference` of `charge`, what `cancel` does for a key. It needs no key, so it
 *   works after the provider has forgotten it. `unknown` if there is no such charge.
 * - `refund` refunds a charge or part of it, only once for each `refundId`, even if the provider has forgotten the key:
 *   the adapter then checks first whether that refund was made. A refund that failed later is `refused` from then on.
 * - `readCharge` returns what the provider knows of a charge, by the `reference` of `charge`. Null if there is no such
 *   charge. It fails with `unavailable` if the provider cannot say it now.
 * - `readLedger` returns the charges and refunds that succeeded, and the disputes that were lost, with their `atMs` in
 *   `[fromMs, toMs)`, each once, in any order.
 * - `readEvent` trusts only what the signature proves. Events may arrive twice, late, in any order or never, so no rule
 *   may depend on events alone.
 */
export interface PaymentProvider {
  /** Part of the webhook's path, and stored with each event: `stripe`. */
  readonly name: string;
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  cancel(request: ChargeRequest): Promise<ChargeOutcome>;
  cancelCharge(reference: string): Promise<ChargeOutcome>;
  refund(request: ProviderRefundRequest): Promise<ProviderRefundOutcome>;
  readCharge(reference: string): AsyncResult<ProviderCharge | null>;
  readLedger(query: LedgerQuery): AsyncResult<Page<LedgerEntry, string>>;
  readEvent(request: WebhookRequest, nowMs: number): Promise<Result<ProviderEvent, EventFailure>>;
}

export type LedgerQuery = {
  /** The range of `LedgerEntry.atMs`, ms: from this time … */
  readonly fromMs: number;
  /** … to this time, exclusive. */
  readonly toMs: number;
  /** The `next` of the previous page. Null for the first page. */
  readonly after: string | null;
};

/** A charge in the sandbox's records. */
export type Charge = {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly status: 'succeeded' | 'declined' | 'requires_action' | 'cancelled';
  readonly declineCode: string | null;
  readonly createdAtMs: number;
};
