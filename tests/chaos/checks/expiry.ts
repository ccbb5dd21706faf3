import { groupBy } from '../grouping.ts';
import type { HistoryRow, OrderRow, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Maintenance looks each second. The rest is for a busy machine. */
const upkeepMs = 5_000;

/** A pending order can be paid until its time and no longer, and is then cancelled, whether or not it was claimed. */
export const checkExpiry = ({ orders, history, takenMs }: Snapshot): Violation[] => {
  const rowsOf = groupBy(history, ({ orderId }) => orderId);
  return orders.flatMap((order) => {
    const rows = (rowsOf.get(order.id) ?? []).toSorted((one, other) => one.seq - other.seq);
    const found = rulesBrokenBy(order, rows);
    if (order.status === 'pending' && order.expiresMs + upkeepMs < takenMs) found.push('expired_and_pending');
    return found.map((rule) => violation(rule, order.id, `it expires at ${order.expiresMs}`));
  });
};

const rulesBrokenBy = ({ expiresMs }: OrderRow, rows: readonly HistoryRow[]): string[] =>
  rows.flatMap(({ state, atMs, detail }, index) => {
    const isLate = atMs >= expiresMs;
    if (state === 'paying' && isLate) return ['claimed_after_expiry'];
    if (state === 'cancelled' && detail === 'expired' && !isLate) return ['expired_early'];
    const isReleased = state === 'pending' && index > 0;
    return isReleased && isLate && rows[index + 1]?.state !== 'cancelled' ? ['released_after_expiry'] : [];
  });
