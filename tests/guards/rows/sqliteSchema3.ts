import { type Guard, guard, guardOfSeveral, inTest } from '../guard.ts';

/** The snapshot of the schema shows that a key is there. That a database keeps its keys is taken as given. */
const bySnapshot = inTest('tests/sqlite/schema.test.ts', 'The schema equals its', 3);

export const sqliteSchema3: readonly Guard[] = [
  guard(
    'the primary key of command_key, on SQLite',
    ['sql/sqlite/013_command_key.sql', 'primary key (key, route, caller_id', 'check (true'],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of acknowledgement, on SQLite',
    [
      ['sql/sqlite/014_acknowledgement.sql', 'primary key (money_check, subject', 'check (true'],
      ['sql/sqlite/014_acknowledgement.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of dispute, on SQLite',
    [
      ['sql/sqlite/015_dispute.sql', ' primary key', ''],
      ['sql/sqlite/015_dispute.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guard(
    'the unique reference of dispute, on SQLite',
    ['sql/sqlite/015_dispute.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of activity, on SQLite',
    [
      ['sql/sqlite/016_activity.sql', 'null primary key', 'null'],
      ['sql/sqlite/016_activity.sql', '))\n) strict, without rowid;', '))\n) strict;'],
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of payment_attempt, on SQLite',
    [
      'sql/sqlite/016_activity.sql',
      'primary key (order_id, payment_id, attempt)\n) strict, without rowid',
      'check (true)\n) strict',
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of counted_checkout, on SQLite',
    [
      ['sql/sqlite/017_limits.sql', 'primary key (customer_id, checkout_id', 'check (true'],
      ['sql/sqlite/017_limits.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of service_key, on SQLite',
    [
      ['sql/sqlite/018_service_key.sql', ' primary key', ''],
      ['sql/sqlite/018_service_key.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guard(
    'the unique hash of service_key, on SQLite',
    ['sql/sqlite/018_service_key.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guard(
    'the primary key of heartbeat, on SQLite',
    ['sql/sqlite/020_heartbeat.sql', 'primary key ', ''],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of pause, on SQLite',
    [
      ['sql/sqlite/021_pause.sql', ' primary key', ''],
      ['sql/sqlite/021_pause.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guard(
    'the unique index pause_fault, on SQLite',
    ['sql/sqlite/021_pause.sql', 'create unique ', 'create '],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A fault of a server parks its task and counts nothing, and one call alone has begun the pause',
      1,
    ),
  ),
  guardOfSeveral(
    'the primary key of queue_history, on SQLite',
    [
      ['sql/sqlite/022_queue_history.sql', 'primary key (at_ms, pipeline', 'check (true'],
      ['sql/sqlite/022_queue_history.sql', ', without rowid', ''],
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Workers that record a slot at once, or again, count it once',
      2,
    ),
  ),
  guardOfSeveral(
    'the primary key of invoice_request, on SQLite',
    [
      ['sql/sqlite/023_invoice_request.sql', ' primary key', ''],
      ['sql/sqlite/023_invoice_request.sql', ', without rowid', ''],
    ],
    inTest('tests/contracts/sqlite.test.ts', 'Groups that are claimed at once share one request', 1),
  ),
  guardOfSeveral(
    'the primary key of subscription, on SQLite',
    [
      ['sql/sqlite/025_event.sql', 'null primary key', 'null'],
      ['sql/sqlite/025_event.sql', 'null\n) strict, without rowid;', 'null\n) strict;'],
    ],
    bySnapshot,
  ),
  guard(
    'the unique index subscription_kafka, on SQLite',
    ['sql/sqlite/025_event.sql', 'create unique ', 'create '],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Kafka has one subscription for a topic, whichever process starts first',
      1,
    ),
  ),
  guard(
    'the primary key of event, on SQLite',
    [
      'sql/sqlite/025_event.sql',
      'primary key (subscription_id, subject, sequence)\n) strict, without rowid',
      'check (true)\n) strict',
    ],
    inTest('tests/contracts/sqlite.test.ts', 'Two test events of one moment are one event', 1),
  ),
  guard(
    'the primary key of webhook_delivery, on SQLite',
    [
      'sql/sqlite/025_event.sql',
      'primary key (subscription_id, id)\n) strict, without rowid',
      'check (true)\n) strict',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The log of deliveries has the last attempt of each event, newest first, and sends one again',
      2,
    ),
  ),
  guard(
    'an event of a history row is written once, on SQLite',
    [
      'sql/sqlite/025_event.sql',
      'insert or ignore into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms,',
      'insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms,',
    ],
    bySnapshot,
  ),
  guard(
    'an event of a refund is written once, on SQLite',
    [
      'sql/sqlite/025_event.sql',
      'insert or ignore into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)',
      'insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)',
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the event that is stored once',
    [
      ['sql/sqlite/011_inbox.sql', ', event_id', ', event_id, id'],
      ['adapters/sqlite/inbox/inbox.ts', 'on conflict (provider, event_id) do nothing', ''],
    ],
    inTest('tests/contracts/sqlite.test.ts', 'An event without a task is kept once', 4),
  ),
  guardOfSeveral(
    'the primary key of retention_progress, on SQLite',
    [
      ['sql/sqlite/027_retention_progress.sql', ' primary key', ''],
      ['sql/sqlite/027_retention_progress.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
];
