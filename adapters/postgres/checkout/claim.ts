import { err, ok, type Result } from 'neverthrow';
import {
  type Audits,
  type CheckoutRequest,
  type Claim,
  type ClaimFailure,
  type ClaimSnapshot,
  fingerprintOf,
  judgeClaims,
  type KnownAudit,
} from '../../../core/audit.ts';
import { orderStatusAfter, orderStatusesBefore } from '../../../core/order.ts';
import { initialPaymentStatus, paymentStatusAfter, paymentStatusesBefore } from '../../../core/payment.ts';
import { orderColumns } from '../columns.ts';
import { type Sql, withOneRetry } from '../connection.ts';
import { type OrderRow, orderOf, type PaymentRow } from '../rows.ts';
import { statusList, statusText } from '../statuses.ts';
import { type CurrentCheckout, readResponses } from './storedResponses.ts';

type Verdict = Result<Claim, ClaimFailure>;

/**
 * Looks, judges, and writes what is still as it was looked at: two statements, each a transaction by itself, and
 * no lock while we judge. What another process was ahead of is judged anew by what is there then.
 */
export const claim = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
  nowMs: number,
): ReturnType<Audits['claim']> => {
  const round = await withOneRetry(() => judgeAndWrite(sql, requests, nowMs));
  if (round.isErr()) return err(round.error);
  const verdicts = round.value;
  const open = requests.filter((_, index) => verdicts[index] === null);
  if (open.length === 0) return ok(verdicts.filter((verdict) => verdict !== null));
  return (await claim(sql, open, nowMs)).map((again) => {
    const rest = again.values();
    return verdicts.flatMap((verdict) => verdict ?? rest.next().value ?? []);
  });
};

/** One verdict a request; null for those that are to be judged anew, and of which nothing is written. */
const judgeAndWrite = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
  nowMs: number,
): Promise<readonly (Verdict | null)[]> => {
  const { ground, seqs } = await look(sql, requests);
  const verdicts = judgeClaims(requests, ground, nowMs);
  const claims = verdicts.flatMap((verdict, index): Asked[] => {
    const request = requests[index];
    return verdict.isOk() && request !== undefined ? [{ request, claim: verdict.value }] : [];
  });
  if (claims.length === 0) return verdicts;
  const written = new Set(await write(sql, claims, seqs, nowMs));
  if (written.size === claims.length) return verdicts;
  // A refusal of this batch may have been for the sake of a claim that was overtaken.
  return verdicts.map((verdict) =>
    verdict.isOk() && written.has(verdict.value.checkoutId) ? verdict : null,
  );
};

type Asked = { readonly request: CheckoutRequest; readonly claim: Claim };

/** How often each order had changed when it was looked at, by its id. */
type Seqs = ReadonlyMap<string, number>;

type SeenOrder = OrderRow & { readonly seq: number; readonly stock: number | null };
type SeenAudit = Pick<PaymentRow, 'id' | 'status' | 'method'> & {
  readonly key: string;
  readonly customer_id: string;
  readonly order_ids: string[];
  readonly attempt: number;
  readonly answered: boolean;
};

/**
 * In one statement, so that orders and keys are of one moment: whoever finds an order taken by an equal request
 * finds that request's key as well. As JSON, which is one row to read instead of one an order.
 */
const look = async (
  sql: Sql,
  requests: readonly CheckoutRequest[],
): Promise<{ readonly ground: ClaimSnapshot; readonly seqs: Seqs }> => {
  const [seen] = await sql<[{ orders: readonly SeenOrder[]; audits: readonly SeenAudit[] }]>`
    select (
      select coalesce(json_agg(o), '[]') from (
        select ${orderColumns(sql, 'o')}, o.seq, p.stock
        from orders o join product p on p.id = o.product_id
        where o.id = any(${requests.flatMap(({ orderIds }) => orderIds)}::uuid[])
      ) o
    ) as orders, (
      select coalesce(json_agg(a), '[]') from (
        select a.id, a.key, a.customer_id, a.order_ids, p.status, p.attempt, p.method,
          p.answer is not null as answered
        from audit a join payment p using (id)
        where a.key = any(${requests.map(({ key }) => key)}::uuid[])
      ) a
    ) as audits`;
  const answered = seen.audits.filter((audit) => audit.answered).map(({ id }) => id);
  const told =
    answered.length === 0 ? new Map<string, CurrentCheckout>() : await readResponses(sql, answered);
  return {
    ground: {
      orders: new Map(seen.orders.map((row) => [row.id, orderOf(row)])),
      stock: new Map(seen.orders.map((row) => [row.product_id, row.stock])),
      audits: new Map(
        seen.audits.map((row) => [row.key, knownAudit(row, told.get(row.id)?.response ?? null)]),
      ),
    },
    seqs: new Map(seen.orders.map((row) => [row.id, row.seq])),
  };
};

const knownAudit = (row: SeenAudit, answer: KnownAudit['response']): KnownAudit => ({
  checkoutId: row.id,
  fingerprint: fingerprintOf({
    customerId: row.customer_id,
    orderIds: row.order_ids,
    method: row.method,
  }),
  orderIds: row.order_ids,
  paymentStatus: row.status,
  attempt: row.attempt,
  response: answer,
});

/**
 * Writes each claim whole or not at all, and answers the ids of those that are written: their orders have not
 * changed since they were looked at, and their key was free. Orders are locked in the order of their ids, so that
 * overlapping carts wait for one another and never in a circle; keys come after them, in their own order.
 */
const write = async (
  sql: Sql,
  claims: readonly Asked[],
  seqs: Seqs,
  nowMs: number,
): Promise<readonly string[]> => {
  const again = claims.filter(({ claim }) => claim.attempt > 1).map(({ claim }) => claim.checkoutId);
  const orders = claims.flatMap(({ claim }) =>
    claim.orders.map(({ id }) => ({ id, checkoutId: claim.checkoutId, seq: seqs.get(id) ?? 0 })),
  );
  const taken = statusText(sql, orderStatusAfter.claim);
  const rows = await sql<{ id: string }[]>`
    with claim as (
      select * from unnest(
        ${claims.map(({ claim }) => claim.checkoutId)}::uuid[],
        ${claims.map(({ request }) => request.key)}::uuid[],
        ${claims.map(({ request }) => request.customerId)}::text[],
        ${claims.map(({ request }) => `{${request.orderIds.join(',')}}`)}::text[],
        ${claims.map(({ claim }) => claim.attempt)}::integer[],
        ${claims.map(({ claim }) => claim.amount.amount)}::bigint[],
        ${claims.map(({ claim }) => claim.amount.currency)}::text[],
        ${claims.map(({ claim }) => claim.method)}::text[],
        ${claims.map(({ request }) => request.reconcileAtMs)}::bigint[]
      ) as c(id, key, customer_id, order_ids, attempt, amount, currency, method, due_ms)
    ), wanted as (
      select * from unnest(
        ${orders.map(({ id }) => id)}::uuid[],
        ${orders.map(({ checkoutId }) => checkoutId)}::uuid[],
        ${orders.map(({ seq }) => seq)}::integer[]
      ) as w(order_id, checkout_id, seq)
      order by order_id
    ), locked as (
      select w.* from wanted w
      cross join lateral (select status, seq from orders where id = w.order_id for update) o
      where o.status in (${statusList(sql, orderStatusesBefore('claim'))}) and o.seq = w.seq
    ), overtaken as (
      select checkout_id from (select * from wanted except all select * from locked) w
    ), whole as (
      select * from claim where id not in (select checkout_id from overtaken)
    ), audited as (
      insert into audit (id, key, customer_id, order_ids, created_ms)
      select id, key, customer_id, order_ids::uuid[], ${nowMs}::bigint from whole where attempt = 1 order by key
      on conflict (key) do nothing
      returning id
    ), initiated as (
      insert into payment (id, status, attempt, amount, currency, method, due_ms, claimed_ms, updated_ms)
      select id, ${statusText(sql, initialPaymentStatus)}, 1, amount, currency, method, due_ms, ${nowMs}::bigint,
        ${nowMs}::bigint
      from whole where id in (select id from audited)
      returning id
    ), revived as (
      update payment p set status = ${statusText(sql, paymentStatusAfter.retry)}, attempt = c.attempt, due_ms = c.due_ms,
        claimed_ms = ${nowMs}::bigint, updated_ms = ${nowMs}::bigint
      from whole c
      where p.id = c.id and p.id = any(${again}::uuid[])
        and p.status in (${statusList(sql, paymentStatusesBefore('retry'))})
      returning p.id
    ), held as (
      select id from initiated union all select id from revived
    ), taken as (
      update orders o
      set status = ${taken}, checkout_id = wanted.checkout_id, seq = o.seq + 1, updated_ms = ${nowMs}::bigint
      from wanted join held on held.id = wanted.checkout_id
      where o.id = wanted.order_id
      returning o.id, o.seq
    ), told as (
      insert into order_state (order_id, seq, state, at_ms) select id, seq, ${taken}, ${nowMs}::bigint from taken
    )
    select id from held`;
  return rows.map(({ id }) => id);
};
