import { err, ok, type Result } from 'neverthrow';
import type Stripe from 'stripe';
import type { ProviderCharge } from '../../core/provider.ts';
import type { Unavailable } from '../../core/result.ts';
import { type Call, callStripe, type Reply } from './calls.ts';
import { disputeOf } from './format/eventSubject.ts';
import { field, isTrue, list, text } from './format/read.ts';
import { refundOfCharge } from './ledger.ts';

/** Reads the PaymentIntent, which has our payment's id, all refunds of it, and all disputes. */
export const readCharge = async (
  stripe: Stripe,
  call: Call,
  reference: string,
): Promise<Result<ProviderCharge | null, Unavailable>> => {
  const intent = await callStripe<unknown>(call, (options) =>
    stripe.paymentIntents.retrieve(reference, {}, options),
  );
  if (intent.kind === 'refused') return ok(null);
  if (intent.kind !== 'succeeded') return unavailable(intent);
  const paymentId = text(field(intent.value, 'metadata'), 'payment_id');
  const refunds = await readPages(
    (after) =>
      callStripe<unknown>(call, (options) =>
        stripe.refunds.list({ payment_intent: reference, limit: 100, ...after }, options),
      ),
    (row) => failedRefundOf(row) ?? refundOfCharge(row, { paymentId, reference }),
  );
  if (refunds.isErr()) return err(refunds.error);
  const disputes = await readPages(
    (after) =>
      callStripe<unknown>(call, (options) =>
        stripe.disputes.list({ payment_intent: reference, limit: 100, ...after }, options),
      ),
    (row) => disputeOf(row) ?? 'not understood',
  );
  return disputes.map((found) => ({
    paymentId,
    refunds: refunds.value.flatMap((row) => (typeof row === 'string' ? [] : [row])),
    failedRefunds: refunds.value.flatMap((row) => (typeof row === 'string' ? [row] : [])),
    disputes: found,
  }));
};

/** The id of a refund that failed. Null for any other. */
const failedRefundOf = (row: unknown): string | null =>
  text(row, 'status') === 'failed' ? text(row, 'id') : null;

/** A charge with more rows than this is not expected. It is then not understood, rather than read in part. */
const pagesMax = 10;

const readPages = async <Entry>(
  readPage: (after: { readonly starting_after?: string }) => Promise<Reply<unknown>>,
  entryOf: (row: unknown) => Entry | null | 'not understood',
): Promise<Result<readonly Entry[], Unavailable>> => {
  const entries: Entry[] = [];
  let after: { readonly starting_after?: string } = {};
  for (let page = 0; page < pagesMax; page++) {
    const reply = await readPage(after);
    if (reply.kind !== 'succeeded') return unavailable(reply);
    const rows = list(reply.value, 'data');
    if (rows === null) return notUnderstood;
    for (const row of rows) {
      const entry = entryOf(row);
      if (entry === 'not understood') return notUnderstood;
      if (entry !== null) entries.push(entry);
    }
    const last = text(rows.at(-1), 'id');
    if (!isTrue(reply.value, 'has_more') || last === null) return ok(entries);
    after = { starting_after: last };
  }
  return notUnderstood;
};

const unavailable = (reply: Reply<unknown>): Result<never, Unavailable> =>
  err({ kind: 'unavailable', reason: 'reason' in reply ? reply.reason : `stripe: ${reply.kind}` });

const notUnderstood: Result<never, Unavailable> = err({
  kind: 'unavailable',
  reason: 'stripe: not understood',
});
