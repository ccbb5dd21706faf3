import type { ClaimEvents, Events, LeasedEvent } from '../../../core/relay.ts';
import type { EventRow } from '../../stored/subscription.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { leasedFrom } from './bodies.ts';

export const createRuns = (sql: Sql): Pick<Events, 'claimRun' | 'reportRun'> => ({
  claimRun: (query) =>
    orUnavailable(async (): Promise<readonly LeasedEvent[]> => {
      const { subscriptionId, nowMs, leaseMs } = query;
      const [leased] = await sql<{ lease: number }[]>`
        update subscription set lease = lease + 1, lease_until_ms = ${nowMs + leaseMs}
        where id = ${subscriptionId} and not paused and lease_until_ms <= ${nowMs}
        returning lease`;
      if (leased === undefined) return [];
      const rows = await readRun(sql, query);
      // All that is due waits for an earlier event.
      if (rows.length === 0)
        await sql`
          update subscription set lease_until_ms = 0 where id = ${subscriptionId} and lease = ${leased.lease}`;
      return leasedFrom(
        sql,
        rows.map((row) => ({ ...row, lease: leased.lease })),
      );
    }),

  reportRun: (subscriptionId, reports, health) =>
    orUnavailable(async () => {
      const [first] = reports;
      if (first === undefined) return 0;
      const delivered = reports.filter(({ outcome }) => outcome.kind === 'delivered');
      const failed = reports.flatMap(({ outcome, ...report }) =>
        outcome.kind === 'failed' ? { ...report, dueAtMs: outcome.dueAtMs } : [],
      );
      const [counted] = await sql<{ is: boolean }[]>`
        with holder as (
          update subscription set lease_until_ms = 0,
            failures = coalesce(${health?.failures ?? null}, failures),
            failing_since_ms = case when ${health === null} then failing_since_ms else ${health?.failingSinceMs ?? null}::bigint end,
            retry_ms = coalesce(${health?.retryAtMs ?? null}, retry_ms),
            paused = paused or ${(health?.pauseReason ?? null) !== null},
            pause_reason = coalesce(${health?.pauseReason ?? null}, pause_reason)
          where id = ${subscriptionId} and lease = ${first.lease} and lease_until_ms > 0
          returning id
        ), delivered as (
          delete from event e
          using holder h, unnest(
            ${delivered.map(({ subject }) => subject)}::uuid[], ${delivered.map(({ sequence }) => sequence)}::bigint[]
          ) as r(subject, sequence)
          where e.subscription_id = h.id and e.subject = r.subject and e.sequence = r.sequence
        ), failed as (
          update event e set due_ms = r.due_ms, attempts = e.attempts + 1
          from holder h, unnest(
            ${failed.map(({ subject }) => subject)}::uuid[], ${failed.map(({ sequence }) => sequence)}::bigint[],
            ${failed.map(({ dueAtMs }) => dueAtMs)}::bigint[]
          ) as r(subject, sequence, due_ms)
          where e.subscription_id = h.id and e.subject = r.subject and e.sequence = r.sequence
        )
        select exists (select from holder) as is`;
      return counted?.is === true ? reports.length : 0;
    }),
});

/**
 * Its own statement, after the one that leases: its snapshot has all that the last holder has reported. What follows
 * the first event of a subject comes with it, so that no event is ever before an earlier one.
 */
const readRun = (sql: Sql, { subscriptionId, limit, nowMs }: ClaimEvents): Promise<EventRow[]> => sql<
  EventRow[]
>`
  select e.kind, e.subject, e.sequence, e.type, e.at_ms as "atMs", e.quantity, e.amount, e.body, e.attempts, e.lease
  from event first
  cross join lateral (
    select * from event where subscription_id = ${subscriptionId} and subject = first.subject order by sequence
  ) e
  where first.subscription_id = ${subscriptionId} and first.due_ms <= ${nowMs} and not exists (
    select from event earlier
    where earlier.subscription_id = ${subscriptionId} and earlier.subject = first.subject
      and earlier.sequence < first.sequence
  )
  order by first.due_ms, e.subject, e.sequence limit ${limit}`;
