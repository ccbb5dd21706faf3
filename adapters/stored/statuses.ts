import { type OrderStatus, orderStatuses } from '../../core/order.ts';
import type { PaymentStatus } from '../../core/payment.ts';
import type { RefundStatus } from '../../core/refund.ts';

type Status = OrderStatus | PaymentStatus | RefundStatus;

/**
 * Statuses as SQL writes them. They are core's own words, so nothing has to be escaped. They are written out and
 * not bound, because a planner uses a partial index only where it sees that the condition implies the index's own.
 */
export const quoted = (status: Status): string => `'${status}'`;

/** For `in (…)`, on PostgreSQL. */
export const listed = (statuses: readonly Status[]): string => statuses.map(quoted).join(', ');

/** For SQLite, which uses a partial index only where the condition has the same form as the index's own. */
export const isOneOf = (column: string, statuses: readonly Status[]): string =>
  `(${statuses.map((status) => `${column} = ${quoted(status)}`).join(' or ')})`;

/** Total, so that a new status has to say whether each database keeps an index of the orders that have it. */
const isRare: Readonly<Record<OrderStatus, boolean>> = {
  pending: false,
  paying: false,
  paid: false,
  completed: false,
  failed: true,
  cancelled: true,
  refunded: true,
};

/** Few orders have these, so that an index of those orders costs most orders nothing. */
export const rareOrderStatuses = orderStatuses.filter((status) => isRare[status]);
