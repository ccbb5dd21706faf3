import { err, ok, type Result } from 'neverthrow';
import type { Money } from '../../core/money.ts';
import type { AsyncResult, Unavailable } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { refundNotice } from './event.ts';
import { type Intent, intentOfRecord, recordOfIntent } from './intent.ts';
import { methodOf, type RefundBehaviour } from './methods.ts';
import type { Change, SandboxRecord, WriteFailure } from './records.ts';
import { type Refund, recordOfRefund, refundKey, refundOfRecord } from './refund.ts';

export type RefundRequest = {
  readonly key: string;
  readonly intentId: string;
  /** Null: all that is left of the charge. */
  readonly amount: Money | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fingerprint: string | null;
};

export type RefundResult = {
  readonly refund: Refund;
  /** True if the response is to be lost (see `RefundBehaviour`). */
  readonly isLost: boolean;
};

/**
 * Makes a refund, once for each key. The refund and the refunded amount of the charge change in one
 * transaction, so that concurrent refunds never exceed the charge.
 */
export const refund = async (
  engine: Engine,
  request: RefundRequest,
): Promise<Result<RefundResult, WriteFailure>> => {
  const { records } = engine;
  for (;;) {
    const known = await records.find({ key: refundKey(request.key) });
    if (known.isErr()) return err(known.error);
    if (known.value !== null) return existingRefund(engine, known.value);
    const found = await records.find({ id: request.intentId });
    if (found.isErr()) return err(found.error);
    const record = request.intentId.startsWith('pi_') ? found.value : null;
    const intent = record && intentOfRecord(record);

    const behaviour = methodOf(intent?.method ?? '').refunds;
    const created = newRefund(engine, request, intent, behaviour);
    if (record === null || intent === null || created.status === 'refused') {
      const inserted = await engine.insertIfNew({ record: recordOfRefund(created, 1, null), also: [] });
      return inserted.map((each) => ({ refund: refundOfRecord(each), isLost: false }));
    }
    const changed = await records.change(refundChange(engine, created, behaviour, { record, intent }));
    if (changed.isErr()) return err(changed.error);
    if (changed.value) return ok({ refund: created, isLost: behaviour === 'response_lost' });
  }
};

const existingRefund = async (engine: Engine, record: SandboxRecord): AsyncResult<RefundResult> => {
  const resolved = await resolveRefund(engine, record);
  return resolved.map((each) => ({ refund: each, isLost: false }));
};

const newRefund = (
  { newId, world }: Engine,
  { key, intentId, amount, metadata, fingerprint }: RefundRequest,
  intent: Intent | null,
  behaviour: RefundBehaviour,
): Refund => {
  const left = intent && { ...intent.amount, amount: intent.amount.amount - intent.refunded };
  const requested = amount ?? left ?? { amount: 0, currency: 'XXX' };
  const reason = intent === null ? 'resource_missing' : rejectionCodeOf(intent, requested, behaviour);
  const status = reason !== null ? 'refused' : behaviour === 'pending' ? 'pending' : 'succeeded';
  return {
    id: newId('re'),
    key,
    intentId,
    chargeId: intent?.chargeId ?? null,
    amount: requested,
    metadata,
    paymentId: intent?.metadata.payment_id ?? null,
    status,
    initialStatus: status,
    reason,
    pendingResult: behaviour === 'pending' ? 'succeeded' : behaviour === 'failing' ? 'failed' : null,
    createdAtMs: world.clock.nowMs(),
    fingerprint,
  };
};

/**
 * Stripe's error codes, except `amount_too_large`: Stripe names the parameter instead. Null for a valid
 * refund.
 */
const rejectionCodeOf = (intent: Intent, requested: Money, behaviour: RefundBehaviour): string | null => {
  if (intent.status !== 'succeeded') return 'charge_not_refundable';
  if (behaviour === 'refused' || intent.dispute !== null) return 'charge_disputed';
  if (intent.refunded >= intent.amount.amount) return 'charge_already_refunded';
  const isWithin = requested.amount > 0 && intent.refunded + requested.amount <= intent.amount.amount;
  return isWithin && requested.currency === intent.amount.currency ? null : 'amount_too_large';
};

const refundChange = (
  { eventRecords, world, lateMs }: Engine,
  created: Refund,
  behaviour: RefundBehaviour,
  charge: { readonly record: SandboxRecord; readonly intent: Intent },
): Change => {
  const { intent, record } = charge;
  const dueAtMs = created.pendingResult === null ? null : world.clock.nowMs() + lateMs;
  const next = {
    ...intent,
    refunded: intent.refunded + created.amount.amount,
    refunds: [created.id, ...intent.refunds],
  };
  // The shop has not requested a refund without its id, so it learns of it by the event alone.
  const deferred = behaviour === 'response_lost' || created.metadata.refund_id === undefined;
  const events = eventRecords(() => refundNotice(created, 'created'), { deferred });
  return {
    records: [recordOfIntent(next, record.version + 1)],
    also: [recordOfRefund(created, 1, dueAtMs), ...events],
  };
};

export const findRefund = async (engine: Engine, id: string): AsyncResult<Refund | null> => {
  const found = await engine.records.find({ id });
  if (found.isErr()) return err(found.error);
  return found.value === null || !id.startsWith('re_') ? ok(null) : resolveRefund(engine, found.value);
};

/** Returns the current refund. If the record is due, this first moves the refund to its final status. */
export const resolveRefund = async (engine: Engine, stored: SandboxRecord): AsyncResult<Refund> => {
  const { records, world, eventRecords } = engine;
  for (let record = stored; ; ) {
    const refund = refundOfRecord(record);
    const { pendingResult } = refund;
    const isDue = record.dueAtMs !== null && record.dueAtMs <= world.clock.nowMs();
    if (pendingResult === null || !isDue) return ok(refund);
    const hasFailed = pendingResult === 'failed';
    const reason = hasFailed ? 'declined' : null;
    const next: Refund = { ...refund, status: pendingResult, reason, pendingResult: null };
    const released = hasFailed ? await releasedCharge(engine, refund) : ok([]);
    if (released.isErr()) return err(released.error);
    const changes = [recordOfRefund(next, record.version + 1, null), ...released.value];
    const events = eventRecords(() => refundNotice(next, hasFailed ? 'failed' : 'updated'), {
      deferred: true,
    });
    const changed = (await records.change({ records: changes, also: events })).mapErr(asUnavailable);
    if (changed.isErr()) return err(changed.error);
    if (changed.value) return ok(next);
    const found = await records.find({ id: record.id });
    if (found.isErr()) return err(found.error);
    if (found.value !== null) record = found.value;
  }
};

/** The charge without the amount of the failed refund, which can then be refunded again. */
const releasedCharge = async ({ records }: Engine, refund: Refund): AsyncResult<readonly SandboxRecord[]> => {
  const found = await records.find({ id: refund.intentId });
  return found.map((record) => {
    if (record === null) return [];
    const intent = intentOfRecord(record);
    const refunded = intent.refunded - refund.amount.amount;
    return [recordOfIntent({ ...intent, refunded }, record.version + 1)];
  });
};

const asUnavailable = ({ reason }: WriteFailure): Unavailable => ({ kind: 'unavailable', reason });
