import type { Fragment } from 'postgres';
import { expiredDetail, orderStatusAfter } from '../../../core/order.ts';
import type { Sql } from '../connection.ts';
import { statusText } from '../statuses.ts';

/** Parts of the statement that records outcomes. */
type ReleaseParts = {
  /** A column `expires` of `locked a`: the order falls back to pending too late, and is cancelled. */
  readonly expires: Fragment;
  /** The same of `changed`. */
  readonly expired: Fragment;
  readonly status: Fragment;
  /** How many history rows the order gets. */
  readonly rows: Fragment;
  readonly history: Fragment;
  /** The CTEs that give back what the released orders held. */
  readonly ctes: Fragment;
};

/**
 * Only a batch that releases orders looks at when they expire, writes the attempt that ended, and touches the stock. The
 * others do not pay for those parts.
 */
export const releaseParts = (sql: Sql, releases: boolean, nowMs: number): ReleaseParts => {
  const released = statusText(sql, orderStatusAfter.release);
  const cancelled = statusText(sql, orderStatusAfter.cancel);
  if (!releases)
    return {
      expires: sql``,
      expired: sql``,
      status: sql`l.order_status`,
      rows: sql`1`,
      history: sql`select id, seq, order_status, ${nowMs}::bigint, detail from changed`,
      ctes: sql``,
    };
  return {
    expires: sql`, a.order_status = ${released} and o.expires_ms <= ${nowMs}::bigint as expires`,
    expired: sql`, l.expires as expired`,
    status: sql`case when l.expires then ${cancelled} else l.order_status end`,
    rows: sql`case when l.expires then 2 else 1 end`,
    history: sql`
      select id, seq - case when expired then 1 else 0 end, order_status, ${nowMs}::bigint, detail from changed
      union all
      select id, seq, ${cancelled}, ${nowMs}::bigint, ${expiredDetail} from changed where expired`,
    ctes: sql`), attempted as (
      insert into payment_attempt (order_id, payment_id, attempt, status, decline_code, at_ms)
      select l.id, f.id, f.old_attempt, f.payment_status, f.decline_code, ${nowMs}::bigint
      from locked l join found f on f.id = l.checkout_id where l.order_status = ${released}
    -- As in a claim, the stock is locked by id before it is joined.
    ), stocked as materialized (
      select f.product_id, l.units + f.quantity as units
      from (
        select product_id, sum(held) as quantity from changed
        where order_status = ${released} and held > 0 group by product_id order by product_id
      ) f
      cross join lateral (select units from stock where product_id = f.product_id for no key update) l
    ), freed as (
      update stock s set units = n.units from stocked n
      where s.product_id = n.product_id`,
  };
};
