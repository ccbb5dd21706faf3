import {
  type ExpiredSlice,
  expiredDetail,
  type Orders,
  orderStatusAfter,
  orderStatusesBefore,
} from '../../../core/order.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { statusList, statusText } from '../statuses.ts';

type Query = Parameters<Orders['cancelExpired']>[0];

const nothing: ExpiredSlice = { cancelled: 0, more: false };

/** See `Orders.cancelExpired`. The lock on the mark keeps other processes out, and nobody waits for it. */
export const cancelExpired = (sql: Sql, query: Query): ReturnType<Orders['cancelExpired']> =>
  inTransaction(sql, async (tx) => {
    const passedMs = await lockMark(tx, query.sweep);
    if (passedMs === null) return nothing;
    const slice = await readSlice(tx, query, passedMs);
    if (slice === null) return nothing;
    const cancelled = await cancelBetween(tx, { fromMs: passedMs, toMs: slice.toMs }, query.nowMs);
    await tx`update order_expiry set passed_ms = ${slice.toMs} where walk = ${query.sweep}`;
    return { cancelled, more: slice.more };
  });

/** Null if another process works on a slice now. The released column of a sweep is called `walk`. */
const lockMark = async (tx: Transaction, sweep: Query['sweep']): Promise<number | null> => {
  const select = () => tx<{ passed_ms: number }[]>`
    select passed_ms from order_expiry where walk = ${sweep} for update skip locked`;
  const [mark] = await select();
  if (mark !== undefined) return mark.passed_ms;
  await tx`insert into order_expiry (walk, passed_ms) values (${sweep}, 0) on conflict do nothing`;
  return (await select())[0]?.passed_ms ?? null;
};

/**
 * Where the slice ends: with the last of `limit` orders, or at `untilMs`. Orders with an equal time are in one slice.
 * Null if no order is left.
 */
const readSlice = async (
  tx: Transaction,
  { untilMs, limit }: Query,
  passedMs: number,
): Promise<{ readonly toMs: number; readonly more: boolean } | null> => {
  const [row] = await tx<{ last_ms: number | null; any: boolean }[]>`
    select
      (select expires_ms from orders where expires_ms > ${passedMs} and expires_ms <= ${untilMs}
       order by expires_ms offset ${limit - 1} limit 1) as last_ms,
      exists (select from orders where expires_ms > ${passedMs} and expires_ms <= ${untilMs}) as any`;
  if (row === undefined || !row.any) return null;
  return row.last_ms === null ? { toMs: untilMs, more: false } : { toMs: row.last_ms, more: true };
};

/** Locks orders in the order of their ids, as claims do, and waits for a claim: it may leave the order as it was. */
const cancelBetween = async (
  tx: Transaction,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  nowMs: number,
): Promise<number> => {
  const cancelled = statusText(tx, orderStatusAfter.cancel);
  const rows = await tx`
    with expired as materialized (
      select id from orders
      where expires_ms > ${fromMs} and expires_ms <= ${toMs}
        and status in (${statusList(tx, orderStatusesBefore('cancel'))})
      order by id for update
    ), cancelled as (
      update orders o set status = ${cancelled}, seq = seq + 1, updated_ms = ${nowMs}::bigint
      from expired where o.id = expired.id
      returning o.id, o.seq
    ), history as (
      insert into order_state (order_id, seq, state, at_ms, detail)
      select id, seq, ${cancelled}, ${nowMs}::bigint, ${expiredDetail} from cancelled
    )
    select id from cancelled`;
  return rows.length;
};
