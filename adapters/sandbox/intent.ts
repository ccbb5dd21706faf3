import type { Money } from '../../core/money.ts';
import type { Charge } from '../../core/provider.ts';
import { declineCodeOf } from '../stripe/format/declines.ts';
import { type Failure, noSuchMethod } from './methods.ts';
import type { SandboxRecord } from './records.ts';

type IntentStatus = 'requires_payment_method' | 'requires_action' | 'succeeded' | 'canceled';

/** What Stripe calls a PaymentIntent, and its charge with it. */
export type Intent = {
  readonly id: string;
  /** The idempotency key that it was made under: in our own use, the payment's id. */
  readonly key: string;
  readonly amount: Money;
  /** Null for one that is not to be confirmed. */
  readonly method: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: IntentStatus;
  /** Of the last try that failed. */
  readonly error: Failure | null;
  readonly clientSecret: string | null;
  /** Where the customer may be sent to for the challenge, and where to from there. */
  readonly challengeUrl: string | null;
  readonly returnUrl: string | null;
  readonly createdAtMs: number;
  /** Null until the money moved; `ch_` and the intent's own number where that was at once. */
  readonly chargeId: string | null;
  /** The sum of its refunds that have not failed. */
  readonly refunded: number;
  /** Ids of its refunds, the newest first. */
  readonly refunds: readonly string[];
  /** All parameters of the request that made it, as they came over the wire; null where none did. */
  readonly asked: string | null;
  /** As it was made, which is what its key answers for ever; null while that is as it still is. */
  readonly first: Pick<Intent, 'status' | 'error' | 'chargeId'> | null;
};

export const intentKey = (key: string): string => `intent:${key}`;

export const recordOfIntent = (intent: Intent, version: number): SandboxRecord => ({
  id: intent.id,
  key: intentKey(intent.key),
  version,
  dueAtMs: null,
  body: JSON.stringify(shortened(intent)),
});

/** Most intents are paid at once and have none of these: a third of what is written otherwise. */
const blank = {
  error: null,
  clientSecret: null,
  challengeUrl: null,
  returnUrl: null,
  chargeId: null,
  refunded: 0,
  refunds: [],
  asked: null,
  first: null,
} satisfies Partial<Intent>;

const shortened = (intent: Intent) => ({
  ...intent,
  error: intent.error ?? undefined,
  clientSecret: intent.clientSecret ?? undefined,
  challengeUrl: intent.challengeUrl ?? undefined,
  returnUrl: intent.returnUrl ?? undefined,
  chargeId: intent.chargeId ?? undefined,
  refunded: intent.refunded || undefined,
  refunds: intent.refunds.length === 0 ? undefined : intent.refunds,
  asked: intent.asked ?? undefined,
  first: intent.first ?? undefined,
});

export const intentOfRecord = ({ body }: SandboxRecord): Intent => ({ ...blank, ...JSON.parse(body) });

/** The charge of an intent that was paid at once has no record of its own. */
export const chargeIdOf = (intentId: string): string => intentId.replace('pi_', 'ch_');

/** Its next state; what it was when it was made stays known. */
export const moved = (intent: Intent, to: Partial<Intent>): Intent => {
  const { status, error, chargeId } = intent;
  return { ...intent, first: intent.first ?? { status, error, chargeId }, ...to };
};

/** As the demo shows it. */
export const chargeOf = ({ id, key, amount, status, error, createdAtMs }: Intent): Charge => ({
  id,
  idempotencyKey: key,
  amount,
  status: error !== null && status !== 'succeeded' ? 'declined' : shown[status],
  declineCode: error === null || status === 'succeeded' ? null : stripeStatusOf(error),
  createdAtMs,
});

const shown: Readonly<Record<IntentStatus, Charge['status']>> = {
  succeeded: 'succeeded',
  requires_action: 'requires_action',
  requires_payment_method: 'cancelled',
  canceled: 'cancelled',
};

/** As our adapter for Stripe would say it. */
export const stripeStatusOf = (failure: Failure): string =>
  failure.code === noSuchMethod.code ? 'invalid_payment_method' : declineCodeOf(failure);
