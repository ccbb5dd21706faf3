import type { Audits, Checkout } from '../../../core/audit.ts';
import { checkoutNumber, orderColumns, paymentColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from '../rows.ts';
import { claim } from './claim.ts';
import { claimOpenPayments } from './claimOpenPayments.ts';
import { recordOutcomes } from './recordOutcomes.ts';

export const createAudits = (sql: Sql, numberPrefix: string): Audits => ({
  claim: (requests, nowMs, limits) => claim(sql, requests, nowMs, { limits, numberPrefix }),
  recordOutcomes: (records, nowMs) => recordOutcomes(sql, records, nowMs),
  claimOpenPayments: (query) => claimOpenPayments(sql, query),
  find: (checkoutId) => orUnavailable(() => find(sql, checkoutId)),
  findByKey: (request) => orUnavailable(() => findByKey(sql, request)),
});

const findByKey = async (
  sql: Sql,
  { customerId, key, orderIds }: Parameters<Audits['findByKey']>[0],
): Promise<Checkout | null> => {
  // A claim locks its orders first. Its statement may still run on the server after its connection was lost.
  await sql`select from orders where id = any(${orderIds as string[]}::uuid[]) order by id for key share`;
  const [row] = await sql<{ id: string }[]>`
    select id from audit where key = ${key} and customer_id = ${customerId}`;
  return row === undefined ? null : find(sql, row.id);
};

const find = async (sql: Sql, checkoutId: string): Promise<Checkout | null> => {
  const [[row], orders] = await Promise.all([
    sql<(PaymentRow & { number: string; customer_id: string; created_ms: number; updated_ms: number })[]>`
      select ${paymentColumns(sql, 'p')}, p.updated_ms, ${checkoutNumber(sql, 'a')}, a.customer_id, a.created_ms
      from audit a join payment p on p.id = a.id where a.id = ${checkoutId}`,
    sql<OrderRow[]>`
      select ${orderColumns(sql, 'o')} from audit a cross join unnest(a.order_ids) with ordinality as u(order_id, position)
      join orders o on o.id = u.order_id
      where a.id = ${checkoutId} order by u.position`,
  ]);
  return row === undefined
    ? null
    : {
        id: row.id,
        number: row.number,
        customerId: row.customer_id,
        payment: paymentOf(row),
        orders: orders.map(orderOf),
        createdAtMs: row.created_ms,
        updatedAtMs: row.updated_ms,
      };
};
