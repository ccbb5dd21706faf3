import { err, ok, type Result } from 'neverthrow';
import {
  type Audits,
  type CheckoutRequest,
  type Claim,
  type ClaimFailure,
  type JudgedClaim,
  type RowsHeld,
  withNumber,
} from '../../../core/audit.ts';
import { type ClaimSnapshot, judgeClaims } from '../../../core/judgeClaims.ts';
import { type CheckoutLimits, noCheckoutLimits } from '../../../core/limits.ts';
import { orderStatusAfter, orderStatusesBefore } from '../../../core/order.ts';
import { initialPaymentStatus, paymentStatusAfter, paymentStatusesBefore } from '../../../core/payment.ts';
import { unitsToHold } from '../../../core/stock.ts';
import { checkoutNumber } from '../columns.ts';
import { type Sql, withRetries } from '../connection.ts';
import { isStockShort } from '../failures.ts';
import { statusList, statusText } from '../statuses.ts';
import { listOf, readSnapshot, type Seqs } from './claimSnapshot.ts';

type Verdict = Result<Claim, ClaimFailure>;

type Settings = {
  readonly limits?: CheckoutLimits | undefined;
  /** Of the numbers of new checkouts. */
  readonly numberPrefix: string;
};

/** What to do about rows that somebody else holds: go on without their claims, or wait for them. */
type HeldRows = 'skip' | 'wait';

/**
 * Reads, judges, and writes. The read and the write are two statements in two transactions, so no lock is held while
 * we judge. The write changes only rows that are as they were read. Requests whose rows have changed are
 * read and judged again.
 *
 * A claim that two writes in a row leave out, the second one with fresh rows, is one whose rows somebody holds.
 */
export const claim = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
  nowMs: number,
  settings: Settings,
): ReturnType<Audits['claim']> => {
  const verdicts = new Map<number, Result<Claim, ClaimFailure | RowsHeld>>();
  const leftOut = new Set<number>();
  const all = requests.map((request, index) => ({ request, index }));
  for (let open = all; open.length > 0; open = all.filter(({ index }) => !verdicts.has(index))) {
    const openRequests = open.map(({ request }) => request);
    const round = await withRetries(() => judgeAndWrite(sql, openRequests, nowMs, settings, 'skip'));
    if (round.isErr()) return err(round.error);
    for (const [position, { index }] of open.entries()) {
      const verdict = round.value[position];
      if (verdict === undefined || verdict === 'judge again') continue;
      if (verdict !== 'left out') verdicts.set(index, verdict);
      else if (leftOut.has(index)) verdicts.set(index, err({ kind: 'rows_held' }));
      else leftOut.add(index);
    }
  }
  return ok(all.flatMap(({ index }) => verdicts.get(index) ?? []));
};

/** See `Audits.claimAlone`. */
export const claimAlone = async (
  sql: Sql,
  request: CheckoutRequest,
  nowMs: number,
  settings: Settings,
): ReturnType<Audits['claimAlone']> => {
  for (;;) {
    const round = await withRetries(() => judgeAndWrite(sql, [request], nowMs, settings, 'wait'));
    if (round.isErr()) return err(round.error);
    const [verdict] = round.value;
    if (verdict !== undefined && typeof verdict !== 'string') return ok(verdict);
  }
};

/** What a round found: a verdict, or that nothing was written of the request. */
type RoundVerdict = Verdict | 'left out' | 'judge again';

/** One verdict for each request. */
const judgeAndWrite = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
  nowMs: number,
  { limits = noCheckoutLimits, numberPrefix }: Settings,
  heldRows: HeldRows,
): Promise<readonly RoundVerdict[]> => {
  const { snapshot, seqs } = await readSnapshot(sql, requests, limits);
  const judged = judgeClaims(requests, snapshot, nowMs, limits);
  const claims = judged.flatMap((verdict, index): RequestedClaim[] => {
    const request = requests[index];
    return verdict.isOk() && request !== undefined ? [{ request, claim: verdict.value }] : [];
  });
  const rows =
    claims.length === 0
      ? []
      : await writeUnlessShort(sql, claims, { seqs, stock: snapshot.stock, numberPrefix }, nowMs, heldRows);
  if (rows === 'short') return judged.map(() => 'judge again');
  const numbers = new Map(rows.map(({ id, number }) => [id, number]));
  return judged.map((verdict): RoundVerdict => {
    // A claim of this batch may be the reason of a refusal, and that claim may be the one that was not written.
    if (verdict.isErr()) return rows.length === claims.length ? err(verdict.error) : 'judge again';
    const number = numbers.get(verdict.value.checkoutId);
    return number === undefined ? 'left out' : ok(withNumber(verdict.value, number));
  });
};

/**
 * Writes nothing if other claims have taken the units of a product since we read them. Then all claims of this batch are
 * judged again. This ends, because units only fall where another claim was written.
 */
const writeUnlessShort = async (
  ...claims: Parameters<typeof write>
): Promise<readonly WrittenClaim[] | 'short'> => {
  try {
    return await write(...claims);
  } catch (cause) {
    if (isStockShort(cause)) return 'short';
    throw cause;
  }
};

/** A claim that was written, with the number of its checkout. */
type WrittenClaim = { readonly id: string; readonly number: string };

type RequestedClaim = { readonly request: CheckoutRequest; readonly claim: JudgedClaim };

/** What the claims were judged by. */
type Judged = {
  readonly seqs: Seqs;
  readonly stock: ClaimSnapshot['stock'];
  /** Of the new checkouts. */
  readonly numberPrefix: string;
};

/**
 * Writes each claim whole or not at all, and returns the checkout ids of those that are written. A claim is written if
 * its orders have not changed since they were read and its key was free. Lock order: payments that are retried, orders,
 * keys, then stock, each by its id. So overlapping checkouts wait for one another and never deadlock. The payments come
 * first, because an outcome locks them before it gives units back. With `skip`, a claim whose order or payment somebody
 * else holds is left out, so that the others do not wait.
 *
 * Each claim carries what its orders take from the stock, so that nothing has to be joined. The new units are computed
 * from the locked row: the statement's own version of the row may be older, and its check would fail for no reason. A
 * CTE of its own locks the stock: if the update joined these rows itself, the planner could read them in another order, and
 * two statements could deadlock.
 */
const write = async (
  sql: Sql,
  claims: readonly RequestedClaim[],
  { seqs, stock, numberPrefix }: Judged,
  nowMs: number,
  heldRows: HeldRows,
): Promise<readonly WrittenClaim[]> => {
  const ifHeld = heldRows === 'skip' ? sql`skip locked` : sql``;
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
      cross join lateral (select id from payment where id = r.id for update ${ifHeld}) p`
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
      cross join lateral (select status, seq from orders where id = r.order_id for update ${ifHeld}) o
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
      where p.id = c.id and p.id in (select id from retriable)
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
        ? sql`), stocked as materialized (
      select t.product_id, l.units - t.quantity as units
      from (
        select product_id, sum(held) as quantity from claimed where held > 0 group by product_id order by product_id
      ) t
      cross join lateral (select units from stock where product_id = t.product_id for no key update) l
    ), reserved as (
      update stock s set units = n.units from stocked n
      where s.product_id = n.product_id`
        : sql``
    }
    )
    select id, number from written`;
};
