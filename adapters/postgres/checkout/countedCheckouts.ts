import type { CheckoutRequest } from '../../../core/audit.ts';
import {
  type CheckoutLimits,
  countedPaymentStatuses,
  declineWindowMs,
  hasCheckoutLimit,
} from '../../../core/limits.ts';
import { type PaymentStatus, paymentStatusAfter } from '../../../core/payment.ts';
import type { Sql } from '../connection.ts';
import { statusList, statusText } from '../statuses.ts';

export type CountedRow = {
  readonly customerId: string;
  readonly status: PaymentStatus;
  readonly atMs: number;
};

/**
 * A column `counted` for the statement that reads what claims are judged by, or nothing without a limit. The table has
 * no row for almost every customer. The payment is found by its key, so it is read for counted checkouts only.
 */
export const countedColumn = (sql: Sql, requests: readonly CheckoutRequest[], limits: CheckoutLimits) =>
  hasCheckoutLimit(limits)
    ? sql`(
      select json_agg(json_build_object('customerId', c.customer_id, 'status', p.status, 'atMs', p.updated_ms))
      from counted_checkout c
      cross join lateral (select status, updated_ms from payment where id = c.checkout_id limit 1) p
      where c.customer_id = any((select ${textArray(requests.map(({ customerId }) => customerId))}::text[])::text[])
        and p.status in (${statusList(sql, countedPaymentStatuses)})
    ) as counted,`
    : sql``;

/** An array as the server reads it. The driver takes 4 µs for each text of an array; this takes a tenth of that. */
const textArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

/** The part of the statement that records outcomes, for a batch with a counted status. Reads `recorded`. */
export const writeCounted = (sql: Sql, nowMs: number) => sql`), counted as (
      insert into counted_checkout (customer_id, checkout_id, created_ms)
      select a.customer_id, r.id, ${nowMs}::bigint from recorded r
      cross join lateral (select customer_id from audit where id = r.id limit 1) a
      where r.status in (${statusList(sql, countedPaymentStatuses)})
      on conflict (customer_id, checkout_id) do nothing`;

/** Rows in one statement, so that a large table is not locked for long. */
const sliceRows = 1_000;

export const pruneCounted = async (sql: Sql, nowMs: number): Promise<void> => {
  const beforeMs = nowMs - declineWindowMs;
  for (let deleted = sliceRows; deleted === sliceRows; )
    deleted = (
      await sql`
        delete from counted_checkout where (customer_id, checkout_id) in (
          select customer_id, checkout_id from counted_checkout c
          where created_ms < ${beforeMs} and not exists (
            select from payment p where p.id = c.checkout_id and (
              p.status = ${statusText(sql, paymentStatusAfter.challenge)} or
              p.status = ${statusText(sql, paymentStatusAfter.decline)} and p.updated_ms >= ${beforeMs}
            )
          )
          limit ${sliceRows}
        )`
    ).count;
};
