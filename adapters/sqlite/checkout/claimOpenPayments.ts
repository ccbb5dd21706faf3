import type { Result } from 'neverthrow';
import type { Audits, OpenClaim } from '../../../core/audit.ts';
import {
  initialPaymentStatus,
  nextPaymentStatus,
  openPaymentStatuses,
  type PaymentStatus,
} from '../../../core/payment.ts';
import type { Unavailable } from '../../../core/result.ts';
import { isOneOf, quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import type { PaymentRow } from '../rows.ts';
import { createOrdersOfCheckout } from './ordersOfCheckout.ts';

type Query = Parameters<Audits['claimOpenPayments']>[0];
type Due = Pick<
  PaymentRow,
  'id' | 'status' | 'attempt' | 'amount' | 'currency' | 'method' | 'createdAtMs'
> & {
  /** JSON. */
  readonly orderIds: string;
};

/** Takes up payments that were left open. The write lock keeps reconcilers side by side from sharing one. */
export const createClaimOpenPayments = (connection: Connection) => {
  const { ask, client, write } = connection;
  const ordersOf = createOrdersOfCheckout(connection);
  const due = client.prepare<[number, number], Due>(
    `${select} where ${isOpen} and p.due_ms <= ? order by p.due_ms, p.id limit ?`,
  );
  const one = client.prepare<[string, number], Due>(
    `${select} where p.id = ? and ${isOpen} and (p.status <> ${quoted(initialPaymentStatus)} or p.due_ms <= ?)`,
  );
  const takeUp = client.prepare<[PaymentStatus, number, number, number, string]>(
    'update payment set status = ?, attempt = ?, due_ms = ?, updated_ms = ? where id = ?',
  );
  const wanted = ({ nowMs, only }: Query, limit: number): readonly Due[] =>
    only === null ? due.all(nowMs, limit) : one.all(only, nowMs);

  const take = (row: Due, { nowMs, againAtMs }: Query): OpenClaim => {
    const { id, amount, currency, method, createdAtMs: claimedAtMs } = row;
    const attempt = row.attempt + 1;
    const status = nextPaymentStatus(row.status, 'lose');
    if (status === null) throw new Error(`the payment ${id} is ${row.status}: nothing is to be lost`);
    takeUp.run(status, attempt, againAtMs(attempt, claimedAtMs), nowMs, id);
    return {
      checkoutId: id,
      attempt,
      amount: { amount, currency },
      method,
      orders: ordersOf(JSON.parse(row.orderIds)),
      claimedAtMs,
    };
  };

  return (query: Query): Result<readonly OpenClaim[], Unavailable> => {
    // Asked before the lock is taken: mostly there is nothing to do.
    const isAny = ask(() => wanted(query, 1).length > 0);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => []);
    return write(() => wanted(query, query.limit).map((row) => take(row, query)));
  };
};

const select = `
  select p.id, p.status, p.attempt, p.amount, p.currency, p.method, p.created_ms as createdAtMs,
    a.order_ids as orderIds
  from payment p cross join audit a on a.id = p.id`;

/** In the words of the index `payment_open`, or SQLite does not use it. */
const isOpen = isOneOf('p.status', openPaymentStatuses);
