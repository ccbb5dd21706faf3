import type { Events, LeasedEvent } from '../../../core/relay.ts';
import type { EventRow } from '../../stored/subscription.ts';
import type { Connection } from '../connection.ts';
import { createLeasedFrom } from './bodies.ts';

export const createRuns = (connection: Connection): Pick<Events, 'claimRun' | 'reportRun'> => {
  const { client, write } = connection;
  const leasedFrom = createLeasedFrom(connection);
  const lease = client
    .prepare<[object], number>(
      `update subscription set lease = lease + 1, lease_until_ms = $untilMs
       where id = $id and paused = 0 and lease_until_ms <= $nowMs returning lease`,
    )
    .pluck();
  const run = client.prepare<[object], EventRow>(
    `select e.kind, e.subject, e.sequence, e.type, e.at_ms as atMs, e.quantity, e.amount, e.body, e.attempts, e.lease
     from event first cross join event e
     where first.subscription_id = $id and first.due_ms <= $nowMs and not exists (
       select 1 from event earlier
       where earlier.subscription_id = $id and earlier.subject = first.subject and earlier.sequence < first.sequence
     ) and e.subscription_id = $id and e.subject = first.subject
     order by first.due_ms, e.subject, e.sequence limit $limit`,
  );
  const end = client.prepare<[object]>(
    'update subscription set lease_until_ms = 0 where id = $id and lease = $lease and lease_until_ms > 0',
  );
  const remove = client.prepare<[object]>(
    'delete from event where subscription_id = $id and subject = $subject and sequence = $sequence',
  );
  const fail = client.prepare<[object]>(
    `update event set due_ms = $dueMs, attempts = attempts + 1
     where subscription_id = $id and subject = $subject and sequence = $sequence`,
  );
  const setHealth = client.prepare<[object]>(healthStatement);

  return {
    claimRun: async ({ subscriptionId: id, limit, nowMs, leaseMs }) =>
      write((): readonly LeasedEvent[] => {
        const token = lease.get({ id, nowMs, untilMs: nowMs + leaseMs });
        if (token === undefined) return [];
        const rows = run.all({ id, nowMs, limit });
        // All that is due waits for an earlier event.
        if (rows.length === 0) end.run({ id, lease: token });
        return leasedFrom(rows.map((row) => ({ ...row, lease: token })));
      }),
    reportRun: async (id, reports, health) =>
      write(() => {
        const [first] = reports;
        if (first === undefined || end.run({ id, lease: first.lease }).changes === 0) return 0;
        for (const { subject, sequence, outcome } of reports)
          if (outcome.kind === 'delivered') remove.run({ id, subject, sequence });
          else if (outcome.kind === 'failed') fail.run({ id, subject, sequence, dueMs: outcome.dueAtMs });
        if (health !== null) setHealth.run({ id, ...health });
        return reports.length;
      }),
  };
};

/** Writes the health of a subscription. */
export const healthStatement = `
  update subscription set failures = $failures, failing_since_ms = $failingSinceMs, retry_ms = $retryAtMs,
    paused = paused or $pauseReason is not null, pause_reason = coalesce($pauseReason, pause_reason)
  where id = $id`;
