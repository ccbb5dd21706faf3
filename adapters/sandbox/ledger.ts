import type { Page } from '../../core/page.ts';
import type { LedgerEntry, LedgerQuery } from '../../core/provider.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { type Listed, listCharges, listRefunds, type PaidCharge } from './lists.ts';
import type { Refund } from './refund.ts';

const limit = 100;

/** First all charges of the span, then all refunds: `charge:` or `refund:`, and the last id that was read. */
export const readLedger = async (
  engine: Engine,
  { fromMs, toMs, after }: LedgerQuery,
): AsyncResult<Page<LedgerEntry, string>> => {
  const [kind = '', last = ''] = (after ?? 'charge:').split(':');
  const span = { fromMs, toMs, after: last === '' ? null : last, limit };
  if (kind === 'charge') {
    const charges = await listCharges(engine, span);
    return charges.map((page) => ({
      items: page.rows.map(chargeEntry),
      next: nextOf(kind, page) ?? 'refund:',
    }));
  }
  const refunds = await listRefunds(engine, span);
  return refunds.map((page) => ({
    items: page.rows.filter(({ status }) => status === 'succeeded').map(refundEntry),
    next: nextOf(kind, page),
  }));
};

const nextOf = (kind: string, { rows, hasMore }: Listed<{ readonly id: string }>): string | null =>
  hasMore ? `${kind}:${rows.at(-1)?.id}` : null;

const chargeEntry = ({ id, intent, createdAtMs }: PaidCharge): LedgerEntry => ({
  kind: 'charge',
  id,
  paymentId: intent.metadata.payment_id ?? null,
  refundId: null,
  amount: intent.amount,
  atMs: createdAtMs,
});

const refundEntry = ({ id, paymentId, metadata, amount, createdAtMs }: Refund): LedgerEntry => ({
  kind: 'refund',
  id,
  paymentId,
  refundId: metadata.refund_id ?? null,
  amount,
  atMs: createdAtMs,
});
