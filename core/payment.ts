import type { Money } from './money.ts';

export const paymentStatuses = [
  'initiated',
  'unknown',
  'requires_action',
  'succeeded',
  'declined',
  'cancelled',
  'returned',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/** What the customer has to do before the money moves, such as 3-D Secure; for the shop's page to carry on with. */
export type PaymentAction = {
  /** For the provider's own script in the browser. A secret of this one payment's customer. */
  readonly clientSecret: string | null;
  /** Where to send the customer instead. */
  readonly redirectUrl: string | null;
};

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
  /** While the status is `requires_action`; null else. */
  readonly action: PaymentAction | null;
};

export type PaymentEvent = 'retry' | 'lose' | 'challenge' | 'succeed' | 'decline' | 'cancel' | 'return';

/** Each event but `lose` leads to one status, wherever it comes from. */
export const paymentStatusAfter = {
  retry: 'initiated',
  challenge: 'requires_action',
  succeed: 'succeeded',
  decline: 'declined',
  cancel: 'cancelled',
  return: 'returned',
} as const satisfies Readonly<Record<Exclude<PaymentEvent, 'lose'>, PaymentStatus>>;

/** Of a payment that its own checkout is charging, by a first claim or by a key that was sent again. */
export const initialPaymentStatus = paymentStatusAfter.retry;

const { retry, return: returned, ...outcomes } = paymentStatusAfter;

/**
 * Every edge of a payment's life. `cancelled → initiated` is the same key sent again after `unavailable`;
 * `returned` is money that came after we had given up, and that is being sent back.
 */
const edges: Readonly<Record<PaymentStatus, Partial<Record<PaymentEvent, PaymentStatus>>>> = {
  initiated: { lose: 'unknown', ...outcomes },
  unknown: { lose: 'unknown', ...outcomes },
  requires_action: { lose: 'requires_action', ...outcomes },
  cancelled: { retry, return: returned },
  declined: { return: returned },
  succeeded: {},
  returned: {},
};

/** The status after `event`, or null where that event has no place. */
export const nextPaymentStatus = (status: PaymentStatus, event: PaymentEvent): PaymentStatus | null =>
  edges[status][event] ?? null;

/** Each status that has an edge for `event`, with the status that it leads to. */
export const paymentTransitions = (event: PaymentEvent): ReadonlyMap<PaymentStatus, PaymentStatus> =>
  new Map(
    paymentStatuses.flatMap((status): [PaymentStatus, PaymentStatus][] => {
      const next = nextPaymentStatus(status, event);
      return next === null ? [] : [[status, next]];
    }),
  );

/** The statuses that have an edge for `event`: what a statement may change by it. */
export const paymentStatusesBefore = (event: PaymentEvent): readonly PaymentStatus[] => [
  ...paymentTransitions(event).keys(),
];

/** The outcome is still to come: the recovery of payments asks for it, and orders stay `paying`. */
export const openPaymentStatuses = paymentStatusesBefore('lose');

/** Total, so that a new status has to say whether the provider has taken the money. */
const isCharged: Readonly<Record<PaymentStatus, boolean>> = {
  initiated: false,
  unknown: false,
  requires_action: false,
  succeeded: true,
  declined: false,
  cancelled: false,
  returned: true,
};

/** The provider's ledger has a charge for each payment in one of these. */
export const chargedPaymentStatuses = paymentStatuses.filter((status) => isCharged[status]);
