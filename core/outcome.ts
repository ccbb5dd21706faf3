import type { OrderEvent } from './order.ts';
import type { PaymentAction, PaymentEvent } from './payment.ts';

/** What a charge came to, as it is recorded. */
export type RecordedOutcome =
  | { readonly kind: 'succeeded'; readonly reference: string }
  | { readonly kind: 'declined'; readonly declineCode: string }
  | { readonly kind: 'requires_action'; readonly reference: string; readonly action: PaymentAction }
  /** The provider promised never to charge this key: the key is spent. */
  | { readonly kind: 'cancelled' }
  /** Nothing was charged and the provider does not know the key: the same key may be sent again. */
  | { readonly kind: 'released' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What an outcome changes in its payment and in the orders of its checkout. */
export type OutcomeChanges = {
  /** Where the payment's status has no edge for this event, nothing at all is changed. */
  readonly payment: PaymentEvent;
  /** Null while the outcome is still to come: the orders and their histories stay as they are. */
  readonly order: OrderEvent | null;
  /** The provider's id of the charge. Null where the outcome names none; the payment then keeps the one it has. */
  readonly reference: string | null;
  readonly declineCode: string | null;
  /** What the customer has to do from now on; null for nothing. */
  readonly action: PaymentAction | null;
  /** True where nothing new is known: an action that the customer was asked for stays. */
  readonly keepsAction: boolean;
  /** What the history of each order says, beside the new status. */
  readonly historyDetail: string | null;
  /** True where each order owes the work of its pipeline. An order without its task is a bug, and throws. */
  readonly owesTasks: boolean;
  /** True where an attempt that is not the newest changes nothing: another attempt may be charging. */
  readonly newestAttemptOnly: boolean;
};

/** Decides what an outcome changes; adapters bind the result and write it. */
export const outcomeChanges = (outcome: RecordedOutcome): OutcomeChanges => {
  switch (outcome.kind) {
    case 'succeeded':
      return { ...noChange, payment: 'succeed', order: 'pay', reference: outcome.reference, owesTasks: true };
    case 'declined': {
      const { declineCode } = outcome;
      const historyDetail = `declined: ${declineCode}`;
      return { ...noChange, payment: 'decline', order: 'release', declineCode, historyDetail };
    }
    case 'requires_action': {
      const { reference, action } = outcome;
      return { ...noChange, payment: 'challenge', order: null, reference, action };
    }
    case 'cancelled':
      return { ...noChange, payment: 'cancel', order: 'release', historyDetail: 'cancelled' };
    case 'released': {
      const historyDetail = 'payment unavailable';
      return { ...noChange, payment: 'cancel', order: 'release', historyDetail, newestAttemptOnly: true };
    }
    case 'unknown':
      return { ...noChange, payment: 'lose', order: null, keepsAction: true };
  }
};

const noChange = {
  reference: null,
  declineCode: null,
  action: null,
  keepsAction: false,
  historyDetail: null,
  owesTasks: false,
  newestAttemptOnly: false,
} as const;
