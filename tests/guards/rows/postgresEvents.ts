import { type Guard, guard, inTest, stepped } from '../guard.ts';

export const postgresEvents: readonly Guard[] = [
  guard(
    'a new subscription waits for those who append, on PostgreSQL',
    ['adapters/postgres/events/subscriptions.ts', `await tx\`lock table order_state in share mode\`;`, ''],
    stepped('events of a subscription: create a webhook × change the quantity', 8),
  ),
  guard(
    'the refund of a late charge is waited for, on PostgreSQL',
    ['sql/postgres/026_event.sql', 'lock table only order_state in row exclusive mode;', ''],
    inTest(
      'tests/postgres/newSubscription.test.ts',
      'A new subscription waits for a transaction that has settled the refund of a late charge without seeing it',
      2,
    ),
  ),
  guard(
    'a test event keeps its subscription, on PostgreSQL',
    ['adapters/postgres/events/events.ts', ' for key share', ''],
    stepped('events of a subscription: end the subscription × send a test', 2),
  ),
  guard(
    'a resent delivery keeps its subscription, on PostgreSQL',
    ['adapters/postgres/events/deliveries.ts', ' for key share', ''],
    stepped('events of a subscription: end the subscription × resend a delivery', 2),
  ),
  guard(
    'a claim of events locks them, on PostgreSQL',
    ['adapters/postgres/events/events.ts', ' for update skip locked', ''],
    inTest('tests/postgres/skippedRows.test.ts', 'A claim of events leaves one that somebody holds', 3),
  ),
  guard(
    'a claim of events skips those that somebody holds, on PostgreSQL',
    ['adapters/postgres/events/events.ts', ' skip locked', ''],
    inTest('tests/postgres/skippedRows.test.ts', 'A claim of events leaves one that somebody holds', 3),
  ),
  guard(
    'a delivery that is resent while it waits, on PostgreSQL',
    [
      'adapters/postgres/events/deliveries.ts',
      `\n        on conflict (subscription_id, subject, sequence) do update set due_ms = least(event.due_ms, \${nowMs}), attempts = 0`,
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'They come at once after it if it is sent again by hand before its time',
      57,
    ),
  ),
  guard(
    'the log has one row for each delivery, on PostgreSQL',
    [
      'adapters/postgres/events/deliveries.ts',
      '\n    on conflict (subscription_id, id) do update set attempts = webhook_delivery.attempts + 1,\n      delivered_ms = coalesce(excluded.delivered_ms, webhook_delivery.delivered_ms),\n      attempt_ms = excluded.attempt_ms, response_status = excluded.response_status, error = excluded.error',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The log of deliveries has the last attempt of each event, newest first, and sends one again',
      90,
    ),
  ),
  guard(
    'one test event at a time, on PostgreSQL',
    ['adapters/postgres/events/events.ts', '\n        on conflict do nothing', ''],
    inTest('tests/contracts/postgres.test.ts', 'Two test events of one moment are one event', 1),
  ),
  guard(
    'a claim of events takes those that are due, on PostgreSQL',
    [
      'adapters/postgres/events/events.ts',
      `0 and due_ms <= \${nowMs} and`,
      `0 and (due_ms <= \${nowMs} or true) and`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An event whose lease has expired is claimed anew, and the old lease changes nothing',
      49,
    ),
  ),
  guard(
    'a claim raises the lease of its events, on PostgreSQL',
    ['adapters/postgres/events/events.ts', 'set lease = e.lease + 1,', 'set lease = e.lease,'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An event whose lease has expired is claimed anew, and the old lease changes nothing',
      46,
    ),
  ),
  guard(
    'a run of events has one holder, on PostgreSQL',
    [
      'adapters/postgres/events/runs.ts',
      `lease_until_ms <= \${nowMs}`,
      `(lease_until_ms <= \${nowMs} or true)`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      107,
    ),
  ),
  guard(
    'a report of a run counts under its lease only, on PostgreSQL',
    ['adapters/postgres/events/runs.ts', `lease = \${first.lease}`, `(lease = \${first.lease} or true)`],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      103,
    ),
  ),
  guard(
    'a report of a run counts once, on PostgreSQL',
    ['adapters/postgres/events/runs.ts', 'lease_until_ms > 0', '(lease_until_ms > 0 or true)'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      107,
    ),
  ),
  guard(
    'a claim of a run raises the lease, on PostgreSQL',
    ['adapters/postgres/events/runs.ts', 'lease + 1', 'lease'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      97,
    ),
  ),
  guard(
    'one subscription a Kafka topic, on PostgreSQL',
    [
      'adapters/postgres/events/subscriptions.ts',
      "\n    on conflict (target) where kind = 'kafka' do update set target = excluded.target",
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Kafka has one subscription for a topic, whichever process starts first',
      90,
    ),
  ),
  guard(
    'a resumed subscription brings no event later, on PostgreSQL',
    ['adapters/postgres/events/subscriptions.ts', `due_ms > \${dueMs}`, `(due_ms > \${dueMs} or true)`],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A subscription is due while it has due events, is not paused and need not wait',
      92,
    ),
  ),
  guard(
    'an event that has failed itself waits on, on PostgreSQL',
    ['adapters/postgres/events/followers.ts', ' and e.attempts = 0', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One that has failed itself waits on if the one before it is sent again by hand',
      1,
    ),
  ),
  guard(
    'a paused subscription has no run, on PostgreSQL',
    ['adapters/postgres/events/runs.ts', ' and not paused', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A paused subscription has no run, and the report of a run writes its health',
      1,
    ),
  ),
  guard(
    'a report under an old lease ends no batch, on PostgreSQL',
    ['adapters/postgres/events/runs.ts', '\n            where exists (select from holder)', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      1,
    ),
  ),
];
