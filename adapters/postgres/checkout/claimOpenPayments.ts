import type { Audits, OpenClaim } from '../../../core/audit.ts';
import { initialPaymentStatus, nextPaymentStatus, openPaymentStatuses } from '../../../core/payment.ts';
import { orderColumns } from '../columns.ts';
import { inTransaction, type Sql } from '../connection.ts';
import { type OrderRow, orderOf, type PaymentRow } from '../rows.ts';
import { statusList, statusText } from '../statuses.ts';

type DuePayment = PaymentRow & { readonly attempt: number; readonly claimed_ms: number };

/**
 * Claims open payments for recovery. Parallel recoveries skip payments that another one has locked. A call for one
 * payment (`onlyPaymentId`) waits for its lock.
 */
export const claimOpenPayments = (
  sql: Sql,
  { nowMs, nextRecoveryAtMs, limit, onlyPaymentId }: Parameters<Audits['claimOpenPayments']>[0],
): ReturnType<Audits['claimOpenPayments']> =>
  inTransaction(sql, async (tx) => {
    const due = await (onlyPaymentId === null
      ? tx<DuePayment[]>`
          select * from payment
          where status in (${statusList(tx, openPaymentStatuses)}) and recover_ms <= ${nowMs}
          order by recover_ms limit ${limit}
          for update skip locked`
      : tx<DuePayment[]>`
          select * from payment
          where id = ${onlyPaymentId} and status in (${statusList(tx, openPaymentStatuses)})
            and (status <> ${statusText(tx, initialPaymentStatus)} or recover_ms <= ${nowMs})
          for update`);
    if (due.length === 0) return [];
    const ids = due.map(({ id }) => id);
    const [orders] = await Promise.all([
      tx<(OrderRow & { audit_id: string; audit_number: string })[]>`
        select ${orderColumns(tx, 'o')}, a.id as audit_id,
          a.number_prefix || a.sequence as audit_number
        from audit a cross join unnest(a.order_ids) with ordinality as u(order_id, position)
        join orders o on o.id = u.order_id
        where a.id = any(${ids}::uuid[]) order by u.position`,
      tx`
        update payment p
        set status = d.status, attempt = p.attempt + 1, recover_ms = d.recover_ms, updated_ms = ${nowMs}
        from unnest(
          ${ids}::uuid[],
          ${due.map((row) => nextPaymentStatus(row.status, 'lose'))}::text[],
          ${due.map((row) => nextRecoveryAtMs(row.attempt + 1, row.claimed_ms))}::bigint[]
        ) as d(id, status, recover_ms)
        where p.id = d.id`,
    ]);
    const ordersOf = Map.groupBy(orders, (row) => row.audit_id);
    return due.map(
      (row): OpenClaim => ({
        checkoutId: row.id,
        number: ordersOf.get(row.id)?.[0]?.audit_number ?? '',
        attempt: row.attempt + 1,
        amount: { amount: row.amount, currency: row.currency },
        method: row.method,
        orders: (ordersOf.get(row.id) ?? []).map(orderOf),
        claimedAtMs: row.claimed_ms,
      }),
    );
  });
