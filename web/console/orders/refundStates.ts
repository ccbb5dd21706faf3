import type { Money, OrderDetail } from '../../shared/types.ts';
import type { Refund } from './ordersApi.ts';

/** What of the order is still paid: its total, less the refunds that were made or may still be made. */
export const leftOf = ({ total }: Pick<OrderDetail, 'total'>, refunds: readonly Refund[]): Money => {
  const given = refunds
    .filter(({ status }) => status !== 'failed')
    .reduce((sum, { amount }) => sum + amount.amount, 0);
  return { amount: Math.max(0, total.amount - given), currency: total.currency };
};

const wasPaid: ReadonlySet<string> = new Set(['paid', 'completed', 'failed', 'refunded']);

export type NoRefund = 'not_paid' | 'disputed' | 'nothing_left';

/** Why an order cannot be refunded now. Null if it can. The API has the last word. */
export const whyNoRefund = (
  { status, disputed }: Pick<OrderDetail, 'status' | 'disputed'>,
  left: Money,
): NoRefund | null => {
  if (!wasPaid.has(status)) return 'not_paid';
  if (disputed) return 'disputed';
  return left.amount === 0 ? 'nothing_left' : null;
};
