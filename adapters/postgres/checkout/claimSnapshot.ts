import { auditKeyOf, type CheckoutRequest, fingerprintOf } from '../../../core/audit.ts';
import type { ClaimSnapshot, KnownAudit } from '../../../core/judgeClaims.ts';
import { type CheckoutLimits, groupCounted } from '../../../core/limits.ts';
import { checkoutNumber, orderColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { type OrderRow, orderOf, type PaymentRow } from '../rows.ts';
import { type CountedRow, countedColumn } from './countedCheckouts.ts';
import { type CurrentCheckout, readResponses } from './storedResponses.ts';

/** The `seq` of each order when it was read, by order id. It tells whether the order has changed since. */
export type Seqs = ReadonlyMap<string, number>;

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
export const readSnapshot = async (
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
export const listOf = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;
