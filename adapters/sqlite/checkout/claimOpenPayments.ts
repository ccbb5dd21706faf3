import type { Result } from 'neverthrow';
import type { Audits, OpenClaim } from '../../../core/audit.ts';
import { formatCheckoutNumber } from '../../../core/checkoutNumber.ts';
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
type OpenPaymentRow = Pick<
  PaymentRow,
  'id' | 'status' | 'attempt' | 'amount' | 'currency' | 'method' | 'claimedAtMs'
> & {
  readonly sequence: number;
  readonly numberPrefix: string;
  /** JSON. */
  readonly orderIds: string;
};

/** See `Audits.claimOpenPayments`. The write lock keeps two processes from claiming the same payment. */
export const createClaimOpenPayments = (connection: Connection) => {
  const { runStatement, client, write } = connection;
  const ordersOf = createOrdersOfCheckout(connection);
  const due = client.prepare<[number, number], OpenPaymentRow>(
    `${selectOpenPayments} where ${isOpen} and p.recover_ms <= ? order by p.recover_ms, p.id limit ?`,
  );
  const byId = client.prepare<[string, number], OpenPaymentRow>(
    `${selectOpenPayments} where p.id = ? and ${isOpen}
       and (p.status <> ${quoted(initialPaymentStatus)} or p.recover_ms <= ?)`,
  );
  const update = client.prepare<[PaymentStatus, number, number, number, string]>(
    'update payment set status = ?, attempt = ?, recover_ms = ?, updated_ms = ? where id = ?',
  );
  const select = ({ nowMs, onlyPaymentId }: Query, limit: number): readonly OpenPaymentRow[] =>
    onlyPaymentId === null ? due.all(nowMs, limit) : byId.all(onlyPaymentId, nowMs);

  const claim = (row: OpenPaymentRow, { nowMs, nextRecoveryAtMs }: Query): OpenClaim => {
    const { id, amount, currency, method, claimedAtMs, sequence, numberPrefix: prefix } = row;
    const attempt = row.attempt + 1;
    const status = nextPaymentStatus(row.status, 'lose');
    if (status === null) throw new Error(`the payment ${id} is ${row.status} and cannot be recovered`);
    update.run(status, attempt, nextRecoveryAtMs(attempt, claimedAtMs), nowMs, id);
    return {
      checkoutId: id,
      number: formatCheckoutNumber({ prefix, sequence }),
      attempt,
      amount: { amount, currency },
      method,
      orders: ordersOf(JSON.parse(row.orderIds)),
      claimedAtMs,
    };
  };

  return (query: Query): Result<readonly OpenClaim[], Unavailable> => {
    // Checked without the write lock first, because usually there is nothing to do.
    const isAny = runStatement(() => select(query, 1).length > 0);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => []);
    return write(() => select(query, query.limit).map((row) => claim(row, query)));
  };
};

const selectOpenPayments = `
  select p.id, p.status, p.attempt, p.amount, p.currency, p.method, p.claimed_ms as claimedAtMs,
    a.order_ids as orderIds, a.sequence, a.number_prefix as numberPrefix
  from payment p cross join audit a on a.id = p.id`;

/** SQLite uses the partial index `payment_open` only for a condition in the same form. */
const isOpen = isOneOf('p.status', openPaymentStatuses);
