import type { Page } from '../../core/page.ts';
import type { LedgerEntry, LedgerQuery } from '../../core/provider.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { SandboxDispute } from './dispute.ts';
import type { Engine } from './engine.ts';
import { type ListPage, type PaidCharge, readCharges, readDisputes, readRefunds } from './lists.ts';
import type { Refund } from './refund.ts';

const limit = 100;

/**
 * Reads all charges of the time range first, then all refunds, then all lost disputes. The cursor is `charge:`,
 * `refund:` or `dispute:` and the id of the last row.
 */
export const readLedger = async (
  engine: Engine,
  { fromMs, toMs, after }: LedgerQuery,
): AsyncResult<Page<LedgerEntry, string>> => {
  const [kind = '', last = ''] = (after ?? 'charge:').split(':');
  const range = { fromMs, toMs, after: last === '' ? null : last, limit };
  if (kind === 'charge') {
    const charges = await readCharges(engine, range);
    return charges.map((page) => ({
      items: page.rows.map(chargeEntry),
      next: cursorOf(kind, page) ?? 'refund:',
    }));
  }
  if (kind === 'refund') {
    const refunds = await readRefunds(engine, range);
    return refunds.map((page) => ({
      items: page.rows.filter(({ status }) => status === 'succeeded').map(refundEntry),
      next: cursorOf(kind, page) ?? 'dispute:',
    }));
  }
  const disputes = await readDisputes(engine, range);
  return disputes.map((page) => ({
    items: page.rows.filter(({ status }) => status === 'lost').map(disputeEntry),
    next: cursorOf(kind, page),
  }));
};

const cursorOf = (kind: string, { rows, hasMore }: ListPage<{ readonly id: string }>): string | null =>
  hasMore ? `${kind}:${rows.at(-1)?.id}` : null;

const chargeEntry = ({ id, intent, createdAtMs }: PaidCharge): LedgerEntry => ({
  kind: 'charge',
  id,
  reference: intent.id,
  paymentId: intent.metadata.payment_id ?? null,
  refundId: null,
  amount: intent.amount,
  atMs: createdAtMs,
});

export const refundEntry = ({
  id,
  intentId,
  paymentId,
  metadata,
  amount,
  createdAtMs,
}: Refund): LedgerEntry => ({
  kind: 'refund',
  id,
  reference: intentId,
  paymentId,
  refundId: metadata.refund_id ?? null,
  amount,
  atMs: createdAtMs,
});

const disputeEntry = ({ id, intentId, paymentId, amount, createdAtMs }: SandboxDispute): LedgerEntry => ({
  kind: 'dispute',
  id,
  reference: intentId,
  paymentId,
  refundId: null,
  amount,
  atMs: createdAtMs,
});
