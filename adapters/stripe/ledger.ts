import { err, ok, type Result } from 'neverthrow';
import type Stripe from 'stripe';
import type { Page } from '../../core/page.ts';
import type { LedgerEntry, LedgerQuery } from '../../core/provider.ts';
import type { Unavailable } from '../../core/result.ts';
import { type Call, callStripe } from './calls.ts';
import { fromStripe } from './format/amounts.ts';
import { count, field, isTrue, list, text } from './format/read.ts';

type LedgerPage = Page<LedgerEntry, string>;

/**
 * Reads all charges of the time range first, then all refunds, then all lost disputes. The cursor is `charge:`,
 * `refund:` or `dispute:` and the id of the last row.
 */
export const readLedger = async (
  stripe: Stripe,
  call: Call,
  { fromMs, toMs, after }: LedgerQuery,
): Promise<Result<LedgerPage, Unavailable>> => {
  const [kind = 'charge', last = ''] = (after ?? 'charge:').split(':');
  const query = {
    // Stripe counts in whole seconds. Rounding both bounds up selects the seconds in [from, to).
    created: { gte: Math.ceil(fromMs / 1000), lt: Math.ceil(toMs / 1000) },
    limit: 100,
    ...(last === '' ? {} : { starting_after: last }),
  };
  const isCharges = kind === 'charge';
  const expanded = { ...query, expand: ['data.payment_intent'] };
  const reply = await callStripe<unknown>(call, (options) => {
    if (isCharges) return stripe.charges.list(query, options);
    return kind === 'refund'
      ? stripe.refunds.list(expanded, options)
      : stripe.disputes.list(expanded, options);
  });
  if (reply.kind !== 'succeeded')
    return err(unavailable('reason' in reply ? reply.reason : `stripe: ${reply.kind}`));
  const rows = list(reply.value, 'data');
  if (rows === null) return err(unavailable('stripe: not understood'));
  const entries = rows.map(isCharges ? chargeOf : kind === 'refund' ? refundOf : lostDisputeOf);
  if (entries.includes('not understood')) return err(unavailable('stripe: not understood'));
  const items = entries.filter((entry) => entry !== null && entry !== 'not understood');
  const lastId = text(rows.at(-1), 'id');
  if (lastId !== null && isTrue(reply.value, 'has_more')) return ok({ items, next: `${kind}:${lastId}` });
  return ok({ items, next: isCharges ? 'refund:' : kind === 'refund' ? 'dispute:' : null });
};

/** Null for a row that moved no money. */
export type ParsedEntry = LedgerEntry | null | 'not understood';

const chargeOf = (row: unknown): ParsedEntry => {
  const captured = count(row, 'amount_captured');
  if (text(row, 'status') !== 'succeeded' || captured === 0) return null;
  const paymentId = text(field(row, 'metadata'), 'payment_id');
  const reference = text(row, 'payment_intent');
  return entryOf(row, captured, { kind: 'charge', paymentId, refundId: null }, reference);
};

const refundOf = (row: unknown): ParsedEntry => {
  const intent = field(row, 'payment_intent');
  const paymentId = text(field(intent, 'metadata'), 'payment_id');
  return refundOfCharge(row, { paymentId, reference: text(intent, 'id') });
};

/** Null for a refund that moved no money. The payment and the reference are those of its charge. */
export const refundOfCharge = (
  row: unknown,
  { paymentId, reference }: { readonly paymentId: string | null; readonly reference: string | null },
): ParsedEntry => {
  if (text(row, 'status') !== 'succeeded') return null;
  const refundId = text(field(row, 'metadata'), 'refund_id');
  const subject = { kind: 'refund', paymentId, refundId } as const;
  return entryOf(row, count(row, 'amount'), subject, reference ?? text(row, 'charge'));
};

const lostDisputeOf = (row: unknown): ParsedEntry => {
  if (text(row, 'status') !== 'lost') return null;
  const intent = field(row, 'payment_intent');
  const paymentId = text(field(intent, 'metadata'), 'payment_id');
  const reference = text(intent, 'id') ?? text(row, 'charge');
  return entryOf(row, count(row, 'amount'), { kind: 'dispute', paymentId, refundId: null }, reference);
};

const entryOf = (
  row: unknown,
  amount: number | null,
  subject: Pick<LedgerEntry, 'kind' | 'paymentId' | 'refundId'>,
  reference: string | null,
): ParsedEntry => {
  const [id, currency, created] = [text(row, 'id'), text(row, 'currency'), count(row, 'created')];
  if (id === null || currency === null || created === null || amount === null) return 'not understood';
  // A charge that was made by hand may have no payment intent. It is then named by its own id.
  const named = { id, reference: reference ?? id };
  return { ...subject, ...named, amount: fromStripe({ amount, currency }), atMs: created * 1000 };
};

const unavailable = (reason: string): Unavailable => ({ kind: 'unavailable', reason });
