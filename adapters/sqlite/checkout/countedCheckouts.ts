import { type CountedCheckout, type CountedCheckouts, declineWindowMs } from '../../../core/limits.ts';
import { paymentStatusAfter } from '../../../core/payment.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';

const declined = quoted(paymentStatusAfter.decline);
const challenged = quoted(paymentStatusAfter.challenge);

/** Reads inside the caller's transaction. The table has no row for almost every customer. */
export const createReadCounted = ({ client }: Connection) => {
  const ofCustomer = client.prepare<[string], CountedCheckout>(
    `select p.status, p.updated_ms as atMs
     from counted_checkout c cross join payment p on p.id = c.checkout_id
     where c.customer_id = ? and (p.status = ${declined} or p.status = ${challenged})`,
  );
  return (customerIds: readonly string[]): CountedCheckouts =>
    new Map(
      customerIds.flatMap((id): [string, readonly CountedCheckout[]][] => {
        const rows = ofCustomer.all(id);
        return rows.length === 0 ? [] : [[id, rows]];
      }),
    );
};

/** Notes the checkout as counted, whose payment was declined or waits for its customer. */
export const createWriteCounted = ({ client }: Connection) => {
  const insert = client.prepare<[number, string]>(
    `insert into counted_checkout (customer_id, checkout_id, created_ms)
     select customer_id, id, ? from audit where id = ?
     on conflict (customer_id, checkout_id) do nothing`,
  );
  return (checkoutId: string, nowMs: number): void => {
    insert.run(nowMs, checkoutId);
  };
};

/** Rows in one statement and transaction, so that checkouts do not wait long for it. */
const sliceRows = 1_000;

/** Deletes one slice of the rows that no longer count. Returns whether there may be more. */
export const createPruneCounted = ({ client }: Connection): ((nowMs: number) => boolean) => {
  const prune = client.prepare<[number, number, number]>(
    `delete from counted_checkout where (customer_id, checkout_id) in (
       select customer_id, checkout_id from counted_checkout c
       where created_ms < ? and not exists (
         select 1 from payment p where p.id = c.checkout_id
           and (p.status = ${challenged} or p.status = ${declined} and p.updated_ms >= ?)
       )
       limit ?
     )`,
  );
  return (nowMs) => {
    const beforeMs = nowMs - declineWindowMs;
    return prune.run(beforeMs, beforeMs, sliceRows).changes === sliceRows;
  };
};
