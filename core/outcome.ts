import type { OrderEvent } from './order.ts';
import type { PaymentAction, PaymentEvent } from './payment.ts';

/** The outcome of a charge, as it is recorded. */
export type RecordedOutcome =
  /** `reference` is null if nothing had to be paid: there is no charge then. */
  | { readonly kind: 'succeeded'; readonly reference: string | null }
  | { readonly kind: 'declined'; readonly declineCode: string }
  | { readonly kind: 'requires_action'; readonly reference: string; readonly action: PaymentAction }
  /** The customer has acted, so no action is left to do. Recovery asks for the outcome. */
  | { readonly kind: 'processing'; readonly reference: string }
  /** The key is spent: the provider can never charge it. */
  | { readonly kind: 'cancelled' }
  /** Nothing was charged and the provider does not know the key. The same key may be sent again. */
  | { readonly kind: 'released' }
  /** The charge may have succeeded. Recovery asks for its outcome. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The outcome of a payment of 0. No provider is asked: real ones refuse such a charge. */
export const nothingToPay = { kind: 'succeeded', reference: null } as const;

/** What an outcome changes in its payment and in the checkout's orders. */
export type OutcomeChanges = {
  /** If the payment's status does not allow this event, nothing is changed. */
  readonly payment: PaymentEvent;
  /** Null if the outcome is not final: the orders and their histories do not change. */
  readonly order: OrderEvent | null;
  /** The provider's id of the charge. If it is null, the payment keeps the one it has. */
  readonly reference: string | null;
  readonly declineCode: string | null;
  /** What the customer has to do. Null for nothing. */
  readonly action: PaymentAction | null;
  /** True if the payment keeps the action that it has, because the outcome says nothing about it. */
  readonly keepsAction: boolean;
  /** The detail of the history row that each order gets with its new status. */
  readonly historyDetail: string | null;
  /** True if each order gets into a task. A record without a task for one of its orders is a bug, and throws. */
  readonly createsTasks: boolean;
  /** True if only the newest attempt may record it, because a later attempt may be charging. */
  readonly newestAttemptOnly: boolean;
};

/** Decides what an outcome changes. Adapters write it. */
export const outcomeChanges = (outcome: RecordedOutcome): OutcomeChanges => {
  switch (outcome.kind) {
    case 'succeeded':
      return {
        ...unchanged,
        payment: 'succeed',
        order: 'pay',
        reference: outcome.reference,
        createsTasks: true,
      };
    case 'declined': {
      const { declineCode } = outcome;
      const historyDetail = `declined: ${declineCode}`;
      return { ...unchanged, payment: 'decline', order: 'release', declineCode, historyDetail };
    }
    case 'requires_action': {
      const { reference, action } = outcome;
      return { ...unchanged, payment: 'challenge', order: null, reference, action };
    }
    case 'processing':
      return { ...unchanged, payment: 'submit', order: null, reference: outcome.reference };
    case 'cancelled':
      return { ...unchanged, payment: 'cancel', order: 'release', historyDetail: 'cancelled' };
    case 'released': {
      const historyDetail = 'payment unavailable';
      return { ...unchanged, payment: 'cancel', order: 'release', historyDetail, newestAttemptOnly: true };
    }
    case 'unknown':
      return { ...unchanged, payment: 'lose', order: null, keepsAction: true };
  }
};

const unchanged = {
  reference: null,
  declineCode: null,
  action: null,
  keepsAction: false,
  historyDetail: null,
  createsTasks: false,
  newestAttemptOnly: false,
} as const;
