import type { Result } from 'neverthrow';
import { type Page, pageOf } from '../../core/page.ts';
import type {
  Charge,
  ChargeOutcome,
  ChargeRequest,
  PaymentProvider,
  ProviderRefundOutcome,
} from '../../core/provider.ts';
import type { AsyncResult } from '../../core/result.ts';
import { sleep } from '../../core/timer.ts';
import type { World } from '../../core/world.ts';
import { toStripe } from '../stripe/format/amounts.ts';
import { createFinishChallenge } from './challenge.ts';
import { readCharge } from './charge.ts';
import { createEngine, type Engine, type EngineOptions } from './engine.ts';
import { chargeOf, declineCodeOfFailure, type Intent, intentOfRecord } from './intent.ts';
import { cancelOpenIntent, create, findIntentByKey } from './intents.ts';
import { readLedger } from './ledger.ts';
import { type Method, methodOf } from './methods.ts';
import type { RecordStore } from './records.ts';
import type { Refund } from './refund.ts';
import { refund } from './refunds.ts';
import { readSignedEvent } from './signature.ts';

type ChargeQuery = {
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

export type SandboxProvider = PaymentProvider & {
  /** For the HTTP API, for challenges and for webhooks. */
  readonly engine: Engine;
  /** Its charges, newest first, including keys that were cancelled before any charge. */
  readonly list: (query: ChargeQuery) => AsyncResult<Page<Charge, string>>;
  /** Acts as the customer who confirms or fails a challenge. */
  readonly finishChallenge: ReturnType<typeof createFinishChallenge>;
};

export type SandboxOptions = EngineOptions & {
  /** How long a `slow` charge takes, in ms. */
  readonly slowMs?: number;
  /** The secret that signs its events. */
  readonly webhookSecret?: string;
};

/**
 * A payment provider that moves no money. Like a real provider, it remembers the result of every key.
 * `methods.ts` says how it treats each payment method. It behaves as Stripe does, without HTTP: HTTP would
 * make a charge take twenty times as long.
 */
export const createSandboxProvider = (
  records: RecordStore,
  world: World,
  { slowMs = 2_000, webhookSecret = '', ...options }: SandboxOptions = {},
): SandboxProvider => {
  const engine = createEngine(records, world, options);
  const seenKeys = new Set<string>();
  /** True if this process sees the key for the first time. Network faults do not need the record store. */
  const isFirstAttempt = (key: string): boolean => !seenKeys.has(key) && seenKeys.add(key).size > 0;

  /**
   * Returns the outcome if a fault prevents the charge, or null if the charge can be made, perhaps after a
   * wait.
   */
  const injectFault = async ({ paymentId, method }: ChargeRequest): Promise<ChargeOutcome | null> => {
    const { behaviour } = methodOf(method);
    if (!faultyBehaviours.has(behaviour)) return null;
    const known = await findIntentByKey(engine, paymentId);
    if (known.isErr()) return known.error;
    if (known.value !== null) return null;
    if (behaviour === 'down') return { kind: 'unavailable', reason: 'the provider is down' };
    if (behaviour === 'slow') await sleep(world.timer, slowMs);
    else if (isFirstAttempt(paymentId))
      return behaviour === 'rate_limited'
        ? { kind: 'unavailable', reason: 'the provider gets too many requests' }
        : { kind: 'unknown', reason: 'the request was lost' };
    return null;
  };

  return {
    name: 'stripe',
    engine,

    charge: async (request) => {
      if (toStripe(request.amount) === null) return amountNotSupported;
      const fault = await injectFault(request);
      if (fault !== null) return fault;
      const { paymentId: key, amount, method } = request;
      const created = await create(engine, { key, amount, metadata: { payment_id: key }, mode: { method } });
      if (created.isErr()) return created.error;
      const { intent, isFirst } = created.value;
      if (isFirst && lostBehaviours.has(methodOf(method).behaviour))
        return { kind: 'unknown', reason: 'the response was lost' };
      return hasFailedChallenge(intent) ? cancelOpen(engine, intent.id) : outcomeOf(intent);
    },

    cancel: async ({ paymentId: key, amount }) => {
      if (toStripe(amount) === null) return amountNotSupported;
      const created = await create(engine, { key, amount, metadata: { payment_id: key }, mode: 'spent' });
      if (created.isErr()) return created.error;
      const { intent } = created.value;
      const isWaiting = intent.status === 'requires_action' || hasFailedChallenge(intent);
      return isWaiting ? cancelOpen(engine, intent.id) : outcomeOf(intent);
    },

    cancelCharge: (reference) => cancelOpen(engine, reference),

    refund: async ({ refundId: key, reference: intentId, amount }) => {
      if (toStripe(amount) === null) return { kind: 'refused', reason: 'amount_not_supported' };
      const metadata = { refund_id: key };
      const result = await refund(engine, { key, intentId, amount, metadata, fingerprint: null });
      if (result.isErr()) return result.error;
      return result.value.isLost
        ? { kind: 'unknown', reason: 'the response was lost' }
        : refundOutcomeOf(result.value.refund);
    },

    finishChallenge: createFinishChallenge(engine),
    readCharge: (reference) => readCharge(engine, reference),
    readLedger: (query) => readLedger(engine, query),
    readEvent: async (request, nowMs) => readSignedEvent(webhookSecret, request, nowMs),

    list: async ({ after, limit }) => {
      const found = await records.list({ from: 'pi_', before: after ?? 'pi_~', limit: limit + 1 });
      return found.map((intents) =>
        pageOf(
          intents.map((record) => chargeOf(intentOfRecord(record))),
          limit,
          ({ id }) => id,
        ),
      );
    },
  };
};

/** What Stripe cannot express, the sandbox refuses too, so that a demo shows what the real shop would do. */
const amountNotSupported: ChargeOutcome = { kind: 'declined', declineCode: 'amount_not_supported' };

/** Faults before the charge. */
const faultyBehaviours = new Set<Method['behaviour']>(['slow', 'down', 'rate_limited', 'request_lost']);
/** Faults after the charge: the caller does not learn the result. */
const lostBehaviours = new Set<Method['behaviour']>(['response_lost', 'html_response', 'error_response']);

/** The customer failed a challenge. A holder of the secret could still try again. */
const hasFailedChallenge = ({ status, error, clientSecret }: Intent): boolean =>
  status === 'requires_payment_method' && error !== null && clientSecret !== null;

const cancelOpen = async (engine: Engine, id: string): Promise<ChargeOutcome> => {
  const cancelled: Result<
    Intent,
    { readonly kind: string; readonly intent?: Intent; readonly reason?: string }
  > = await cancelOpenIntent(engine, id);
  if (cancelled.isOk()) return outcomeOf(cancelled.value);
  const { intent, reason = 'the payment was not found' } = cancelled.error;
  return intent === undefined ? { kind: 'unknown', reason } : outcomeOf(intent);
};

const outcomeOf = ({ id, status, error, clientSecret }: Intent): ChargeOutcome => {
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', reference: id };
    case 'requires_action':
      return { kind: 'requires_action', reference: id, action: { clientSecret, redirectUrl: null } };
    case 'requires_payment_method':
    case 'canceled':
      return error === null
        ? { kind: 'cancelled' }
        : { kind: 'declined', declineCode: declineCodeOfFailure(error) };
  }
};

const refundOutcomeOf = ({ id, status, reason }: Refund): ProviderRefundOutcome =>
  status === 'refused' || status === 'failed'
    ? { kind: 'refused', reason: reason ?? status }
    : { kind: status, reference: id };
