import type { Audits, Checkout } from '../../../core/audit.ts';
import { checkoutNumber, checkoutOrders, paymentColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import type { Pools } from '../pools.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from '../rows.ts';
import { claim, claimAlone } from './claim.ts';
import { claimOpenPayments } from './claimOpenPayments.ts';
import { recordOutcomes } from './recordOutcomes.ts';

export const createAudits = ({ checkouts, commands, reads, work }: Pools, numberPrefix: string): Audits => ({
  claim: (requests, nowMs, limits) => claim(checkouts, requests, nowMs, { limits, numberPrefix }),
  claimAlone: (request, nowMs, limits) => claimAlone(commands, request, nowMs, { limits, numberPrefix }),
  recordOutcomes: (records, nowMs) => recordOutcomes(checkouts, records, nowMs),
  claimOpenPayments: (query) => claimOpenPayments(work, query),
  find: (checkoutId) => orUnavailable(() => find(reads, checkoutId)),
  findByKey: (request) => orUnavailable(() => findByKey(commands, request)),
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

type CheckoutRow = PaymentRow & {
  readonly number: string;
  readonly customer_id: string;
  readonly created_ms: number;
  readonly updated_ms: number;
  /** In the order of the request. */
  readonly orders: readonly OrderRow[] | null;
};

/** One statement, and so one moment: of two, the second one could have an outcome that the first one has not. */
const find = async (sql: Sql, checkoutId: string): Promise<Checkout | null> => {
  const [row] = await sql<CheckoutRow[]>`
    select ${paymentColumns(sql, 'p')}, p.updated_ms, ${checkoutNumber(sql, 'a')}, a.customer_id, a.created_ms,
      ${checkoutOrders(sql)}
    from audit a join payment p on p.id = a.id where a.id = ${checkoutId}`;
  return row === undefined
    ? null
    : {
        id: row.id,
        number: row.number,
        customerId: row.customer_id,
        payment: paymentOf(row),
        orders: (row.orders ?? []).map(orderOf),
        createdAtMs: row.created_ms,
        updatedAtMs: row.updated_ms,
      };
};
