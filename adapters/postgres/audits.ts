import { ok, type Result } from 'neverthrow';
import {
  type Audits,
  type Checkout,
  type CheckoutAnswer,
  type CheckoutRequest,
  type Claim,
  type ClaimFailure,
  fingerprintOf,
  judgeClaims,
  type KnownAudit,
} from '../../core/audit.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';
import { answered } from './failures.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from './rows.ts';
import { settle } from './settle.ts';
import { takeUnsettled } from './unsettled.ts';

export const audits = (sql: Sql): Audits => ({
  claim: (requests, nowMs) => claim(sql, requests, nowMs),
  settle: (settlements, nowMs) => settle(sql, settlements, nowMs),
  takeUnsettled: (query) => takeUnsettled(sql, query),
  find: (checkoutId) => answered(() => find(sql, checkoutId)),
});

type Verdict = Result<Claim, ClaimFailure>;

const claim: (sql: Sql, ...args: Parameters<Audits['claim']>) => ReturnType<Audits['claim']> = async (
  sql,
  requests,
  nowMs,
) => {
  const round = await inTransaction(sql, (tx) => judgeAndWrite(tx, requests, nowMs));
  if (round.isErr()) return round.map(() => []);
  // A key that another process wrote between our look and our insert is there to be seen now, so a second
  // round cannot lose this race again.
  const lost = round.value.flatMap((verdict, index) => (verdict === null ? [index] : []));
  if (lost.length === 0) return ok(round.value.filter((verdict) => verdict !== null));
  const again = await claim(
    sql,
    lost.flatMap((index) => requests[index] ?? []),
    nowMs,
  );
  return again.map((verdicts) => {
    const rest = verdicts.values();
    return round.value.flatMap((verdict) => verdict ?? rest.next().value ?? []);
  });
};

/** One verdict a request; null for a claim whose key turned out to be taken, and which was not written. */
const judgeAndWrite = async (
  tx: Transaction,
  requests: readonly CheckoutRequest[],
  nowMs: number,
): Promise<(Verdict | null)[]> => {
  const orderIds = requests.flatMap((request) => request.orderIds);
  // Sent together, run one after the other: the keys are read when the orders are already locked, so that the
  // second of two equal requests finds the first one's key and not only its orders. A query of postgres.js is
  // sent when it is awaited, which is why this one has to be told to go first.
  const [orders, known] = await Promise.all([
    lockOrders(tx, orderIds).execute(),
    readAudits(
      tx,
      requests.map(({ key }) => key),
    ),
  ]);
  const ground = {
    orders: new Map(orders.map((row) => [row.id, orderOf(row)])),
    stock: new Map(orders.map((row) => [row.product_id, row.stock])),
    audits: known,
  };
  const asked = judgeClaims(requests, ground, nowMs).map((verdict, index) => ({ verdict, index }));
  const claims = asked.flatMap(({ verdict, index }) => {
    const request = requests[index];
    return verdict.isOk() && request !== undefined ? [{ request, claim: verdict.value }] : [];
  });
  if (claims.length === 0) return asked.map(({ verdict }) => verdict);
  const written = new Set(await writeClaims(tx, claims, nowMs));
  return asked.map(({ verdict }) =>
    verdict.isOk() && !written.has(verdict.value.checkoutId) ? null : verdict,
  );
};

/** In the order of their ids, so that overlapping carts wait for one another and never in a circle. */
const lockOrders = (tx: Transaction, ids: readonly string[]) => tx<(OrderRow & { stock: number | null })[]>`
  select o.*, p.stock
  from orders o join product p on p.id = o.product_id
  where o.id = any(${ids as string[]}::uuid[])
  order by o.id
  for update of o`;

const readAudits = async (
  tx: Transaction,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KnownAudit>> => {
  const rows = await tx<KnownRow[]>`
    select a.id, a.key, a.customer_id, a.order_ids, a.answer, p.status, p.attempt, p.method
    from audit a join payment p on p.id = a.id
    where a.key = any(${keys as string[]}::uuid[])`;
  return new Map(
    rows.map((row) => [
      row.key,
      {
        checkoutId: row.id,
        fingerprint: fingerprintOf({
          customerId: row.customer_id,
          orderIds: row.order_ids,
          method: row.method,
        }),
        paymentStatus: row.status,
        attempt: row.attempt,
        answer: row.answer,
      },
    ]),
  );
};

type KnownRow = Pick<PaymentRow, 'id' | 'status' | 'method'> & {
  readonly key: string;
  readonly customer_id: string;
  readonly order_ids: string[];
  readonly answer: CheckoutAnswer | null;
  readonly attempt: number;
};

/** Writes claims in one statement, and answers the ids of those whose key was still free. */
const writeClaims = async (
  tx: Transaction,
  claims: readonly { readonly request: CheckoutRequest; readonly claim: Claim }[],
  nowMs: number,
): Promise<string[]> => {
  const again = claims.filter(({ claim }) => claim.attempt > 1).map(({ claim }) => claim.checkoutId);
  const orders = claims.flatMap(({ claim }) =>
    claim.orders.map(({ id }) => ({ id, checkoutId: claim.checkoutId })),
  );
  const rows = await tx<{ id: string }[]>`
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
    ), audited as (
      insert into audit (id, key, customer_id, order_ids, created_ms)
      select id, key, customer_id, order_ids::uuid[], ${nowMs}::bigint from claim where attempt = 1 order by key
      on conflict (key) do nothing
      returning id
    ), initiated as (
      insert into payment (id, status, attempt, amount, currency, method, due_ms, claimed_ms, updated_ms)
      select id, 'initiated', 1, amount, currency, method, due_ms, ${nowMs}::bigint, ${nowMs}::bigint
      from claim join audited using (id)
      returning id
    ), revived as (
      update payment p set status = 'initiated', attempt = c.attempt, due_ms = c.due_ms, claimed_ms = ${nowMs}::bigint,
        updated_ms = ${nowMs}::bigint
      from claim c where p.id = c.id and p.id = any(${again}::uuid[]) and p.status = 'cancelled'
      returning p.id
    ), held as (
      select id from initiated union all select id from revived
    ), taken as (
      update orders o
      set status = 'paying', checkout_id = wanted.checkout_id, seq = o.seq + 1, updated_ms = ${nowMs}::bigint
      from unnest(
        ${orders.map(({ id }) => id)}::uuid[],
        ${orders.map(({ checkoutId }) => checkoutId)}::uuid[]
      ) as wanted(order_id, checkout_id)
      join held on held.id = wanted.checkout_id
      where o.id = wanted.order_id
      returning o.id, o.seq
    ), told as (
      insert into order_state (order_id, seq, state, at_ms) select id, seq, 'paying', ${nowMs}::bigint from taken
    )
    select id from held`;
  return rows.map(({ id }) => id);
};

const find = async (sql: Sql, checkoutId: string): Promise<Checkout | null> => {
  const [[row], orders] = await Promise.all([
    sql<(PaymentRow & { customer_id: string; created_ms: number; updated_ms: number })[]>`
      select p.*, a.customer_id, a.created_ms from audit a join payment p on p.id = a.id where a.id = ${checkoutId}`,
    sql<OrderRow[]>`
      select o.* from audit a cross join unnest(a.order_ids) with ordinality as u(order_id, at)
      join orders o on o.id = u.order_id
      where a.id = ${checkoutId} order by u.at`,
  ]);
  return row === undefined
    ? null
    : {
        id: row.id,
        customerId: row.customer_id,
        payment: paymentOf(row),
        orders: orders.map(orderOf),
        createdAtMs: row.created_ms,
        updatedAtMs: row.updated_ms,
      };
};
