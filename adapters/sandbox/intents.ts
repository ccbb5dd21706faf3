import { err, ok, type Result } from 'neverthrow';
import type { Money } from '../../core/money.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { intentNotice } from './event.ts';
import { chargeIdOf, type Intent, intentKey, intentOfRecord, nextVersion, recordOfIntent } from './intent.ts';
import { type Failure, type Method, methodOf } from './methods.ts';
import type { SandboxRecord, WriteFailure } from './records.ts';

export type Creation = {
  readonly key: string;
  readonly amount: Money;
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * `spent`: created as cancelled, so that its key can never charge. `unconfirmed`: charges nobody until
   * confirmed.
   */
  readonly mode: { readonly method: string } | 'unconfirmed' | 'spent';
  /** Given for a request that came over HTTP. */
  readonly http?: Pick<Intent, 'fingerprint' | 'returnUrl'> & {
    readonly challengeUrlOf: (id: string, clientSecret: string) => string;
  };
};

export type CreationResult = { readonly intent: Intent; readonly isFirst: boolean };

/** The intent is in a state that does not allow the change. */
export type WrongState = { readonly kind: 'unexpected_state'; readonly intent: Intent };
type NotFound = { readonly kind: 'not_found' };

/** Creates an intent. The first call under a key decides; all later calls get its intent. */
export const create = async (
  engine: Engine,
  creation: Creation,
): Promise<Result<CreationResult, WriteFailure>> => {
  const intent = intentOf(engine, creation);
  const { behaviour } = methodOf(intent.method ?? '');
  const deferred = intent.method !== null && deferredBehaviours.has(behaviour);
  const afterMs = behaviour === 'late_event' ? engine.lateMs : 0;
  const inserted = await engine.insertIfNew({
    record: recordOfIntent(intent, 1),
    also: engine.eventRecords(() => intentNotice(intent), { deferred, afterMs }),
  });
  return inserted.map((stored) =>
    stored.id === intent.id ? { intent, isFirst: true } : { intent: intentOfRecord(stored), isFirst: false },
  );
};

/** With these, the caller may not learn the result from the response. */
const deferredBehaviours = new Set<Method['behaviour']>([
  'response_lost',
  'html_response',
  'error_response',
  'late_event',
]);

const intentOf = (engine: Engine, { key, amount, metadata, mode, http }: Creation): Intent => {
  const id = engine.newId('pi');
  const method = typeof mode === 'string' ? null : mode.method;
  const verdict = method === null ? null : methodOf(method).verdict;
  const status = verdict?.status ?? (mode === 'spent' ? 'canceled' : 'requires_payment_method');
  const hasSecret = http !== undefined || status === 'requires_action';
  const clientSecret = hasSecret ? `${id}_secret_${hex(engine.world.random.bytes(12))}` : null;
  const returnUrl = http?.returnUrl ?? null;
  return {
    id,
    key,
    amount,
    method,
    metadata,
    status,
    error: verdict !== null && 'error' in verdict ? verdict.error : null,
    clientSecret,
    challengeUrl:
      http && returnUrl !== null && clientSecret !== null ? http.challengeUrlOf(id, clientSecret) : null,
    returnUrl,
    createdAtMs: engine.world.clock.nowMs(),
    chargeId: status === 'succeeded' ? chargeIdOf(id) : null,
    refunded: 0,
    refunds: [],
    disputes: [],
    dispute: null,
    fingerprint: http?.fingerprint ?? null,
    initial: null,
  };
};

export const findIntent = async ({ records }: Engine, id: string): AsyncResult<Intent | null> => {
  const found = await records.find({ id });
  return found.map((record) => (record === null || !id.startsWith('pi_') ? null : intentOfRecord(record)));
};

export const findIntentByKey = async ({ records }: Engine, key: string): AsyncResult<Intent | null> => {
  const found = await records.find({ key: intentKey(key) });
  return found.map((record) => record && intentOfRecord(record));
};

type ChangeResult = Promise<Result<Intent, WriteFailure | WrongState | NotFound>>;

/** Cancels an intent that is not paid yet, so that it can never charge. */
export const cancelOpenIntent = (engine: Engine, id: string): ChangeResult =>
  changeIntent(engine, id, (intent) => {
    if (!isOpen(intent)) return null;
    const next = nextVersion(intent, { status: 'canceled' });
    return { next, also: engine.eventRecords(() => intentNotice(next), { deferred: false }) };
  });

/**
 * The customer passes the challenge or fails it. A failed challenge can be tried again while the intent is
 * open.
 */
export const confirm = (engine: Engine, idOrSecret: string, outcome: 'succeed' | Failure): ChangeResult => {
  const [id = ''] = idOrSecret.split('_secret_');
  return changeIntent(engine, id, (intent) => {
    const isAuthorized = idOrSecret === id || idOrSecret === intent.clientSecret;
    if (!isAuthorized || intent.clientSecret === null || !isOpen(intent)) return null;
    const isPaid = outcome === 'succeed';
    const chargeId = isPaid ? engine.newId('ch') : null;
    const next = isPaid
      ? nextVersion(intent, { status: 'succeeded', error: null, chargeId })
      : nextVersion(intent, { status: 'requires_payment_method', error: outcome });
    const events = engine.eventRecords(() => intentNotice(next), { deferred: true });
    return { next, also: chargeId === null ? events : [chargeRecord(engine, chargeId, id), ...events] };
  });
};

export const authenticationFailed: Failure = {
  code: 'payment_intent_authentication_failure',
  declineCode: null,
};

const isOpen = ({ status }: Intent): boolean => status !== 'succeeded' && status !== 'canceled';

/**
 * A charge that is made after its intent needs its own record, so that the ledger lists it at its own time.
 */
const chargeRecord = ({ world }: Engine, id: string, intentId: string): SandboxRecord => ({
  id,
  key: `charge:${id}`,
  version: 1,
  dueAtMs: null,
  body: JSON.stringify({ intentId, createdAtMs: world.clock.nowMs() }),
});

/**
 * Changes an intent, and tries again after a concurrent change. `update` returns null if the change is not
 * allowed.
 */
const changeIntent = async (
  { records }: Engine,
  id: string,
  update: (intent: Intent) => { readonly next: Intent; readonly also: readonly SandboxRecord[] } | null,
): ChangeResult => {
  for (;;) {
    const found = await records.find({ id });
    if (found.isErr()) return err(found.error);
    const record = found.value;
    if (record === null || !id.startsWith('pi_')) return err({ kind: 'not_found' });
    const intent = intentOfRecord(record);
    const updated = update(intent);
    if (updated === null) return err({ kind: 'unexpected_state', intent });
    const { next, also } = updated;
    const changed = await records.change({ records: [recordOfIntent(next, record.version + 1)], also });
    if (changed.isErr()) return err(changed.error);
    if (changed.value) return ok(next);
  }
};

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (each) => each.toString(16).padStart(2, '0')).join('');
