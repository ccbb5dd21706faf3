import { err, ok, type Result } from 'neverthrow';
import { firstIdAt } from '../../../core/id.ts';
import { orderAmountMax } from '../../../core/money.ts';
import { initialOrderStatus, type Order, type OrderFailure, type OrderRequest } from '../../../core/order.ts';
import { quoted } from '../../stored/statuses.ts';
import { orderColumns } from '../columns.ts';
import type { Sql, Transaction } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import type { orders, RowOf } from '../schema.ts';

/** See `Orders.place`. */
export const place = async (
  sql: Sql | Transaction,
  requests: readonly OrderRequest[],
  nowMs: number,
): Promise<readonly Result<Order, OrderFailure>[]> => {
  if (requests.length === 0) return [];
  const soldBefore = firstIdOfNextHour(requests.map(({ id }) => id));
  const rows = await sql<OrderRow[]>`
    with request as (
      select * from unnest(
        ${requests.map(({ id }) => id)}::uuid[],
        ${requests.map(({ customerId }) => customerId)}::text[],
        ${requests.map(({ contact }) => contact.email)}::text[],
        ${requests.map(({ contact }) => contact.language)}::text[],
        ${requests.map(({ productId }) => productId)}::uuid[],
        ${requests.map(({ quantity }) => quantity)}::integer[],
        ${requests.map(({ ttlMs }) => nowMs + ttlMs)}::bigint[]
      ) as r(id, customer_id, email, language, product_id, quantity, expires_ms)
    ), placed as (
      insert into orders (${sql.unsafe(writtenColumns)}, created_ms, updated_ms)
      select ${sql.unsafe(writtenValues)}, ${nowMs}::bigint, ${nowMs}::bigint
      from request r join product p on p.id = r.product_id and not p.archived
      where p.amount * r.quantity <= ${orderAmountMax}::bigint
      returning *
    ), history as (
      insert into order_state (order_id, seq, state, at_ms) select id, seq, status, ${nowMs}::bigint from placed
    ), of_snapshot as (
      select r.id, r.customer_id, p.snapshot_id
      from placed o join request r using (id) join product p on p.id = r.product_id
    ), searchable as (
      insert into order_search (order_id, snapshot_id, customer_id, name_vector)
      select o.id, o.snapshot_id, o.customer_id, s.name_vector
      from of_snapshot o join product_snapshot s on s.id = o.snapshot_id
    ), stale as materialized (
      select id from product_snapshot
      where id in (select snapshot_id from of_snapshot) and sold_before < ${soldBefore}::uuid
      order by id for no key update
    ), sold as (
      update product_snapshot s set sold_before = ${soldBefore}::uuid from stale where s.id = stale.id
    )
    select ${orderColumns(sql, 'placed')} from placed`;
  const placed = new Map(rows.map((row) => [row.id, orderOf(row)]));
  const refused = requests.filter(({ id }) => !placed.has(id));
  const known = refused.length === 0 ? [] : await knownProducts(sql, refused);
  return requests.map(({ id, productId }) => {
    const order = placed.get(id);
    if (order !== undefined) return ok(order);
    return err(
      known.includes(productId) ? { kind: 'amount_too_large' } : { kind: 'product_not_found', productId },
    );
  });
};

type SourcedColumns = Omit<RowOf<typeof orders>, 'created_ms' | 'updated_ms'>;

/**
 * The source of each column of a new order: the `request` r or the `product` p. The record is total, so that a new
 * column must be added here. Both times are the time of the statement.
 */
const sources: Readonly<Record<keyof SourcedColumns, string>> = {
  id: 'r.id',
  customer_id: 'r.customer_id',
  email: 'r.email',
  language: 'r.language',
  product_id: 'p.id',
  product_code: 'p.code',
  product_name: 'p.name',
  product_type: 'p.type',
  quantity: 'r.quantity',
  amount: 'p.amount * r.quantity',
  currency: 'p.currency',
  status: quoted(initialOrderStatus),
  checkout_id: 'null::uuid',
  checkout_number: 'null::text',
  disputed: 'false',
  seq: '1',
  held: '0',
  expires_ms: 'r.expires_ms',
};

const writtenColumns = Object.keys(sources).join(', ');
const writtenValues = Object.values(sources).join(', ');

const knownProducts = async (
  sql: Sql | Transaction,
  requests: readonly OrderRequest[],
): Promise<readonly string[]> => {
  const ids = requests.map(({ productId }) => productId);
  return (
    await sql<{ id: string }[]>`select id from product where id = any(${ids}::uuid[]) and not archived`
  ).map(({ id }) => id);
};

const hourMs = 3_600_000;

/** The first id of the hour after the newest of these ids. All of these ids are below it. */
const firstIdOfNextHour = (ids: readonly string[]): string => {
  const newestMs = Math.max(...ids.map((id) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)));
  return firstIdAt((Math.floor(newestMs / hourMs) + 1) * hourMs);
};
