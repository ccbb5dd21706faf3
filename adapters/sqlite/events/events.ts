import { testEventType } from '../../../core/event.ts';
import type { EventReport, Events } from '../../../core/relay.ts';
import { resumeWithinMs, subscriptionTarget } from '../../../core/subscription.ts';
import { type EventRow, relaySubscriptionFrom } from '../../stored/subscription.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createBacklogs } from './backlogs.ts';
import { createLeasedFrom } from './bodies.ts';
import { createWriteDelivery } from './deliveries.ts';
import { createHoldFollowers } from './followers.ts';
import { createRuns, healthStatement } from './runs.ts';
import { rowOfStored, type StoredSubscription } from './subscriptions.ts';

export const createEvents = (connection: Connection): Events => {
  const { client, write, runStatement } = connection;
  const leasedFrom = createLeasedFrom(connection);
  const writeDelivery = createWriteDelivery(connection);
  const writeActivity = createWriteActivity(connection);
  const holdFollowers = createHoldFollowers(connection);
  const dueOf = (condition: string) =>
    client.prepare<[object], StoredSubscription>(
      `select * from subscription s where paused = 0 and retry_ms <= $nowMs and lease_until_ms <= $nowMs ${condition}
         and exists (select 1 from event where subscription_id = s.id and due_ms <= $nowMs)
       order by id`,
    );
  const due = dueOf('');
  const dueOne = dueOf('and id = $id');
  const ready = client.prepare<[object], EventRow>(
    `select kind, subject, sequence, type, at_ms as atMs, quantity, amount, body, attempts, lease + 1 as lease
     from event e where subscription_id = $subscriptionId and due_ms <= $nowMs and not exists (
       select 1 from event earlier where earlier.subscription_id = $subscriptionId
         and earlier.subject = e.subject and earlier.sequence < e.sequence
     ) order by due_ms limit $limit`,
  );
  const lease = client.prepare<[object]>(
    `update event set lease = $lease, due_ms = $dueMs
     where subscription_id = $subscriptionId and subject = $subject and sequence = $sequence`,
  );
  const remove = client.prepare<[object]>(
    `delete from event where subscription_id = $subscriptionId and subject = $subject and sequence = $sequence
       and lease = $lease`,
  );
  const keep = client.prepare<[object]>(
    `update event set due_ms = coalesce($dueMs, at_ms), attempts = attempts + $failed, lease = lease + 1,
       body = coalesce(body, $body)
     where subscription_id = $subscriptionId and subject = $subject and sequence = $sequence and lease = $lease`,
  );
  const setHealth = client.prepare<[object]>(healthStatement);
  const byId = client.prepare<[string], StoredSubscription>('select * from subscription where id = ?');
  const insertTest = client.prepare<[object]>(
    `insert or ignore into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
     values ($id, $id, $nowMs, 'test', $type, $nowMs, $nowMs)`,
  );

  const restartTests = client.prepare<[object]>(
    'update event set due_ms = min(due_ms, $dueMs), attempts = 0 where subscription_id = $id and subject = $id',
  );

  const claim = ({ subscriptionId, limit, nowMs, leaseMs }: Parameters<Events['claim']>[0]) => {
    const rows = ready.all({ subscriptionId, limit, nowMs });
    for (const { subject, sequence, lease: token } of rows)
      lease.run({ subscriptionId, subject, sequence, lease: token, dueMs: nowMs + leaseMs });
    return leasedFrom(rows);
  };
  const reportOne = (subscriptionId: string, report: EventReport): number => {
    const { subject, sequence, lease: token, outcome, attempt } = report;
    const key = { subscriptionId, subject, sequence, lease: token };
    if (attempt !== undefined) writeDelivery(subscriptionId, report, attempt);
    if (outcome.kind === 'delivered') return remove.run(key).changes;
    const dueMs = outcome.kind === 'failed' ? outcome.dueAtMs : null;
    const { changes } = keep.run({
      ...key,
      dueMs,
      failed: Number(dueMs !== null),
      body: attempt?.body ?? null,
    });
    if (dueMs !== null && changes > 0) holdFollowers({ ...key, dueMs });
    return changes;
  };

  return {
    ...createRuns(connection),
    ...createBacklogs(connection),
    due: async (nowMs, id) =>
      runStatement(() =>
        (id === undefined ? due.all({ nowMs }) : dueOne.all({ nowMs, id })).map((row) =>
          relaySubscriptionFrom(rowOfStored(row), nowMs),
        ),
      ),
    claim: async (query) => write(() => claim(query)),
    report: async (subscriptionId, reports, health) =>
      write(() => {
        let applied = 0;
        for (const report of reports) applied += reportOne(subscriptionId, report);
        if (health !== null) setHealth.run({ id: subscriptionId, ...health });
        return applied;
      }),
    sendTest: async (id, nowMs, command) =>
      write(() => {
        const row = byId.get(id);
        if (row === undefined) return;
        restartTests.run({ id, dueMs: nowMs + resumeWithinMs });
        insertTest.run({ id, nowMs, type: testEventType });
        writeActivity(command, 'webhook.test', [subscriptionTarget(row)], nowMs);
      }),
  };
};
