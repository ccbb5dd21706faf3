import { type Guard, guard, inTest } from '../guard.ts';

/** The snapshot of the schema shows that a key is there. That a database keeps its keys is taken as given. */
const bySnapshot = inTest('tests/postgres/schema.test.ts', 'The schema equals its', 3);

export const postgresSchema3: readonly Guard[] = [
  guard(
    'the primary key of reconciliation_difference, on PostgreSQL',
    [
      'sql/postgres/012_reconciliation.sql',
      'reconciliation_difference (\n  id uuid primary key,',
      'reconciliation_difference (\n  id uuid,',
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of stock_difference, on PostgreSQL',
    ['sql/postgres/012_reconciliation.sql', 'order.\n  id uuid primary key,', 'order.\n  id uuid,'],
    bySnapshot,
  ),
  guard(
    'the primary key of command_key, on PostgreSQL',
    ['sql/postgres/013_command_key.sql', 'primary key (key, route, caller_id', 'check (true'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An order that is placed again under its key is the first one, as it was then',
      2,
    ),
  ),
  guard(
    'the primary key of acknowledgement, on PostgreSQL',
    ['sql/postgres/014_acknowledgement.sql', 'primary key (money_check, subject', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of dispute, on PostgreSQL',
    ['sql/postgres/015_dispute.sql', ' primary key', ''],
    bySnapshot,
  ),
  guard(
    'the unique reference of dispute, on PostgreSQL',
    ['sql/postgres/015_dispute.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guard(
    'the primary key of activity, on PostgreSQL',
    ['sql/postgres/016_activity.sql', 'uuid primary key', 'uuid'],
    bySnapshot,
  ),
  guard(
    'the primary key of payment_attempt, on PostgreSQL',
    ['sql/postgres/016_activity.sql', 'primary key (order_id, payment_id, attempt', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of counted_checkout, on PostgreSQL',
    ['sql/postgres/017_limits.sql', 'primary key (customer_id, checkout_id', 'check (true'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A challenge that fails counts as a decline from then on, however long it waited',
      1,
    ),
  ),
  guard(
    'the primary key of service_key, on PostgreSQL',
    ['sql/postgres/018_service_key.sql', ' primary key', ''],
    bySnapshot,
  ),
  guard(
    'the unique hash of service_key, on PostgreSQL',
    ['sql/postgres/018_service_key.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guard(
    'the primary key of heartbeat, on PostgreSQL',
    ['sql/postgres/020_heartbeat.sql', 'primary key ', ''],
    bySnapshot,
  ),
  guard(
    'the primary key of pause, on PostgreSQL',
    ['sql/postgres/021_pause.sql', ' primary key', ''],
    bySnapshot,
  ),
  guard(
    'the unique index pause_fault, on PostgreSQL',
    ['sql/postgres/021_pause.sql', 'create unique ', 'create '],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A fault of a server parks its task and counts nothing, and one call alone has begun the pause',
      1,
    ),
  ),
  guard(
    'the primary key of queue_history, on PostgreSQL',
    ['sql/postgres/022_queue_history.sql', 'primary key (at_ms, pipeline', 'check (true'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Workers that record a slot at once, or again, count it once',
      1,
    ),
  ),
  guard(
    'the primary key of invoice_request, on PostgreSQL',
    ['sql/postgres/024_invoice_request.sql', ' primary key', ''],
    inTest('tests/contracts/postgres.test.ts', 'Groups that are claimed at once share one request', 1),
  ),
  guard(
    'the primary key of subscription, on PostgreSQL',
    ['sql/postgres/026_event.sql', 'uuid primary key', 'uuid'],
    bySnapshot,
  ),
  guard(
    'the unique index subscription_kafka, on PostgreSQL',
    ['sql/postgres/026_event.sql', 'create unique ', 'create '],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Kafka has one subscription for a topic, whichever process starts first',
      1,
    ),
  ),
  guard(
    'the primary key of event, on PostgreSQL',
    ['sql/postgres/026_event.sql', 'primary key (subscription_id, subject, sequence', 'check (true'],
    inTest('tests/contracts/postgres.test.ts', 'Two test events of one moment are one event', 1),
  ),
  guard(
    'the primary key of webhook_delivery, on PostgreSQL',
    [
      'sql/postgres/026_event.sql',
      'error text,\n  primary key (subscription_id, id',
      'error text,\n  check (true',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The log of deliveries has the last attempt of each event, newest first, and sends one again',
      2,
    ),
  ),
  guard(
    'the primary key of event_batch, on PostgreSQL',
    [
      'sql/postgres/026_event.sql',
      'amounts bigint[] not null,\n  primary key (subscription_id, id',
      'amounts bigint[] not null,\n  check (true',
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of retention_progress, on PostgreSQL',
    ['sql/postgres/029_retention_progress.sql', ' primary key', ''],
    bySnapshot,
  ),
];
