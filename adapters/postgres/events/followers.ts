import type { Transaction } from '../connection.ts';
import type { LockedReport } from './lockReported.ts';

/**
 * Lets the later events of a subject wait as long as the one that has failed. They could not be sent before it, and each
 * claim would read all of them to see that. The condition on `due_ms` is outside, so that they are found by the key.
 */
export const holdFollowers = async (
  tx: Transaction,
  subscriptionId: string,
  reports: readonly LockedReport[],
): Promise<void> => {
  const failed = reports.flatMap(({ subject, sequence, outcome }) =>
    outcome.kind === 'failed' ? { subject, sequence, due_ms: outcome.dueAtMs } : [],
  );
  if (failed.length === 0) return;
  await tx`
    with held as materialized (
      select e.place, r.due_ms
      from json_to_recordset(${JSON.stringify(failed)}::text::json) as r(subject uuid, sequence bigint, due_ms bigint)
      cross join lateral (
        select ctid as place, due_ms from event
        where subscription_id = ${subscriptionId} and subject = r.subject and sequence > r.sequence offset 0
      ) e
      where e.due_ms < r.due_ms
    )
    update event e set due_ms = h.due_ms from held h where e.ctid = h.place`;
};

/** Ends their wait, because the event before them is sent again sooner. One that has failed itself waits on. */
export const releaseFollowers = async (
  tx: Transaction,
  { subscriptionId, id }: { readonly subscriptionId: string; readonly id: string },
): Promise<void> => {
  await tx`
    with released as materialized (
      select e.place
      from webhook_delivery d cross join lateral (
        select ctid as place, attempts, at_ms, due_ms from event
        where subscription_id = ${subscriptionId} and subject = d.subject and sequence > d.sequence offset 0
      ) e
      where d.subscription_id = ${subscriptionId} and d.id = ${id} and e.attempts = 0 and e.due_ms > e.at_ms
    )
    update event e set due_ms = e.at_ms from released r where e.ctid = r.place`;
};
