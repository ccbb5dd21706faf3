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
import { createFinishChallenge } from './challenge.ts';
import { createEngine, type Engine, type EngineOptions } from './engine.ts';
import { chargeOf, type Intent, intentOfRecord, stripeStatusOf } from './intent.ts';
import { cancelOpenIntent, create, findByKey } from './intents.ts';
import { readLedger } from './ledger.ts';
import { methodOf } from './methods.ts';
import type { RecordStore } from './records.ts';
import type { Refund } from './refund.ts';
import { refund } from './refunds.ts';
import { readSigned } from './signature.ts';

type ChargeQuery = {
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

export type SandboxProvider = PaymentProvider & {
  /** For whoever speaks with it over the wire, meets challenges or tells its events. */
  readonly engine: Engine;
  /** What it has in its books, newest first. A key that was cancelled before any charge stands there, too. */
  readonly list: (query: ChargeQuery) => AsyncResult<Page<Charge, string>>;
  /** Does what a customer does who is asked to confirm a payment. */
  readonly finishChallenge: ReturnType<typeof createFinishChallenge>;
};

export type SandboxOptions = EngineOptions & {
  readonly slowMs?: number;
  /** What its events are signed with. */
  readonly webhookSecret?: string;
};

/**
 * A payment provider that moves no money and keeps its word as a real one does: one result a key, for ever.
 * `methods` says how it treats each means of payment. It is Stripe in all but the wire, which would cost a
 * charge twenty times what the charge costs.
 */
export const createSandboxProvider = (
  book: RecordStore,
  world: World,
  { slowMs = 2_000, webhookSecret = '', ...options }: SandboxOptions = {},
): SandboxProvider => {
  const engine = createEngine(book, world, options);
  const firsts = new Set<string>();
  /** Whether it is the first time that this process hears of the key: faults of the road need no book. */
  const isFirstHeard = (key: string): boolean => !firsts.has(key) && firsts.add(key).size > 0;

  /** What keeps a charge from being made, or makes it late; null where nothing does. */
  const hindrance = async ({ paymentId, method }: ChargeRequest): Promise<ChargeOutcome | null> => {
    const { manner } = methodOf(method);
    if (!hindering.has(manner)) return null;
    const known = await findByKey(engine, paymentId);
    if (known.isErr()) return known.error;
    if (known.value !== null) return null;
    if (manner === 'down') return { kind: 'unavailable', reason: 'the provider takes no charges now' };
    if (manner === 'slow') await sleep(world.timer, slowMs);
    else if (isFirstHeard(paymentId))
      return manner === 'rate_limited'
        ? { kind: 'unavailable', reason: 'the provider takes no more charges just now' }
        : { kind: 'unknown', reason: 'the request was lost' };
    return null;
  };

  return {
    name: 'stripe',
    engine,

    charge: async (request) => {
      const hindered = await hindrance(request);
      if (hindered !== null) return hindered;
      const { paymentId: key, amount, method } = request;
      const made = await create(engine, { key, amount, metadata: { payment_id: key }, as: { method } });
      if (made.isErr()) return made.error;
      const { intent, isFirst } = made.value;
      if (isFirst && losing.has(methodOf(method).manner))
        return { kind: 'unknown', reason: 'the answer was lost' };
      return isBlocked(intent) ? calledOff(engine, intent) : outcomeOf(intent);
    },

    cancel: async ({ paymentId: key, amount }) => {
      const made = await create(engine, { key, amount, metadata: { payment_id: key }, as: 'burnt' });
      if (made.isErr()) return made.error;
      const { intent } = made.value;
      const isWaiting = intent.status === 'requires_action' || isBlocked(intent);
      return isWaiting ? calledOff(engine, intent) : outcomeOf(intent);
    },

    refund: async ({ refundId: key, reference: intentId, amount }) => {
      const metadata = { refund_id: key };
      const made = await refund(engine, { key, intentId, amount, metadata, asked: null });
      if (made.isErr()) return made.error;
      return made.value.isLost
        ? { kind: 'unknown', reason: 'the answer was lost' }
        : returnOf(made.value.refund);
    },

    finishChallenge: createFinishChallenge(engine),
    readLedger: (query) => readLedger(engine, query),
    readEvent: async (delivery, nowMs) => readSigned(webhookSecret, delivery, nowMs),

    list: async ({ after, limit }) => {
      const records = await book.list({ from: 'pi_', before: after ?? 'pi_~', limit: limit + 1 });
      return records.map((rows) =>
        pageOf(
          rows.map((row) => chargeOf(intentOfRecord(row))),
          limit,
          ({ id }) => id,
        ),
      );
    },
  };
};

const hindering = new Set(['slow', 'down', 'rate_limited', 'lost_before']);
const losing = new Set(['lost', 'html', 'error']);

/** A challenge was failed, and whoever has the secret could try again. */
const isBlocked = ({ status, error, clientSecret }: Intent): boolean =>
  status === 'requires_payment_method' && error !== null && clientSecret !== null;

const calledOff = async (engine: Engine, { id }: Intent): Promise<ChargeOutcome> => {
  const called: Result<
    Intent,
    { readonly kind: string; readonly intent?: Intent; readonly reason?: string }
  > = await cancelOpenIntent(engine, id);
  if (called.isOk()) return outcomeOf(called.value);
  const { intent, reason = 'it is gone' } = called.error;
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
        : { kind: 'declined', declineCode: stripeStatusOf(error) };
  }
};

const returnOf = ({ id, status, reason }: Refund): ProviderRefundOutcome =>
  status === 'refused' || status === 'failed'
    ? { kind: 'refused', reason: reason ?? status }
    : { kind: status, reference: id };
