import { type OrderStatus, orderStatuses } from '../../core/order.ts';
import type { PaymentStatus } from '../../core/payment.ts';
import type { RefundStatus } from '../../core/refund.ts';

type Status = OrderStatus | PaymentStatus | RefundStatus;

/**
 * A status as an SQL literal. Statuses are names from core, so nothing has to be escaped. They are literals and not
 * parameters, because a planner uses a partial index only if it sees that the condition implies that of the index.
 */
export const quoted = (status: Status): string => `'${status}'`;

/** Statuses for `in (…)`, for PostgreSQL. */
export const quotedList = (statuses: readonly Status[]): string => statuses.map(quoted).join(', ');

/** A condition for SQLite, which uses a partial index only if the condition has the same form as that of the index. */
export const isOneOf = (column: string, statuses: readonly Status[]): string =>
  `(${statuses.map((status) => `${column} = ${quoted(status)}`).join(' or ')})`;

/**
 * True: both databases have an index of the orders with this status. Total, so that a new status must be added here.
 */
const isRare: Readonly<Record<OrderStatus, boolean>> = {
  pending: false,
  paying: false,
  paid: false,
  completed: false,
  failed: true,
  cancelled: true,
  refunded: true,
};

/** Few orders have these statuses, so an index of these orders costs nothing for most orders. */
export const rareOrderStatuses = orderStatuses.filter((status) => isRare[status]);
