import type { Money } from '../../core/money.ts';
import type { Charge } from '../../core/provider.ts';
import { declineCodeOf } from '../stripe/format/declines.ts';
import { type Failure, noSuchMethod } from './methods.ts';
import type { SandboxRecord } from './records.ts';

type IntentStatus = 'requires_payment_method' | 'requires_action' | 'succeeded' | 'canceled';

/** What Stripe calls a PaymentIntent, together with its charge. */
export type Intent = {
  readonly id: string;
  /** The idempotency key of the request that created it. Our adapters send the payment's id. */
  readonly key: string;
  readonly amount: Money;
  /** Null for an intent that was created without confirmation. */
  readonly method: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: IntentStatus;
  /** The error of the last failed attempt to pay. */
  readonly error: Failure | null;
  readonly clientSecret: string | null;
  /** The page of the challenge. */
  readonly challengeUrl: string | null;
  /** Where the customer goes after the challenge. */
  readonly returnUrl: string | null;
  readonly createdAtMs: number;
  /** Null until the money moved. See `chargeIdOf` for an intent that was paid at once. */
  readonly chargeId: string | null;
  /** The sum of its refunds that have not failed. */
  readonly refunded: number;
  /** Ids of its refunds, newest first. */
  readonly refunds: readonly string[];
  /** Ids of its disputes, newest first. */
  readonly disputes: readonly string[];
  /** Why it cannot be refunded: its newest dispute is open or was lost. Null if there is none, or it was won. */
  readonly dispute: 'open' | 'lost' | null;
  /** All parameters of the HTTP request that created it, sorted; null if it was not created over HTTP. */
  readonly fingerprint: string | null;
  /** The state at creation, which a retry under the same key always gets; null while it is unchanged. */
  readonly initial: Pick<Intent, 'status' | 'error' | 'chargeId'> | null;
};

export const intentKey = (key: string): string => `intent:${key}`;

export const recordOfIntent = (intent: Intent, version: number): SandboxRecord => ({
  id: intent.id,
  key: intentKey(intent.key),
  version,
  dueAtMs: null,
  body: JSON.stringify(withoutDefaults(intent)),
});

/**
 * Most intents are paid at once and have these values. Leaving them out makes a stored record a third
 * smaller.
 */
const defaults = {
  error: null,
  clientSecret: null,
  challengeUrl: null,
  returnUrl: null,
  chargeId: null,
  refunded: 0,
  refunds: [],
  disputes: [],
  dispute: null,
  fingerprint: null,
  initial: null,
} satisfies Partial<Intent>;

const withoutDefaults = (intent: Intent) => ({
  ...intent,
  error: intent.error ?? undefined,
  clientSecret: intent.clientSecret ?? undefined,
  challengeUrl: intent.challengeUrl ?? undefined,
  returnUrl: intent.returnUrl ?? undefined,
  chargeId: intent.chargeId ?? undefined,
  refunded: intent.refunded || undefined,
  refunds: intent.refunds.length === 0 ? undefined : intent.refunds,
  disputes: intent.disputes.length === 0 ? undefined : intent.disputes,
  dispute: intent.dispute ?? undefined,
  fingerprint: intent.fingerprint ?? undefined,
  initial: intent.initial ?? undefined,
});

export const intentOfRecord = ({ body }: SandboxRecord): Intent => ({ ...defaults, ...JSON.parse(body) });

/** The charge of an intent that was paid at once has no record of its own. */
export const chargeIdOf = (intentId: string): string => intentId.replace('pi_', 'ch_');

/** The intent with `changes`. The state at creation is kept in `initial`. */
export const nextVersion = (intent: Intent, changes: Partial<Intent>): Intent => {
  const { status, error, chargeId } = intent;
  return { ...intent, initial: intent.initial ?? { status, error, chargeId }, ...changes };
};

/** The charge as the demo shows it. */
export const chargeOf = ({ id, key, amount, status, error, createdAtMs }: Intent): Charge => ({
  id,
  idempotencyKey: key,
  amount,
  status: error !== null && status !== 'succeeded' ? 'declined' : chargeStatuses[status],
  declineCode: error === null || status === 'succeeded' ? null : declineCodeOfFailure(error),
  createdAtMs,
});

const chargeStatuses: Readonly<Record<IntentStatus, Charge['status']>> = {
  succeeded: 'succeeded',
  requires_action: 'requires_action',
  requires_payment_method: 'cancelled',
  canceled: 'cancelled',
};

/** The decline code that our Stripe adapter reports for this failure. */
export const declineCodeOfFailure = (failure: Failure): string =>
  failure.code === noSuchMethod.code ? 'invalid_payment_method' : declineCodeOf(failure);
