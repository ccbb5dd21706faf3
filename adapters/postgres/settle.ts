import { ok } from 'neverthrow';
import type { Audits, CheckoutAnswer, Settled, Settlement } from '../../core/audit.ts';
import type { OrderStatus } from '../../core/order.ts';
import type { PaymentStatus } from '../../core/payment.ts';
import { historyDetail } from '../../core/settlement.ts';
import { firstStep } from '../../core/steps.ts';
import type { Sql } from './connection.ts';
import { answered } from './failures.ts';

/** What each outcome makes of the payment and of its orders, and what the history says of it. */
const becomes: Readonly<
  Record<Settlement['outcome']['kind'], { readonly payment: PaymentStatus; readonly order: OrderStatus }>
> = {
  succeeded: { payment: 'succeeded', order: 'paid' },
  declined: { payment: 'declined', order: 'pending' },
  cancelled: { payment: 'cancelled', order: 'pending' },
  released: { payment: 'cancelled', order: 'pending' },
  requires_action: { payment: 'requires_action', order: 'paying' },
  unknown: { payment: 'unknown', order: 'paying' },
};

export const settle = async (
  sql: Sql,
  settlements: readonly Settlement[],
  nowMs: number,
): ReturnType<Audits['settle']> => {
  if (settlements.length === 0) return ok([]);
  return answered(async () => {
    const settled = new Map<Settlement, Settled>();
    for (const round of roundsOf(settlements))
      for (const [settlement, outcome] of await settleOnce(sql, round, nowMs))
        settled.set(settlement, outcome);
    return settlements.flatMap((settlement) => settled.get(settlement) ?? []);
  });
};

/** Of two settlements of one payment the second stands on what the first has left, so it comes after it. */
const roundsOf = (settlements: readonly Settlement[]): readonly (readonly Settlement[])[] => {
  const times = new Map<string, number>();
  const rounds = Map.groupBy(settlements, ({ checkoutId }) => {
    const round = times.get(checkoutId) ?? 0;
    times.set(checkoutId, round + 1);
    return round;
  });
  return [...rounds.values()];
};

/** Each payment once. */
const settleOnce = async (
  sql: Sql,
  settlements: readonly Settlement[],
  nowMs: number,
): Promise<readonly (readonly [Settlement, Settled])[]> => {
  const written = new Map((await write(sql, settlements, nowMs)).map((row) => [row.id, row]));
  const missed = settlements.filter(({ checkoutId }) => !written.has(checkoutId));
  // What another has settled is read anew: the snapshot of the statement that lost may be older than that.
  const standing = missed.length === 0 ? new Map<string, Row>() : await read(sql, missed);
  return settlements.map((settlement) => {
    const { checkoutId } = settlement;
    const row = written.get(checkoutId) ?? standing.get(checkoutId);
    if (row === undefined) throw new Error(`there is no checkout ${checkoutId} to settle`);
    const applied = written.has(checkoutId);
    return [settlement, { applied, paymentStatus: row.status, answer: row.answer }];
  });
};

type Row = { readonly id: string; readonly status: PaymentStatus; readonly answer: CheckoutAnswer | null };

/**
 * One statement, and so one transaction: the payment, the stored answer, the orders with their histories, and
 * the work that is now owed. Only payments that are open are touched; the rest follows from those. One that
 * waits for its customer goes on waiting where nothing else is known. Payments and
 * orders are locked in the order of their ids, so that settlements side by side never wait in a circle.
 */
const write = (sql: Sql, settlements: readonly Settlement[], nowMs: number): Promise<Row[]> => {
  const tasks = settlements.flatMap((settlement) => settlement.tasks);
  return sql<Row[]>`
    with outcome as (
      select * from unnest(
        ${settlements.map(({ checkoutId }) => checkoutId)}::uuid[],
        ${settlements.map(({ attempt }) => attempt)}::integer[],
        ${settlements.map(({ outcome }) => outcome.kind)}::text[],
        ${settlements.map(({ outcome }) => becomes[outcome.kind].payment)}::text[],
        ${settlements.map(({ outcome }) => becomes[outcome.kind].order)}::text[],
        ${settlements.map(({ outcome }) => ('reference' in outcome ? outcome.reference : null))}::text[],
        ${settlements.map(({ outcome }) => ('declineCode' in outcome ? outcome.declineCode : null))}::text[],
        ${settlements.map(({ outcome }) => ('action' in outcome ? JSON.stringify(outcome.action) : null))}::text[],
        ${settlements.map(({ outcome }) => historyDetail(outcome))}::text[],
        ${settlements.map(({ answer }) => (answer === null ? null : JSON.stringify(answer)))}::text[]
      ) as s(id, attempt, kind, payment_status, order_status, reference, decline_code, action, detail, answer)
    ), open as (
      select p.id from outcome s join payment p using (id)
      where p.status in ('initiated', 'unknown', 'requires_action') and (s.kind <> 'released' or p.attempt = s.attempt)
      order by p.id
      for update of p
    ), settled as (
      update payment p
      set status = case when s.kind = 'unknown' and p.action is not null then p.status else s.payment_status end,
        action = case when s.kind = 'unknown' then p.action else s.action::jsonb end,
        reference = coalesce(s.reference, p.reference), decline_code = s.decline_code, updated_ms = ${nowMs}::bigint
      from outcome s join open using (id)
      where p.id = s.id
      returning p.id, p.status, s.kind, s.order_status, s.detail, s.answer
    ), answered as (
      update audit a set answer = coalesce(a.answer, s.answer::jsonb)
      from settled s
      where a.id = s.id
      returning a.id, s.status, s.kind, s.order_status, s.detail, a.answer, a.order_ids
    ), locked as (
      select o.id, a.order_status, a.detail
      from answered a cross join unnest(a.order_ids) as u(order_id) join orders o on o.id = u.order_id
      where a.order_status <> 'paying' and o.status = 'paying' and o.checkout_id = a.id
      order by o.id
      for update of o
    ), moved as (
      update orders o set status = l.order_status, seq = o.seq + 1, updated_ms = ${nowMs}::bigint
      from locked l where o.id = l.id
      returning o.id, o.seq, l.order_status, l.detail
    ), told as (
      insert into order_state (order_id, seq, state, at_ms, detail)
      select id, seq, order_status, ${nowMs}::bigint, detail from moved
    ), queued as (
      insert into task (id, order_id, pipeline, step, state, run_ms, seq)
      select t.id, t.order_id, t.pipeline, t.step, 'ready', ${nowMs}::bigint, m.seq
      from unnest(
        ${tasks.map(({ id }) => id)}::uuid[],
        ${tasks.map(({ orderId }) => orderId)}::uuid[],
        ${tasks.map(({ pipeline }) => pipeline)}::text[],
        ${tasks.map(({ pipeline }) => firstStep(pipeline))}::text[]
      ) as t(id, order_id, pipeline, step)
      join moved m on m.id = t.order_id and m.order_status = 'paid'
    )
    select id, status, answer from answered`;
};

const read = async (sql: Sql, settlements: readonly Settlement[]): Promise<ReadonlyMap<string, Row>> => {
  const rows = await sql<Row[]>`
    select p.id, p.status, a.answer from payment p join audit a using (id)
    where p.id = any(${settlements.map(({ checkoutId }) => checkoutId)}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
};
