import type { Money } from './money.ts';

export const paymentStatuses = [
  'initiated',
  'unknown',
  'requires_action',
  'succeeded',
  'declined',
  'cancelled',
  'refunded',
] as const;
/**
 * - `initiated`: the checkout is charging it now.
 * - `unknown`: the provider's response was lost, or it has not decided yet, or the checkout did not record it in time.
 * - `requires_action`: the customer has to act, for example 3-D Secure.
 * - `succeeded`, `declined`, `cancelled`: the final outcomes.
 * - `refunded`: a late charge, which succeeded after `declined` or `cancelled` and is refunded.
 */
export type PaymentStatus = (typeof paymentStatuses)[number];

/** What the customer must do before the charge can succeed, such as 3-D Secure. The shop's page continues with it. */
export type PaymentAction = {
  /** For the provider's script in the browser. Only the customer of this payment may see it. */
  readonly clientSecret: string | null;
  /** The page to send the customer to, if the provider has one. */
  readonly redirectUrl: string | null;
};

/**
 * The state of a charge. Each audit GUID has one payment, with the same id as its checkout. The id is also the
 * idempotency key at the provider, so the same charge can be sent again without charging twice.
 */
export type Payment = {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly amount: Money;
  /** The provider's name of the payment method, such as `pm_card_visa`. */
  readonly method: string;
  /** The provider's id of the charge. */
  readonly reference: string | null;
  readonly declineCode: string | null;
  /** Null unless the status is `requires_action`. */
  readonly action: PaymentAction | null;
};

/**
 * True if this is the charge of the payment. Another charge that names the payment was made twice, and paid for no order.
 * A payment that does not know its charge takes the one that names it.
 */
export const isChargeOf = ({ reference }: Pick<Payment, 'reference'>, chargeReference: string): boolean =>
  reference === null || reference === chargeReference;

/**
 * `retry`: the key of a cancelled payment is sent again. `lose`: the outcome of a call is not known. `submit`: the
 * provider has not decided yet, and the customer has nothing left to do.
 */
export type PaymentEvent =
  | 'retry'
  | 'lose'
  | 'submit'
  | 'challenge'
  | 'succeed'
  | 'decline'
  | 'cancel'
  | 'refund';

/** Each event except `lose` leads to the same status from every status. */
export const paymentStatusAfter = {
  retry: 'initiated',
  submit: 'unknown',
  challenge: 'requires_action',
  succeed: 'succeeded',
  decline: 'declined',
  cancel: 'cancelled',
  refund: 'refunded',
} as const satisfies Readonly<Record<Exclude<PaymentEvent, 'lose'>, PaymentStatus>>;

/** The status of a payment while its own checkout charges it, for a new key or a key that is sent again. */
export const initialPaymentStatus = paymentStatusAfter.retry;

const { retry, refund, ...outcomes } = paymentStatusAfter;

/**
 * The payment's state machine: the next status for each event that a status allows. `cancelled → initiated`: the same
 * key is sent again after `unavailable`. `refund`: a late charge is refunded.
 */
const edges: Readonly<Record<PaymentStatus, Partial<Record<PaymentEvent, PaymentStatus>>>> = {
  initiated: { lose: 'unknown', ...outcomes },
  unknown: { lose: 'unknown', ...outcomes },
  requires_action: { lose: 'requires_action', ...outcomes },
  cancelled: { retry, refund },
  declined: { refund },
  succeeded: {},
  refunded: {},
};

/** The status after `event`, or null if `status` does not allow it. */
export const nextPaymentStatus = (status: PaymentStatus, event: PaymentEvent): PaymentStatus | null =>
  edges[status][event] ?? null;

/** The statuses that allow `event`, each with the status after it. */
export const paymentTransitions = (event: PaymentEvent): ReadonlyMap<PaymentStatus, PaymentStatus> =>
  new Map(
    paymentStatuses.flatMap((status): [PaymentStatus, PaymentStatus][] => {
      const next = nextPaymentStatus(status, event);
      return next === null ? [] : [[status, next]];
    }),
  );

/** The statuses that allow `event`. SQL statements take their conditions from it. */
export const paymentStatusesBefore = (event: PaymentEvent): readonly PaymentStatus[] => [
  ...paymentTransitions(event).keys(),
];

/** The statuses without a final outcome. Recovery asks the provider for it; the orders stay `paying`. */
export const openPaymentStatuses = paymentStatusesBefore('lose');

/** The final outcomes. */
export const closedPaymentStatuses = paymentStatuses.filter(
  (status) => !openPaymentStatuses.includes(status),
);

/** Has an entry for every status, so that a new status does not compile without one. */
const isCharged: Readonly<Record<PaymentStatus, boolean>> = {
  initiated: false,
  unknown: false,
  requires_action: false,
  succeeded: true,
  declined: false,
  cancelled: false,
  refunded: true,
};

/** The statuses whose payments were charged: the provider's ledger has a charge for each. It may be refunded by now. */
export const chargedPaymentStatuses = paymentStatuses.filter((status) => isCharged[status]);
