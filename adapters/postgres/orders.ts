import { err, ok, type Result } from 'neverthrow';
import { firstIdAt } from '../../core/id.ts';
import { invoiceNumber } from '../../core/invoice.ts';
import { orderAmountMax } from '../../core/money.ts';
import type {
  Order,
  OrderDetail,
  OrderFailure,
  OrderQuery,
  OrderRequest,
  OrderState,
  Orders,
} from '../../core/order.ts';
import { pageOf } from '../../core/page.ts';
import type { Sql } from './connection.ts';
import { answered } from './failures.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from './rows.ts';
import { foldedQuery } from './search.ts';

export const orders = (sql: Sql): Orders => ({
  place: (requests, nowMs) => answered(() => place(sql, requests, nowMs)),
  find: (id) => answered(() => find(sql, id)),
  list: (query) => answered(() => list(sql, query)),
  cancel: (id, customerId, nowMs) => cancel(sql, id, customerId, nowMs),
});

const place = async (
  sql: Sql,
  requests: readonly OrderRequest[],
  nowMs: number,
): Promise<readonly Result<Order, OrderFailure>[]> => {
  if (requests.length === 0) return [];
  const rows = await sql<OrderRow[]>`
    with request as (
      select * from unnest(
        ${requests.map(({ id }) => id)}::uuid[],
        ${requests.map(({ customerId }) => customerId)}::text[],
        ${requests.map(({ contact }) => contact.email)}::text[],
        ${requests.map(({ contact }) => contact.language)}::text[],
        ${requests.map(({ productId }) => productId)}::uuid[],
        ${requests.map(({ quantity }) => quantity)}::integer[]
      ) as r(id, customer_id, email, language, product_id, quantity)
    ), placed as (
      insert into orders (id, customer_id, email, language, product_id, product_code, product_name, product_type,
        quantity, amount, currency, status, seq, created_ms, updated_ms)
      select r.id, r.customer_id, r.email, r.language, p.id, p.code, p.name, p.type,
        r.quantity, p.amount * r.quantity, p.currency, 'pending', 1, ${nowMs}::bigint, ${nowMs}::bigint
      from request r join product p on p.id = r.product_id
      where p.amount * r.quantity <= ${orderAmountMax}::bigint
      returning *
    ), told as (
      insert into order_state (order_id, seq, state, at_ms) select id, 1, 'pending', ${nowMs}::bigint from placed
    ), named as (
      insert into order_name (order_id, name_unaccent)
      select r.id, p.name_unaccent from placed o join request r using (id) join product p on p.id = r.product_id
    )
    select * from placed`;
  const placed = new Map(rows.map((row) => [row.id, orderOf(row)]));
  const refused = requests.filter(({ id }) => !placed.has(id));
  const known = refused.length === 0 ? [] : await knownProducts(sql, refused);
  return requests.map(({ id, productId }) => {
    const order = placed.get(id);
    if (order !== undefined) return ok(order);
    return err({ kind: known.includes(productId) ? 'amount_too_large' : 'not_found' });
  });
};

const knownProducts = async (sql: Sql, requests: readonly OrderRequest[]): Promise<readonly string[]> => {
  const ids = requests.map(({ productId }) => productId);
  return (await sql<{ id: string }[]>`select id from product where id = any(${ids}::uuid[])`).map(
    ({ id }) => id,
  );
};

type DetailRow = OrderRow & {
  readonly payment: PaymentRow | null;
  readonly history: OrderState[];
  readonly licences: string[];
  readonly invoice_year: number | null;
  readonly invoice_sequence: number | null;
  readonly issued_ms: number | null;
};

const find = async (sql: Sql, id: string): Promise<OrderDetail | null> => {
  const [row] = await sql<DetailRow[]>`
    select d.*, i.year as invoice_year, i.sequence as invoice_sequence, i.issued_ms,
      case when d.payment_status is not null then json_build_object(
        'id', d.checkout_id, 'status', d.payment_status, 'amount', d.payment_amount, 'currency', d.payment_currency,
        'method', d.payment_method, 'reference', d.payment_reference, 'decline_code', d.payment_decline_code
      ) end as payment,
      (select json_agg(json_build_object('seq', s.seq, 'state', s.state, 'atMs', s.at_ms, 'detail', s.detail) order by s.seq)
       from order_state s where s.order_id = d.id) as history,
      array(select l.key from licence l where l.order_id = d.id order by l.unit) as licences
    from order_dataset d left join invoice i on i.order_id = d.id
    where d.id = ${id}`;
  if (row === undefined) return null;
  return {
    ...orderOf(row),
    payment: row.payment === null ? null : paymentOf(row.payment),
    history: row.history,
    invoice:
      row.invoice_year === null || row.invoice_sequence === null || row.issued_ms === null
        ? null
        : { number: invoiceNumber(row.invoice_year, row.invoice_sequence), issuedAtMs: row.issued_ms },
    licences: row.licences,
  };
};

/** How many of the newest orders are looked through before the index of words is asked. */
const walkMax = 2000;

/**
 * Newest first. A word that is common is soon met by walking back from the newest order; one that is not met
 * within `walkMax` orders is rare enough among the newest for the index, which is asked for the rest.
 */
const list = async (sql: Sql, query: OrderQuery) => {
  const { search, limit } = query;
  if (search === null) return pageOf((await ordinary(sql, query)).map(orderOf), limit, ({ id }) => id);
  if (query.customerId !== null)
    return pageOf((await ownFound(sql, query)).map(orderOf), limit, ({ id }) => id);
  const near = await walked(sql, query);
  const rows = near.length > limit ? near : await found(sql, query);
  return pageOf(rows.map(orderOf), limit, ({ id }) => id);
};

const ordinary = (sql: Sql, query: OrderQuery) => sql<OrderRow[]>`
  select o.* from orders o where ${filters(sql, query)} order by o.id desc limit ${query.limit + 1}`;

/** A customer's orders are few beside all orders: they are walked by their own index. */
const ownFound = (sql: Sql, query: OrderQuery) => sql<OrderRow[]>`
  select o.* from orders o join order_name n on n.order_id = o.id
  where ${filters(sql, query)} and n.name_vector @@ ${textOf(query)}::tsquery
  order by o.id desc limit ${query.limit + 1}`;

const walked = (sql: Sql, query: OrderQuery) => sql<OrderRow[]>`
  select o.* from (
    select order_id, name_vector from order_name
    where ${query.after === null ? sql`true` : sql`order_id < ${query.after}`}
    order by order_id desc limit ${walkMax}
  ) as n join orders o on o.id = n.order_id
  where ${filters(sql, query)} and n.name_vector @@ ${textOf(query)}::tsquery
  order by o.id desc limit ${query.limit + 1}`;

const found = (sql: Sql, query: OrderQuery) => sql<OrderRow[]>`
  select o.* from order_name n join orders o on o.id = n.order_id
  where ${filters(sql, query)} and n.name_vector @@ ${textOf(query)}::tsquery
  order by o.id desc limit ${query.limit + 1}`;

const textOf = ({ search }: OrderQuery): string => (search === null ? `'='` : foldedQuery(search));

const filters = (sql: Sql, { status, type, fromMs, toMs, customerId, after }: OrderQuery) => sql`true
  ${status === null ? sql`` : sql`and o.status = ${status}`}
  ${type === null ? sql`` : sql`and o.product_type = ${type}`}
  ${fromMs === null ? sql`` : sql`and o.id >= ${firstIdAt(fromMs)}`}
  ${toMs === null ? sql`` : sql`and o.id < ${firstIdAt(toMs)}`}
  ${customerId === null ? sql`` : sql`and o.customer_id = ${customerId}`}
  ${after === null ? sql`` : sql`and o.id < ${after}`}`;

const cancel = async (
  sql: Sql,
  id: string,
  customerId: string,
  nowMs: number,
): ReturnType<Orders['cancel']> => {
  const cancelled = await answered(
    () => sql<OrderRow[]>`
      with cancelled as (
        update orders set status = 'cancelled', seq = seq + 1, updated_ms = ${nowMs}::bigint
        where id = ${id} and customer_id = ${customerId} and status = 'pending'
        returning *
      ), told as (
        insert into order_state (order_id, seq, state, at_ms) select id, seq, 'cancelled', ${nowMs}::bigint from cancelled
      )
      select * from cancelled`,
  );
  if (cancelled.isErr()) return err(cancelled.error);
  const [row] = cancelled.value;
  if (row !== undefined) return ok(orderOf(row));
  const standing = await answered(
    () => sql<OrderRow[]>`select * from orders where id = ${id} and customer_id = ${customerId}`,
  );
  if (standing.isErr()) return err(standing.error);
  const [order] = standing.value;
  return err(
    order === undefined ? { kind: 'not_found' } : { kind: 'order_not_pending', status: order.status },
  );
};
