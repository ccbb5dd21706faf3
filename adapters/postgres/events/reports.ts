import type { Events } from '../../../core/relay.ts';
import type { Sql, Transaction } from '../connection.ts';
import { withIndexScans } from '../nestedLoops.ts';
import { writeDeliveries } from './deliveries.ts';
import { holdFollowers } from './followers.ts';
import { type LockedReport, lockReported } from './lockReported.ts';

/** See `Events.report`. */
export const createReport =
  (sql: Sql): Events['report'] =>
  (subscriptionId, reports, health) =>
    withIndexScans(sql, async (tx) => {
      // Lock order: the subscription, then its events, as a change or the end of the subscription. The reverse would
      // deadlock.
      if (health !== null)
        await tx`
          update subscription set failures = ${health.failures}, failing_since_ms = ${health.failingSinceMs},
            retry_ms = ${health.retryAtMs}, paused = paused or ${health.pauseReason !== null},
            pause_reason = coalesce(${health.pauseReason}, pause_reason)
          where id = ${subscriptionId}`;
      const locked = await lockReported(tx, subscriptionId, reports);
      if (locked.length === 0) return 0;
      await writeDeliveries(tx, locked);
      await writeOutcomes(tx, locked);
      await holdFollowers(tx, subscriptionId, locked);
      return locked.length;
    });

/** Finds the rows by their places: a join by their keys could read all events, as above. */
const writeOutcomes = async (tx: Transaction, locked: readonly LockedReport[]): Promise<void> => {
  const rows = locked.map(({ place, outcome, attempt }) => ({
    place,
    kind: outcome.kind,
    due_ms: outcome.kind === 'failed' ? outcome.dueAtMs : null,
    // A delivered event is deleted, and its body is in the log of deliveries.
    body: outcome.kind === 'delivered' ? null : attempt?.body,
  }));
  await tx`
    with reported as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(
        place tid, kind text, due_ms bigint, body text
      )
    ), delivered as (
      delete from event e using reported r where r.kind = 'delivered' and e.ctid = r.place
    )
    update event e set
      due_ms = coalesce(r.due_ms, e.at_ms),
      attempts = e.attempts + case r.kind when 'failed' then 1 else 0 end,
      lease = e.lease + 1,
      body = coalesce(e.body, r.body)
    from reported r
    where r.kind <> 'delivered' and e.ctid = r.place`;
};
