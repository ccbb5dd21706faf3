import type { Result } from 'neverthrow';
import type { Audits, UnsettledClaim } from '../../core/audit.ts';
import type { Unavailable } from '../../core/result.ts';
import { cartsOf } from './carts.ts';
import type { Connection } from './connection.ts';
import type { PaymentRow } from './rows.ts';
import { columnsOf, payment } from './schema.ts';

type Query = Parameters<Audits['takeUnsettled']>[0];
type Due = PaymentRow & { readonly orderIds: string };

/** Takes up payments that were left open. The write lock keeps reconcilers side by side from sharing one. */
export const unsettled = (connection: Connection) => {
  const { ask, client, write } = connection;
  const ordersOf = cartsOf(connection);
  const due = client.prepare<[number, number], Due>(
    `select ${columnsOf(payment, 'p')}, a.order_ids as orderIds
     from payment p cross join audit a on a.id = p.id
     where p.status in ('initiated', 'unknown') and p.due_ms <= ?
     order by p.due_ms, p.id limit ?`,
  );
  const takeUp = client.prepare<[number, number, number, string]>(
    `update payment set status = 'unknown', attempt = ?, due_ms = ?, updated_ms = ? where id = ?`,
  );

  const take = (row: Due, { nowMs, againAtMs }: Query): UnsettledClaim => {
    const { id, amount, currency, method } = row;
    const attempt = row.attempt + 1;
    takeUp.run(attempt, againAtMs(attempt), nowMs, id);
    return {
      checkoutId: id,
      attempt,
      amount: { amount, currency },
      method,
      orders: ordersOf(JSON.parse(row.orderIds)),
      claimedAtMs: row.createdAtMs,
    };
  };

  return (query: Query): Result<readonly UnsettledClaim[], Unavailable> => {
    const { nowMs, limit } = query;
    // Asked before the lock is taken: mostly there is nothing to do.
    const isAny = ask(() => due.get(nowMs, 1) !== undefined);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => []);
    return write(() => due.all(nowMs, limit).map((row) => take(row, query)));
  };
};
