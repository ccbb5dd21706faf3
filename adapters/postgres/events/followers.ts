import type { EventReport } from '../../../core/relay.ts';
import type { Transaction } from '../connection.ts';

/**
 * Lets the later events of a subject wait as long as the one that has failed. They could not be sent before it, and each
 * claim would read all of them to see that. Runs after the reports were written; one under an old lease holds nothing.
 */
export const holdFollowers = async (
  tx: Transaction,
  subscriptionId: string,
  reports: readonly EventReport[],
): Promise<void> => {
  const failed = reports.flatMap(({ subject, sequence, lease, outcome }) =>
    outcome.kind === 'failed' ? { subject, sequence, lease: lease + 1, due_ms: outcome.dueAtMs } : [],
  );
  if (failed.length === 0) return;
  await tx`
    update event e set due_ms = r.due_ms
    from (
      select * from json_to_recordset(${JSON.stringify(failed)}::text::json) as r(
        subject uuid, sequence bigint, lease integer, due_ms bigint
      ) limit ${failed.length}
    ) r
    join event first on first.subscription_id = ${subscriptionId} and first.subject = r.subject
      and first.sequence = r.sequence and first.lease = r.lease and first.due_ms = r.due_ms
    where e.subscription_id = ${subscriptionId} and e.subject = r.subject and e.sequence > r.sequence
      and e.due_ms < r.due_ms`;
};

/** Ends their wait, because the event before them is sent again sooner. One that has failed itself waits on. */
export const releaseFollowers = async (
  tx: Transaction,
  { subscriptionId, id }: { readonly subscriptionId: string; readonly id: string },
): Promise<void> => {
  await tx`
    update event e set due_ms = e.at_ms
    from webhook_delivery d
    where d.subscription_id = ${subscriptionId} and d.id = ${id} and e.subscription_id = d.subscription_id
      and e.subject = d.subject and e.sequence > d.sequence and e.attempts = 0 and e.due_ms > e.at_ms`;
};
