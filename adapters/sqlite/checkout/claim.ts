import type { Result } from 'neverthrow';
import {
  type CheckoutRequest,
  type Claim,
  type ClaimFailure,
  type ClaimSnapshot,
  fingerprintOf,
  judgeClaims,
  type KnownAudit,
} from '../../../core/audit.ts';
import { orderStatusAfter } from '../../../core/order.ts';
import { initialPaymentStatus, paymentStatusAfter } from '../../../core/payment.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';
import { type OrderRow, orderOf, type PaymentRow } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import type { CheckoutReader } from './read.ts';

type Verdict = Result<Claim, ClaimFailure>;

/** Runs inside the write lock, which is what holds the rows still while they are judged. */
export const createClaim = (connection: Connection, checkouts: CheckoutReader) => {
  const readGround = groundReading(connection, checkouts);
  const writeClaim = claimWriting(connection);
  return (requests: readonly CheckoutRequest[], nowMs: number): readonly Verdict[] => {
    const { ground, seqOf } = readGround(requests);
    const verdicts = judgeClaims(requests, ground, nowMs);
    requests.forEach((request, index) => {
      const verdict = verdicts[index];
      if (verdict?.isOk()) writeClaim(request, verdict.value, seqOf, nowMs);
    });
    return verdicts;
  };
};

type KnownRow = Pick<PaymentRow, 'id' | 'status' | 'method' | 'attempt'> & {
  readonly customerId: string;
  /** JSON. */
  readonly orderIds: string;
  readonly answered: 0 | 1;
};

/** By order id. */
type Seqs = ReadonlyMap<string, number>;

const groundReading = ({ client }: Connection, { responseTo: answerTo }: CheckoutReader) => {
  const auditOf = client.prepare<[string], KnownRow>(
    `select a.id, a.customer_id as customerId, a.order_ids as orderIds, p.status, p.method, p.attempt,
       p.answer is not null as answered
     from audit a cross join payment p on p.id = a.id where a.key = ?`,
  );
  const orderAndStock = client.prepare<[string], OrderRow & { readonly stock: number | null }>(
    `select ${columnsOf(orders, 'o')}, p.stock
     from orders o cross join product p on p.id = o.product_id where o.id = ?`,
  );

  return (requests: readonly CheckoutRequest[]): { ground: ClaimSnapshot; seqOf: Seqs } => {
    const audits = new Map<string, KnownAudit>();
    const found: (OrderRow & { readonly stock: number | null })[] = [];
    for (const { key, orderIds } of requests) {
      const known = auditOf.get(key);
      if (known !== undefined) audits.set(key, knownAudit(known, answerTo));
      for (const id of orderIds) {
        const row = orderAndStock.get(id);
        if (row !== undefined) found.push(row);
      }
    }
    return {
      ground: {
        audits,
        orders: new Map(found.map((row) => [row.id, orderOf(row)])),
        stock: new Map(found.map(({ productId, stock }) => [productId, stock])),
      },
      seqOf: new Map(found.map(({ id, seq }) => [id, seq])),
    };
  };
};

const knownAudit = (row: KnownRow, answerTo: CheckoutReader['responseTo']): KnownAudit => {
  const { customerId, method, attempt } = row;
  const orderIds: readonly string[] = JSON.parse(row.orderIds);
  return {
    checkoutId: row.id,
    fingerprint: fingerprintOf({ customerId, orderIds, method }),
    orderIds,
    paymentStatus: row.status,
    attempt,
    response: row.answered === 1 ? answerTo(row.id) : null,
  };
};

const claimWriting = ({ client }: Connection) => {
  const tell = createAppendHistory(client);
  const insertAudit = client.prepare<[string, string, string, string, number]>(
    'insert into audit (id, key, customer_id, order_ids, created_ms) values (?, ?, ?, ?, ?)',
  );
  const insertPayment = client.prepare<[string, number, number, string, string, number, number, number]>(
    `insert into payment (id, status, attempt, amount, currency, method, due_ms, created_ms, updated_ms)
     values (?, ${quoted(initialPaymentStatus)}, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const revivePayment = client.prepare<[number, number, number, number, string]>(
    `update payment set status = ${quoted(paymentStatusAfter.retry)}, attempt = ?, due_ms = ?, created_ms = ?,
       updated_ms = ? where id = ?`,
  );
  const takeOrder = client.prepare<[string, number, number, string]>(
    `update orders set status = ${quoted(orderStatusAfter.claim)}, checkout_id = ?, seq = ?, updated_ms = ?
     where id = ?`,
  );

  return (request: CheckoutRequest, claim: Claim, seqOf: Seqs, nowMs: number): void => {
    const { key, customerId, orderIds, reconcileAtMs } = request;
    const { checkoutId, attempt, amount, method } = claim;
    if (attempt === 1) {
      insertAudit.run(checkoutId, key, customerId, JSON.stringify(orderIds), nowMs);
      insertPayment.run(
        checkoutId,
        attempt,
        amount.amount,
        amount.currency,
        method,
        reconcileAtMs,
        nowMs,
        nowMs,
      );
    } else {
      revivePayment.run(attempt, reconcileAtMs, nowMs, nowMs, checkoutId);
    }
    for (const { id, status } of claim.orders) {
      const seq = (seqOf.get(id) ?? 0) + 1;
      takeOrder.run(checkoutId, seq, nowMs, id);
      tell(id, { seq, state: status }, nowMs);
    }
  };
};
