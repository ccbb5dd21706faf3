import type { Checkout } from '../../../core/audit.ts';
import { type EventSubjects, lastSeqsOf, type UnrenderedEvent } from '../../../core/eventBody.ts';
import type { OrderState } from '../../../core/order.ts';
import { checkoutNumber, orderColumns, paymentColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from '../rows.ts';

type OrderWithHistory = OrderRow & { readonly history: readonly OrderState[] };
type CheckoutRow = PaymentRow & {
  readonly number: string;
  readonly customer_id: string;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly orders: readonly OrderRow[];
};

/** Reads what the bodies of these events are made of. */
export const readSubjects = async (sql: Sql, events: readonly UnrenderedEvent[]): Promise<EventSubjects> => {
  const ofKind = (kind: string) => events.filter((event) => event.kind === kind);
  const [orders, checkouts] = await Promise.all([
    readOrders(sql, ofKind('order')),
    readCheckouts(
      sql,
      ofKind('checkout').map(({ subject }) => subject),
    ),
  ]);
  return { orders, checkouts };
};

/** With the history up to the last of the events: what came later may be long, and a claim may come long after it. */
const readOrders = async (sql: Sql, events: readonly UnrenderedEvent[]): Promise<EventSubjects['orders']> => {
  if (events.length === 0) return new Map();
  const lastSeqs = lastSeqsOf(events);
  const rows = await sql<OrderWithHistory[]>`
    select ${orderColumns(sql, 'o')}, (
      select json_agg(json_build_object('seq', h.seq, 'state', h.state, 'atMs', h.at_ms, 'detail', null) order by h.seq)
      from order_history h where h.order_id = o.id and h.stored_seq <= e.seq
    ) as history
    from unnest(
      ${[...lastSeqs.keys()]}::uuid[], ${[...lastSeqs.values()]}::integer[]
    ) as e(order_id, seq)
    join orders o on o.id = e.order_id`;
  return new Map(rows.map((row) => [row.id, { order: orderOf(row), history: row.history ?? [] }]));
};

const readCheckouts = async (sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, Checkout>> => {
  if (ids.length === 0) return new Map();
  const rows = await sql<CheckoutRow[]>`
    select ${paymentColumns(sql, 'p')}, p.updated_ms, ${checkoutNumber(sql, 'a')}, a.customer_id, a.created_ms, (
      select json_agg(o order by u.position)
      from unnest(a.order_ids) with ordinality as u(order_id, position)
      cross join lateral (select ${orderColumns(sql, 'orders')} from orders where id = u.order_id) as o
    ) as orders
    from payment p join audit a using (id) where p.id = any(${[...new Set(ids)]}::uuid[])`;
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        number: row.number,
        customerId: row.customer_id,
        payment: paymentOf(row),
        orders: row.orders.map(orderOf),
        createdAtMs: row.created_ms,
        updatedAtMs: row.updated_ms,
      },
    ]),
  );
};
