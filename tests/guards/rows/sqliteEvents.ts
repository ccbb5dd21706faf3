import { type Guard, guard, inTest } from '../guard.ts';

export const sqliteEvents: readonly Guard[] = [
  guard(
    'a delivery that is resent while it waits, on SQLite',
    [
      'adapters/sqlite/events/deliveries.ts',
      '\n     on conflict (subscription_id, subject, sequence) do update set due_ms = min(due_ms, $nowMs), attempts = 0',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'They come at once after it if it is sent again by hand before its time',
      15,
    ),
  ),
  guard(
    'the log has one row for each delivery, on SQLite',
    [
      'adapters/sqlite/events/deliveries.ts',
      '\n     on conflict (subscription_id, id) do update set attempts = attempts + 1,\n       delivered_ms = coalesce(excluded.delivered_ms, delivered_ms), attempt_ms = excluded.attempt_ms,\n       response_status = excluded.response_status, error = excluded.error',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The log of deliveries has the last attempt of each event, newest first, and sends one again',
      15,
    ),
  ),
  guard(
    'the log takes no attempt under an old lease, on SQLite',
    ['adapters/sqlite/events/deliveries.ts', 'lease = $lease', '(lease = $lease or true)'],
    inTest('tests/contracts/sqlite.test.ts', 'An attempt to deliver under an old lease is not logged', 1),
  ),
  guard(
    'one test event at a time, on SQLite',
    ['adapters/sqlite/events/events.ts', 'or ignore ', ''],
    inTest('tests/contracts/sqlite.test.ts', 'Two test events of one moment are one event', 1),
  ),
  guard(
    'a delivered event is deleted under its lease only, on SQLite',
    [
      'adapters/sqlite/events/events.ts',
      '$sequence\n       and lease = $lease',
      '$sequence\n       and (lease = $lease or true)',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'An event whose lease has expired is claimed anew, and the old lease changes nothing',
      14,
    ),
  ),
  guard(
    'an event that failed is put back under its lease only, on SQLite',
    [
      'adapters/sqlite/events/events.ts',
      '$sequence and lease = $lease',
      '$sequence and (lease = $lease or true)',
    ],
    inTest('tests/contracts/sqlite.test.ts', 'They do not wait for a report under an old lease', 13),
  ),
  guard(
    'the new lease of an event that is claimed, on SQLite',
    ['adapters/sqlite/events/events.ts', 'lease + 1 ', 'lease '],
    inTest('tests/contracts/sqlite.test.ts', 'They do not wait for a report under an old lease', 9),
  ),
  guard(
    'a report raises the lease of the event that it puts back, on SQLite',
    ['adapters/sqlite/events/events.ts', '= lease + 1', '= lease'],
    inTest('tests/contracts/sqlite.test.ts', 'An event that failed is put back once under one lease', 1),
  ),
  guard(
    'a paused subscription has no run, on SQLite',
    ['adapters/sqlite/events/runs.ts', 'paused = 0', '(paused = 0 or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A paused subscription has no run, and the report of a run writes its health',
      38,
    ),
  ),
  guard(
    'a run of events has one holder, on SQLite',
    ['adapters/sqlite/events/runs.ts', 'lease_until_ms <= $nowMs', '(lease_until_ms <= $nowMs or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Of runs that are claimed at once one has events, and its report lets the next be claimed',
      28,
    ),
  ),
  guard(
    'a report of a run counts under its lease only, on SQLite',
    ['adapters/sqlite/events/runs.ts', 'lease = $lease', '(lease = $lease or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      27,
    ),
  ),
  guard(
    'a report of a run counts once, on SQLite',
    ['adapters/sqlite/events/runs.ts', 'lease_until_ms > 0', '(lease_until_ms > 0 or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      29,
    ),
  ),
  guard(
    'a claim of a run raises the lease, on SQLite',
    ['adapters/sqlite/events/runs.ts', 'lease + 1', 'lease'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A run whose lease has expired is claimed anew, and the report of the old one changes nothing',
      27,
    ),
  ),
  guard(
    'one subscription a Kafka topic, on SQLite',
    [
      'adapters/sqlite/events/subscriptions.ts',
      "\n     on conflict (target) where kind = 'kafka' do nothing",
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Kafka has one subscription for a topic, whichever process starts first',
      5,
    ),
  ),
  guard(
    'a resumed subscription brings no event later, on SQLite',
    ['adapters/sqlite/events/subscriptions.ts', 'due_ms > $dueMs', '(due_ms > $dueMs or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A subscription is due while it has due events, is not paused and need not wait',
      25,
    ),
  ),
  guard(
    'an old event is dropped and counted once, on SQLite',
    ['adapters/sqlite/events/backlogs.ts', '$id and due_ms < $dueMs', '$id and (due_ms < $dueMs or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'An old event is dropped in its time, although its last attempt was three days after it',
      1,
    ),
  ),
  guard(
    'an event that has failed itself waits on, on SQLite',
    ['adapters/sqlite/events/followers.ts', ' and event.attempts = 0', ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'One that has failed itself waits on if the one before it is sent again by hand',
      1,
    ),
  ),
];
