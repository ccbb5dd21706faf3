import { err, ok, type Result } from 'neverthrow';
import {
  auditKeyOf,
  type CheckoutRequest,
  type Claim,
  type ClaimFailure,
  fingerprintOf,
  type JudgedClaim,
  withNumber,
} from '../../../core/audit.ts';
import { firstCheckoutSequence, formatCheckoutNumber } from '../../../core/checkoutNumber.ts';
import { type ClaimSnapshot, judgeClaims, type KnownAudit } from '../../../core/judgeClaims.ts';
import {
  type CheckoutLimits,
  customersOf,
  hasCheckoutLimit,
  noCheckoutLimits,
} from '../../../core/limits.ts';
import { orderStatusAfter } from '../../../core/order.ts';
import { initialPaymentStatus, paymentStatusAfter } from '../../../core/payment.ts';
import { unitsToHold } from '../../../core/stock.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';
import { type OrderRow, orderOf, type PaymentRow, unitsLeft } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import { createReadCounted } from './countedCheckouts.ts';
import type { CheckoutReader } from './read.ts';

type Verdict = Result<Claim, ClaimFailure>;

/** See `Audits.claim`. Runs in the caller's transaction: its write lock keeps the rows unchanged while core judges. */
export const createClaim = (connection: Connection, checkouts: CheckoutReader, numberPrefix: string) => {
  const readSnapshot = createReadSnapshot(connection, checkouts);
  const writeClaim = createWriteClaim(connection, numberPrefix);
  const takeUnits = createTakeUnits(connection);
  return (
    requests: readonly CheckoutRequest[],
    nowMs: number,
    limits: CheckoutLimits = noCheckoutLimits,
  ): readonly Verdict[] => {
    const { snapshot, seqOf } = readSnapshot(requests, limits);
    const verdicts = judgeClaims(requests, snapshot, nowMs, limits).map((verdict, index): Verdict => {
      const request = requests[index];
      if (verdict.isErr() || request === undefined) return err(verdict._unsafeUnwrapErr());
      const claim = verdict.value;
      return ok(withNumber(claim, writeClaim(request, claim, { seqOf, stock: snapshot.stock }, nowMs)));
    });
    takeUnits(verdicts, snapshot.stock);
    return verdicts;
  };
};

type AuditRow = Pick<PaymentRow, 'id' | 'status' | 'method' | 'attempt'> & {
  readonly customerId: string;
  readonly sequence: number;
  readonly numberPrefix: string;
  /** JSON. */
  readonly orderIds: string;
  readonly hasResponse: 0 | 1;
};

/** By order id. */
type Seqs = ReadonlyMap<string, number>;

/** What the claims were judged by. */
type Judged = { readonly seqOf: Seqs; readonly stock: ClaimSnapshot['stock'] };

const createReadSnapshot = (connection: Connection, { responseTo }: CheckoutReader) => {
  const { client } = connection;
  const readCounted = createReadCounted(connection);
  const auditByKey = client.prepare<[string, string], AuditRow>(
    `select a.id, a.sequence, a.number_prefix as numberPrefix, a.customer_id as customerId, a.order_ids as orderIds, p.status, p.method, p.attempt,
       p.response is not null as hasResponse
     from audit a cross join payment p on p.id = a.id where a.key = ? and a.customer_id = ?`,
  );
  const orderAndStock = client.prepare<[string], OrderRow & { readonly stock: number | null }>(
    `select ${columnsOf(orders, 'o')}, ${unitsLeft} as stock
     from orders o left join stock on stock.product_id = o.product_id where o.id = ?`,
  );

  return (
    requests: readonly CheckoutRequest[],
    limits: CheckoutLimits,
  ): { snapshot: ClaimSnapshot; seqOf: Seqs } => {
    const audits = new Map<string, KnownAudit>();
    const found: (OrderRow & { readonly stock: number | null })[] = [];
    for (const { key, customerId, orderIds } of requests) {
      const row = auditByKey.get(key, customerId);
      if (row !== undefined) audits.set(auditKeyOf({ key, customerId }), knownAuditOf(row, responseTo));
      for (const id of orderIds) {
        const order = orderAndStock.get(id);
        if (order !== undefined) found.push(order);
      }
    }
    return {
      snapshot: {
        audits,
        counted: readCounted(hasCheckoutLimit(limits) ? customersOf(requests) : []),
        orders: new Map(found.map((row) => [row.id, orderOf(row)])),
        stock: new Map(found.map(({ productId, stock }) => [productId, stock])),
      },
      seqOf: new Map(found.map(({ id, seq }) => [id, seq])),
    };
  };
};

const knownAuditOf = (row: AuditRow, responseTo: CheckoutReader['responseTo']): KnownAudit => {
  const { customerId, method, attempt, sequence, numberPrefix: prefix } = row;
  const orderIds: readonly string[] = JSON.parse(row.orderIds);
  return {
    checkoutId: row.id,
    number: formatCheckoutNumber({ prefix, sequence }),
    fingerprint: fingerprintOf({ customerId, orderIds, method }),
    orderIds,
    paymentStatus: row.status,
    attempt,
    response: row.hasResponse === 1 ? responseTo(row.id) : null,
  };
};

/** Writes a claim and returns the number of its checkout. */
const createWriteClaim = ({ client }: Connection, numberPrefix: string) => {
  const appendHistory = createAppendHistory(client);
  const insertAudit = client.prepare<[string, string, string, string, number, string]>(
    `insert into audit (sequence, id, key, customer_id, order_ids, created_ms, number_prefix)
     values ((select ifnull(max(sequence) + 1, ${firstCheckoutSequence}) from audit), ?, ?, ?, ?, ?, ?)`,
  );
  const insertPayment = client.prepare<[string, number, number, string, string, number, number, number]>(
    `insert into payment (id, status, attempt, amount, currency, method, recover_ms, claimed_ms, updated_ms)
     values (?, ${quoted(initialPaymentStatus)}, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const reopenPayment = client.prepare<[number, number, string, number, number, number, string]>(
    `update payment set status = ${quoted(paymentStatusAfter.retry)}, attempt = ?, amount = ?, currency = ?, recover_ms = ?, claimed_ms = ?,
       updated_ms = ? where id = ?`,
  );
  const claimOrder = client.prepare<[string, string, number, number, number, string]>(
    `update orders set status = ${quoted(orderStatusAfter.claim)}, checkout_id = ?, checkout_number = ?, held = ?, seq = ?, updated_ms = ?
     where id = ?`,
  );

  return (request: CheckoutRequest, claim: JudgedClaim, { seqOf, stock }: Judged, nowMs: number): string => {
    const { key, customerId, orderIds, recoverAtMs } = request;
    const { checkoutId, attempt, amount, method } = claim;
    let { number } = claim;
    if (number === null) {
      const ids = JSON.stringify(orderIds);
      const { lastInsertRowid } = insertAudit.run(checkoutId, key, customerId, ids, nowMs, numberPrefix);
      number = formatCheckoutNumber({ prefix: numberPrefix, sequence: Number(lastInsertRowid) });
      insertPayment.run(
        checkoutId,
        attempt,
        amount.amount,
        amount.currency,
        method,
        recoverAtMs,
        nowMs,
        nowMs,
      );
    } else {
      reopenPayment.run(attempt, amount.amount, amount.currency, recoverAtMs, nowMs, nowMs, checkoutId);
    }
    for (const order of claim.orders) {
      const { id, status } = order;
      const held = unitsToHold(order, stock);
      const seq = (seqOf.get(id) ?? 0) + 1;
      claimOrder.run(checkoutId, number, held, held > 0 ? seq + 1 : seq, nowMs, id);
      appendHistory(id, { seq, state: status, reserved: held > 0 }, nowMs);
    }
    return number;
  };
};

/** One update for each product, however many orders of the batch it has. */
const createTakeUnits = ({ client }: Connection) => {
  const take = client.prepare<[number, string]>('update stock set units = units - ? where product_id = ?');
  return (verdicts: readonly Verdict[], stock: ClaimSnapshot['stock']): void => {
    const taken = new Map<string, number>();
    for (const verdict of verdicts)
      for (const order of verdict.isOk() ? verdict.value.orders : [])
        taken.set(order.product.id, (taken.get(order.product.id) ?? 0) + unitsToHold(order, stock));
    for (const [productId, units] of taken) if (units > 0) take.run(units, productId);
  };
};
