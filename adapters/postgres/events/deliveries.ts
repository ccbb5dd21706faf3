import type { Deliveries } from '../../../core/delivery.ts';
import { eventId } from '../../../core/event.ts';
import { pageOf } from '../../../core/page.ts';
import { type DeliveryRow, deliveryFrom } from '../../stored/subscription.ts';
import { writeActivity } from '../activity/activity.ts';
import type { Sql, Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { withIndexScans } from '../nestedLoops.ts';
import { releaseFollowers } from './followers.ts';
import type { LockedReport } from './lockReported.ts';

export const createDeliveries = (sql: Sql): Deliveries => ({
  list: ({ subscriptionId, outcome, after, limit }) =>
    orUnavailable(async () => {
      const rows = await sql<DeliveryRow[]>`
        select id, type, subject, sequence, event_ms, attempts, delivered_ms, attempt_ms, response_status, error
        from webhook_delivery
        where subscription_id = ${subscriptionId} ${after === null ? sql`` : sql`and id < ${after}`}
          ${outcome === null ? sql`` : outcome === 'failed' ? sql`and delivered_ms is null` : sql`and delivered_ms is not null`}
        order by id desc limit ${limit + 1}`;
      return pageOf(rows.map(deliveryFrom), limit, ({ id }) => id);
    }),

  resend: ({ subscriptionId, id }, nowMs, command) =>
    withIndexScans(sql, async (tx) => {
      // The lock keeps the subscription until we commit. Otherwise it could end, and its event would stay forever.
      const rows = await tx<{ id: string }[]>`
        with kept as materialized (
          select id from subscription where id = ${subscriptionId} for key share
        )
        insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms, body)
        select subscription_id, subject, sequence, kind, type, event_ms, ${nowMs}::bigint, body
        from kept k join webhook_delivery d on d.subscription_id = k.id where d.id = ${id}
        on conflict (subscription_id, subject, sequence) do update set due_ms = least(event.due_ms, ${nowMs}), attempts = 0
        returning subscription_id as id`;
      await releaseFollowers(tx, { subscriptionId, id });
      const target = { target: subscriptionId, orderId: null, detail: id };
      if (rows.length > 0) await writeActivity(tx, command, 'webhook.resend', [target], nowMs);
      return rows.length > 0;
    }),

  drop: (beforeMs, limit) =>
    orUnavailable(async () => {
      const { count } = await sql`
        delete from webhook_delivery where (subscription_id, id) in (
          select subscription_id, id from webhook_delivery where event_ms < ${beforeMs} limit ${limit}
        )`;
      return count;
    }),
});

/** Writes the attempts to the log. The caller's transaction has not yet written what became of the events. */
export const writeDeliveries = async (tx: Transaction, reports: readonly LockedReport[]): Promise<void> => {
  const rows = reports.flatMap(({ subject, sequence, atMs, place, outcome, attempt }) =>
    attempt === undefined
      ? []
      : {
          ...attempt,
          id: eventId({ subject, sequence, atMs }),
          place,
          delivered: outcome.kind === 'delivered',
        },
  );
  if (rows.length === 0) return;
  await tx`
    insert into webhook_delivery (subscription_id, id, subject, sequence, kind, type, event_ms, body, attempts,
      delivered_ms, attempt_ms, response_status, error)
    select e.subscription_id, r.id, e.subject, e.sequence, e.kind, e.type, e.at_ms, r.body, e.attempts + 1,
      case when r.delivered then r."atMs" end, r."atMs", r."responseStatus", r.error
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(
      id uuid, place tid, delivered boolean, "atMs" bigint, "responseStatus" integer, error text, body text
    )
    join event e on e.ctid = r.place
    on conflict (subscription_id, id) do update set attempts = webhook_delivery.attempts + 1,
      delivered_ms = coalesce(excluded.delivered_ms, webhook_delivery.delivered_ms),
      attempt_ms = excluded.attempt_ms, response_status = excluded.response_status, error = excluded.error`;
};
