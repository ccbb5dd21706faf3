import { err, ok, type Result } from 'neverthrow';
import type { Money } from '../../core/money.ts';
import type { AsyncResult, Unavailable } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { refundNotice } from './event.ts';
import { type Intent, intentOfRecord, recordOfIntent } from './intent.ts';
import { methodOf, type RefundBehaviour } from './methods.ts';
import type { EntryFailure, SandboxRecord } from './records.ts';
import { type Refund, recordOfRefund, refundKey, refundOfRecord } from './refund.ts';

export type RefundRequest = {
  readonly key: string;
  readonly intentId: string;
  /** Null for all that is left. */
  readonly amount: Money | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly asked: string | null;
};

export type RefundCallResult = {
  readonly refund: Refund;
  readonly isFirst: boolean;
  readonly isLost: boolean;
};

/**
 * One result for each key. The refund and what is left of the charge change together, so that refunds never
 * come to more than was charged, however many ask at once.
 */
export const refund = async (
  engine: Engine,
  request: RefundRequest,
): Promise<Result<RefundCallResult, EntryFailure>> => {
  const { book } = engine;
  for (;;) {
    const known = await book.find({ key: refundKey(request.key) });
    if (known.isErr()) return err(known.error);
    if (known.value !== null) return again(engine, known.value);
    const found = await book.find({ id: request.intentId });
    if (found.isErr()) return err(found.error);
    const record = request.intentId.startsWith('pi_') ? found.value : null;
    const intent = record && intentOfRecord(record);

    const manner = methodOf(intent?.method ?? '').refunds;
    const made = refundOf(engine, request, intent, manner);
    if (record === null || intent === null || made.status === 'refused') {
      const entered = await engine.enter({ record: recordOfRefund(made, 1, null), also: [] });
      return entered.map((each) => ({
        refund: refundOfRecord(each),
        isFirst: each.id === made.id,
        isLost: false,
      }));
    }
    const done = await book.change(written(engine, made, manner, { record, intent }));
    if (done.isErr()) return err(done.error);
    if (done.value) return ok({ refund: made, isFirst: true, isLost: manner === 'lost' });
  }
};

const again = async (engine: Engine, record: SandboxRecord): AsyncResult<RefundCallResult> => {
  const decided = await decide(engine, record);
  return decided.map((each) => ({ refund: each, isFirst: false, isLost: false }));
};

const refundOf = (
  { newId, world }: Engine,
  { key, intentId, amount, metadata, asked }: RefundRequest,
  intent: Intent | null,
  manner: RefundBehaviour,
): Refund => {
  const left = intent && { ...intent.amount, amount: intent.amount.amount - intent.refunded };
  const wanted = amount ?? left ?? { amount: 0, currency: 'XXX' };
  const reason = intent === null || left === null ? 'resource_missing' : refusalOf(intent, wanted, manner);
  const status = reason !== null ? 'refused' : manner === 'pending' ? 'pending' : 'succeeded';
  return {
    id: newId('re'),
    key,
    intentId,
    chargeId: intent?.chargeId ?? null,
    amount: wanted,
    metadata,
    paymentId: intent?.metadata.payment_id ?? null,
    status,
    first: status,
    reason,
    later: manner === 'pending' ? 'succeeded' : manner === 'failing' ? 'failed' : null,
    createdAtMs: world.clock.nowMs(),
    asked,
  };
};

/** Stripe's codes, as far as it has them. */
const refusalOf = (intent: Intent, wanted: Money, manner: RefundBehaviour): string | null => {
  if (intent.status !== 'succeeded') return 'charge_not_refundable';
  if (manner === 'refused') return 'charge_disputed';
  if (intent.refunded >= intent.amount.amount) return 'charge_already_refunded';
  const isWithin = wanted.amount > 0 && intent.refunded + wanted.amount <= intent.amount.amount;
  return isWithin && wanted.currency === intent.amount.currency ? null : 'amount_too_large';
};

const written = (
  { told, world, lateMs }: Engine,
  made: Refund,
  manner: RefundBehaviour,
  from: { readonly record: SandboxRecord; readonly intent: Intent },
) => {
  const { intent, record } = from;
  const dueAtMs = made.later === null ? null : world.clock.nowMs() + lateMs;
  const next = {
    ...intent,
    refunded: intent.refunded + made.amount.amount,
    refunds: [made.id, ...intent.refunds],
  };
  const news = told(() => refundNotice(made, 'created'), { later: manner === 'lost' });
  return {
    records: [recordOfIntent(next, record.version + 1)],
    also: [recordOfRefund(made, 1, dueAtMs), ...news],
  };
};

export const retrieveRefund = async (engine: Engine, id: string): AsyncResult<Refund | null> => {
  const found = await engine.book.find({ id });
  if (found.isErr()) return err(found.error);
  return found.value === null || !id.startsWith('re_') ? ok(null) : decide(engine, found.value);
};

/** The refund as it is now: where its time has come, what it was to come to is decided here. */
export const decide = async (engine: Engine, seen: SandboxRecord): AsyncResult<Refund> => {
  const { book, world, told } = engine;
  for (let record = seen; ; ) {
    const refund = refundOfRecord(record);
    const { later } = refund;
    if (later === null || record.dueAtMs === null || record.dueAtMs > world.clock.nowMs()) return ok(refund);
    const next: Refund = {
      ...refund,
      status: later,
      reason: later === 'failed' ? 'declined' : null,
      later: null,
    };
    const freed = later === 'failed' ? await without(engine, refund) : ok([]);
    if (freed.isErr()) return err(freed.error);
    const records = [recordOfRefund(next, record.version + 1, null), ...freed.value];
    const news = told(() => refundNotice(next, later === 'failed' ? 'failed' : 'updated'), { later: true });
    const done = (await book.change({ records, also: news })).mapErr(unwritten);
    if (done.isErr()) return err(done.error);
    if (done.value) return ok(next);
    const found = await book.find({ id: record.id });
    if (found.isErr()) return err(found.error);
    if (found.value !== null) record = found.value;
  }
};

/** The charge with the refund's amount free again. */
const without = async ({ book }: Engine, refund: Refund): AsyncResult<readonly SandboxRecord[]> => {
  const found = await book.find({ id: refund.intentId });
  return found.map((record) => {
    if (record === null) return [];
    const intent = intentOfRecord(record);
    const refunded = intent.refunded - refund.amount.amount;
    return [recordOfIntent({ ...intent, refunded }, record.version + 1)];
  });
};

const unwritten = ({ reason }: EntryFailure): Unavailable => ({ kind: 'unavailable', reason });
