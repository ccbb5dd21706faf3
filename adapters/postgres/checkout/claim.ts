import { err, ok, type Result } from 'neverthrow';
import {
  type Audits,
  auditKeyOf,
  type CheckoutRequest,
  type Claim,
  type ClaimFailure,
  type ClaimSnapshot,
  fingerprintOf,
  type JudgedClaim,
  judgeClaims,
  type KnownAudit,
  withNumber,
} from '../../../core/audit.ts';
import { type CheckoutLimits, groupCounted, noCheckoutLimits } from '../../../core/limits.ts';
import { orderStatusAfter, orderStatusesBefore } from '../../../core/order.ts';
import { initialPaymentStatus, paymentStatusAfter, paymentStatusesBefore } from '../../../core/payment.ts';
import { unitsToHold } from '../../../core/stock.ts';
import { checkoutNumber, orderColumns } from '../columns.ts';
import { type Sql, withRetries } from '../connection.ts';
import { isStockShort } from '../failures.ts';
import { type OrderRow, orderOf, type PaymentRow } from '../rows.ts';
import { statusList, statusText } from '../statuses.ts';
import { type CountedRow, countedColumn } from './countedCheckouts.ts';
import { type CurrentCheckout, readResponses } from './storedResponses.ts';

type Verdict = Result<Claim, ClaimFailure>;

type Settings = {
  readonly limits?: CheckoutLimits | undefined;
  /** Of the numbers of new checkouts. */
  readonly numberPrefix: string;
};

/**
 * Reads, judges, and writes. The read and the write are two statements in two transactions, so no lock is held while
 * we judge. The write changes only rows that are as they were read. Requests whose rows have changed are
 * read and judged again.
 */
export const claim = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
  nowMs: number,
  { limits = noCheckoutLimits, numberPrefix }: Settings,
): ReturnType<Audits['claim']> => {
  const settings = { limits, numberPrefix };
  const round = await withRetries(() => judgeAndWrite(sql, requests, nowMs, settings));
  if (round.isErr()) return err(round.error);
  const verdicts = round.value;
  const open = requests.filter((_, index) => verdicts[index] === null);
  if (open.length === 0) return ok(verdicts.filter((verdict) => verdict !== null));
  return (await claim(sql, open, nowMs, settings)).map((verdictsOfOpen) => {
    const rest = verdictsOfOpen.values();
    return verdicts.flatMap((verdict) => verdict ?? rest.next().value ?? []);
  });
};

/** One verdict for each request. Null: nothing is written of this request, and it must be judged again. */
const judgeAndWrite = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
  nowMs: number,
  { limits, numberPrefix }: Settings & { readonly limits: CheckoutLimits },
): Promise<readonly (Verdict | null)[]> => {
  const { snapshot, seqs } = await readSnapshot(sql, requests, limits);
  const judged = judgeClaims(requests, snapshot, nowMs, limits);
  const claims = judged.flatMap((verdict, index): RequestedClaim[] => {
    const request = requests[index];
    return verdict.isOk() && request !== undefined ? [{ request, claim: verdict.value }] : [];
  });
  const rows =
    claims.length === 0
      ? []
      : await writeUnlessShort(sql, claims, { seqs, stock: snapshot.stock, numberPrefix }, nowMs);
  const numbers = new Map(rows.map(({ id, number }) => [id, number]));
  const verdicts = judged.map((verdict): Verdict | null => {
    if (verdict.isErr()) return err(verdict.error);
    const number = numbers.get(verdict.value.checkoutId);
    return number === undefined ? null : ok(withNumber(verdict.value, number));
  });
  if (rows.length === claims.length) return verdicts;
  // A claim of this batch may be the reason of a refusal, and that claim may be the one that was not written.
  return verdicts.map((verdict) => (verdict?.isOk() ? verdict : null));
};

/**
 * Writes nothing if other claims have taken the units of a product since we read them. Then all claims of this batch are
 * judged again. This ends, because units only fall where another claim was written.
 */
const writeUnlessShort = async (...claims: Parameters<typeof write>): ReturnType<typeof write> => {
  try {
    return await write(...claims);
  } catch (cause) {
    if (isStockShort(cause)) return [];
    throw cause;
  }
};

/** A claim that was written, with the number of its checkout. */
type WrittenClaim = { readonly id: string; readonly number: string };

type RequestedClaim = { readonly request: CheckoutRequest; readonly claim: JudgedClaim };

/** The `seq` of each order when it was read, by order id. It tells whether the order has changed since. */
type Seqs = ReadonlyMap<string, number>;

/** What the claims were judged by. */
type Judged = {
  readonly seqs: Seqs;
  readonly stock: ClaimSnapshot['stock'];
  /** Of the new checkouts. */
  readonly numberPrefix: string;
};

type OrderSnapshotRow = OrderRow & { readonly seq: number; readonly stock: number | null };
type AuditSnapshotRow = Pick<PaymentRow, 'id' | 'status' | 'method'> & {
  readonly key: string;
  readonly customer_id: string;
  readonly order_ids: string[];
  readonly number: string;
  readonly attempt: number;
  readonly has_response: boolean;
};

type SnapshotRow = {
  readonly orders: readonly OrderSnapshotRow[];
  readonly audits: readonly AuditSnapshotRow[];
  /** Null if there are none. Not read without a limit. */
  readonly counted?: readonly CountedRow[] | null;
};

/**
 * Reads orders and keys in one statement, so that both are of the same moment: if an order is claimed by an equal
 * request, that request's key is found too. The result is JSON: one row, and not one for each order.
 *
 * `any((select …))` hides the length of an array from the planner. It would find a plan for a short array cheaper than
 * the stored one, and so plan every batch of less than ten again: 200 µs.
 */
const readSnapshot = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
  limits: CheckoutLimits,
): Promise<{ readonly snapshot: ClaimSnapshot; readonly seqs: Seqs }> => {
  const [read] = await sql<[SnapshotRow]>`
    select ${countedColumn(sql, requests, limits)} (
      select coalesce(json_agg(o), '[]') from (
        select ${orderColumns(sql, 'o')}, o.seq, case when s.limited then s.units end as stock
        from orders o
        left join lateral (select limited, units from stock where product_id = o.product_id limit 1) s on true
        where o.id = any((select ${listOf(requests.flatMap(({ orderIds }) => orderIds))}::uuid[])::uuid[])
      ) o
    ) as orders, (
      select coalesce(json_agg(a), '[]') from (
        select a.id, ${checkoutNumber(sql, 'a')}, a.key, a.customer_id, a.order_ids, p.status, p.attempt, p.method,
          p.response is not null as has_response
        from audit a join payment p using (id)
        where a.key = any((select ${listOf(requests.map(({ key }) => key))}::uuid[])::uuid[])
      ) a
    ) as audits`;
  const withResponse = read.audits.filter((audit) => audit.has_response).map(({ id }) => id);
  const current =
    withResponse.length === 0 ? new Map<string, CurrentCheckout>() : await readResponses(sql, withResponse);
  return {
    snapshot: {
      counted: groupCounted(read.counted ?? []),
      orders: new Map(read.orders.map((row) => [row.id, orderOf(row)])),
      stock: new Map(read.orders.map((row) => [row.product_id, row.stock])),
      audits: new Map(
        read.audits.map((row) => [
          auditKeyOf({ customerId: row.customer_id, key: row.key }),
          knownAuditOf(row, current.get(row.id)?.response ?? null),
        ]),
      ),
    },
    seqs: new Map(read.orders.map((row) => [row.id, row.seq])),
  };
};

const knownAuditOf = (row: AuditSnapshotRow, response: KnownAudit['response']): KnownAudit => ({
  checkoutId: row.id,
  number: row.number,
  fingerprint: fingerprintOf({
    customerId: row.customer_id,
    orderIds: row.order_ids,
    method: row.method,
  }),
  orderIds: row.order_ids,
  paymentStatus: row.status,
  attempt: row.attempt,
  response,
});

/**
 * An array of ids or numbers, as the server reads it. The driver would quote and escape each element. That took 4 µs a
 * checkout, and neither ids nor numbers need it.
 */
const listOf = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;

/**
 * Writes each claim whole or not at all, and returns the checkout ids of those that are written. A claim is written if
 * its orders have not changed since they were read and its key was free. Lock order: payments that are retried, orders,
 * keys, then stock, each by its id. So overlapping checkouts wait for one another and never deadlock. The payments come
 * first, because an outcome locks them before it gives units back.
 *
 * Each claim carries what its orders take from the stock, so that nothing has to be joined. The new units are computed
 * from the locked row: the statement's own version of the row may be older, and its check would fail for no reason.
 */
const write = async (
  sql: Sql,
  claims: readonly RequestedClaim[],
  { seqs, stock, numberPrefix }: Judged,
  nowMs: number,
): Promise<readonly WrittenClaim[]> => {
  const retries = claims.filter(({ claim }) => claim.attempt > 1).map(({ claim }) => claim.checkoutId);
  const orders = claims.flatMap(({ claim }) =>
    claim.orders.map((order) => ({
      id: order.id,
      checkoutId: claim.checkoutId,
      seq: seqs.get(order.id) ?? 0,
      held: unitsToHold(order, stock),
    })),
  );
  const claimedStatus = statusText(sql, orderStatusAfter.claim);
  // Most batches retry nothing, and some take nothing from the stock. Those parts are then left out: the server would
  // plan and start them for nothing.
  const hasRetries = retries.length > 0;
  const hasHeld = orders.some(({ held }) => held > 0);
  return sql<WrittenClaim[]>`
    with claim as (
      select * from unnest(
        ${listOf(claims.map(({ claim }) => claim.checkoutId))}::uuid[],
        ${listOf(claims.map(({ request }) => request.key))}::uuid[],
        ${claims.map(({ request }) => request.customerId)}::text[],
        ${claims.map(({ request }) => listOf(request.orderIds))}::text[],
        ${listOf(claims.map(({ claim }) => claim.attempt))}::integer[],
        ${listOf(claims.map(({ claim }) => claim.amount.amount))}::bigint[],
        ${claims.map(({ claim }) => claim.amount.currency)}::text[],
        ${claims.map(({ claim }) => claim.method)}::text[],
        ${listOf(claims.map(({ request }) => request.recoverAtMs))}::bigint[]
      ) as c(id, key, customer_id, order_ids, attempt, amount, currency, method, recover_ms)
    ${
      hasRetries
        ? sql`), retriable as materialized (
      select p.id from (select unnest(${retries}::uuid[]) as id order by id) r
      cross join lateral (select id from payment where id = r.id for update) p`
        : sql``
    }
    ), requested as (
      select * from unnest(
        ${listOf(orders.map(({ id }) => id))}::uuid[],
        ${listOf(orders.map(({ checkoutId }) => checkoutId))}::uuid[],
        ${listOf(orders.map(({ seq }) => seq))}::integer[],
        ${listOf(orders.map(({ held }) => held))}::integer[]
      ) as r(order_id, checkout_id, seq, held)
      ${hasRetries ? sql`where (select count(*) from retriable) >= 0` : sql``}
      order by order_id
    ), locked as (
      select r.* from requested r
      cross join lateral (select status, seq from orders where id = r.order_id for update) o
      where o.status in (${statusList(sql, orderStatusesBefore('claim'))}) and o.seq = r.seq
    ), stale as (
      select checkout_id from (
        select order_id, checkout_id from requested except all select order_id, checkout_id from locked
      ) r
    ), current as (
      select * from claim where id not in (select checkout_id from stale)
    ), audited as (
      insert into audit as a (id, key, customer_id, order_ids, created_ms, number_prefix)
      select id, key, customer_id, order_ids::uuid[], ${nowMs}::bigint, ${numberPrefix} from current where attempt = 1
      order by key, customer_id
      on conflict (key, customer_id) do nothing
      returning a.id, ${checkoutNumber(sql, 'a')}
    ), initiated as (
      insert into payment (id, status, attempt, amount, currency, method, recover_ms, claimed_ms, updated_ms)
      select id, ${statusText(sql, initialPaymentStatus)}, 1, amount, currency, method, recover_ms, ${nowMs}::bigint,
        ${nowMs}::bigint
      from current where id in (select id from audited)
    ${
      hasRetries
        ? sql`), retried as (
      update payment p set status = ${statusText(sql, paymentStatusAfter.retry)}, attempt = c.attempt,
        amount = c.amount, currency = c.currency, recover_ms = c.recover_ms, claimed_ms = ${nowMs}::bigint, updated_ms = ${nowMs}::bigint
      from current c
      where p.id = c.id and p.id = any(${retries}::uuid[])
        and p.status in (${statusList(sql, paymentStatusesBefore('retry'))})
      returning p.id, (select ${checkoutNumber(sql, 'a')} from audit a where a.id = p.id)`
        : sql``
    }
    ), written as (
      select id, number from audited ${hasRetries ? sql`union all select id, number from retried` : sql``}
    ), claimed as (
      update orders o
      set status = ${claimedStatus}, checkout_id = r.checkout_id, checkout_number = written.number, held = r.held,
        seq = o.seq + case when r.held > 0 then 2 else 1 end, updated_ms = ${nowMs}::bigint
      from requested r join written on written.id = r.checkout_id
      where o.id = r.order_id
      returning o.id, o.seq, o.product_id, o.held
    ), history as (
      insert into order_state (order_id, seq, state, at_ms, reserved)
      select id, case when held > 0 then seq - 1 else seq end, ${claimedStatus}, ${nowMs}::bigint, held > 0
      from claimed
    ${
      hasHeld
        ? sql`), reserved as (
      update stock s set units = n.units - n.quantity
      from (
        select t.product_id, t.quantity, l.units
        from (
          select product_id, sum(held) as quantity from claimed where held > 0 group by product_id order by product_id
        ) t
        cross join lateral (select units from stock where product_id = t.product_id for no key update) l
      ) n
      where s.product_id = n.product_id`
        : sql``
    }
    )
    select id, number from written`;
};
