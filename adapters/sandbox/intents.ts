import { err, ok, type Result } from 'neverthrow';
import type { Money } from '../../core/money.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { intentNotice } from './event.ts';
import { chargeIdOf, type Intent, intentKey, intentOfRecord, moved, recordOfIntent } from './intent.ts';
import { type Failure, methodOf } from './methods.ts';
import type { EntryFailure, SandboxRecord } from './records.ts';

export type Creation = {
  readonly key: string;
  readonly amount: Money;
  readonly metadata: Readonly<Record<string, string>>;
  /** `burnt`: called off in the same breath. `unconfirmed`: nobody is charged by it, either. */
  readonly as: { readonly method: string } | 'unconfirmed' | 'burnt';
  readonly wire?: Pick<Intent, 'asked' | 'returnUrl'> & {
    readonly challengeUrlOf: (id: string, clientSecret: string) => string;
  };
};

export type CreationResult = { readonly intent: Intent; readonly isFirst: boolean };

/** It is in a state in which that cannot be done. */
export type WrongState = { readonly kind: 'unexpected_state'; readonly intent: Intent };
type Missing = { readonly kind: 'not_found' };

/** One result for each key, for ever: the first one's. */
export const create = async (
  engine: Engine,
  creation: Creation,
): Promise<Result<CreationResult, EntryFailure>> => {
  const intent = intentOf(engine, creation);
  const { manner } = methodOf(intent.method ?? '');
  const later = intent.method !== null && tellingManners.has(manner);
  const afterMs = manner === 'late' ? engine.lateMs : 0;
  const record = recordOfIntent(intent, 1);
  const entered = await engine.enter({
    record,
    also: engine.told(() => intentNotice(intent), { later, afterMs }),
  });
  return entered.map((stands) =>
    stands.id === intent.id ? { intent, isFirst: true } : { intent: intentOfRecord(stands), isFirst: false },
  );
};

/** Whose caller may not be told what came of it. */
const tellingManners = new Set(['lost', 'html', 'error', 'late']);

const intentOf = (engine: Engine, { key, amount, metadata, as, wire }: Creation): Intent => {
  const id = engine.newId('pi');
  const method = typeof as === 'string' ? null : as.method;
  const verdict = method === null ? null : methodOf(method).verdict;
  const status = verdict?.status ?? (as === 'burnt' ? 'canceled' : 'requires_payment_method');
  const isAsked = wire !== undefined || status === 'requires_action';
  const clientSecret = isAsked ? `${id}_secret_${hex(engine.world.random.bytes(12))}` : null;
  const returnUrl = wire?.returnUrl ?? null;
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
      wire && returnUrl !== null && clientSecret !== null ? wire.challengeUrlOf(id, clientSecret) : null,
    returnUrl,
    createdAtMs: engine.world.clock.nowMs(),
    chargeId: status === 'succeeded' ? chargeIdOf(id) : null,
    refunded: 0,
    refunds: [],
    asked: wire?.asked ?? null,
    first: null,
  };
};

export const retrieve = async ({ book }: Engine, id: string): AsyncResult<Intent | null> => {
  const found = await book.find({ id });
  return found.map((record) => (record === null || !id.startsWith('pi_') ? null : intentOfRecord(record)));
};

export const findByKey = async ({ book }: Engine, key: string): AsyncResult<Intent | null> => {
  const found = await book.find({ key: intentKey(key) });
  return found.map((record) => record && intentOfRecord(record));
};

type Changed = Promise<Result<Intent, EntryFailure | WrongState | Missing>>;

/** No charge comes of it any more. */
export const cancelOpenIntent = (engine: Engine, id: string): Changed =>
  change(engine, id, (intent) => {
    if (!isOpen(intent)) return null;
    const next = moved(intent, { status: 'canceled' });
    return { next, also: engine.told(() => intentNotice(next), { later: false }) };
  });

/** The customer has met the challenge, or failed it; who failed may try again, for as long as it is open. */
export const confirm = (engine: Engine, idOrSecret: string, outcome: 'succeed' | Failure): Changed => {
  const [id = ''] = idOrSecret.split('_secret_');
  return change(engine, id, (intent) => {
    const isKnown = idOrSecret === id || idOrSecret === intent.clientSecret;
    if (!isKnown || intent.clientSecret === null || !isOpen(intent)) return null;
    const paid = outcome === 'succeed';
    const chargeId = paid ? engine.newId('ch') : null;
    const next = paid
      ? moved(intent, { status: 'succeeded', error: null, chargeId })
      : moved(intent, { status: 'requires_payment_method', error: outcome });
    const news = engine.told(() => intentNotice(next), { later: true });
    return { next, also: chargeId === null ? news : [chargeRecord(engine, chargeId, id), ...news] };
  });
};

export const authenticationFailed: Failure = {
  code: 'payment_intent_authentication_failure',
  declineCode: null,
};

const isOpen = ({ status }: Intent): boolean => status !== 'succeeded' && status !== 'canceled';

/** A charge that was not made with its intent has a time of its own, and is found by it. */
const chargeRecord = ({ world }: Engine, id: string, intentId: string): SandboxRecord => ({
  id,
  key: `charge:${id}`,
  version: 1,
  dueAtMs: null,
  body: JSON.stringify({ intentId, createdAtMs: world.clock.nowMs() }),
});

/** Again and again until nobody else has changed it meanwhile; `to` answers null where it does not apply. */
const change = async (
  { book }: Engine,
  id: string,
  to: (intent: Intent) => { readonly next: Intent; readonly also: readonly SandboxRecord[] } | null,
): Changed => {
  for (;;) {
    const found = await book.find({ id });
    if (found.isErr()) return err(found.error);
    const record = found.value;
    if (record === null || !id.startsWith('pi_')) return err({ kind: 'not_found' });
    const intent = intentOfRecord(record);
    const wanted = to(intent);
    if (wanted === null) return err({ kind: 'unexpected_state', intent });
    const { next, also } = wanted;
    const done = await book.change({ records: [recordOfIntent(next, record.version + 1)], also });
    if (done.isErr()) return err(done.error);
    if (done.value) return ok(next);
  }
};

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (each) => each.toString(16).padStart(2, '0')).join('');
