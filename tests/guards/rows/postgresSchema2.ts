import { type Guard, guard, inTest } from '../guard.ts';

/** The snapshot of the schema shows that a key is there. That a database keeps its keys is taken as given. */
const bySnapshot = inTest('tests/postgres/schema.test.ts', 'The schema equals its', 3);

export const postgresSchema2: readonly Guard[] = [
  guard(
    'the primary key of invoice_counter, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'integer primary key', 'integer'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Invoice numbers have no gap and no duplicate and start again each year',
      5,
    ),
  ),
  guard(
    'invoice: sequence > 0, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', ' check (sequence > 0)', ''],
    bySnapshot,
  ),
  guard(
    'the unique checkout_id of invoice, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'uuid not null unique,', 'uuid not null,'],
    bySnapshot,
  ),
  guard(
    'the primary key of invoice, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'primary key (year, sequence', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the unique key of licence, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'text not null unique,', 'text not null,'],
    bySnapshot,
  ),
  guard(
    'the primary key of licence, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'primary key (order_id, unit', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of shipment, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'uuid primary key', 'uuid'],
    bySnapshot,
  ),
  guard(
    'the primary key of step_reference, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'primary key (order_id, step', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of sold_units, on PostgreSQL',
    ['sql/postgres/005_fulfilment.sql', 'bigint primary key ', 'bigint '],
    bySnapshot,
  ),
  guard(
    'the primary key of captured_mail, on PostgreSQL',
    ['sql/postgres/006_mailbox.sql', 'primary key ', ''],
    bySnapshot,
  ),
  guard(
    'the unique message_id of captured_mail, on PostgreSQL',
    ['sql/postgres/006_mailbox.sql', 'null unique', 'null'],
    inTest('tests/contracts/postgres.test.ts', 'A mail that is sent again is stored once', 1),
  ),
  guard(
    'the primary key of secret, on PostgreSQL',
    ['sql/postgres/007_secret.sql', ' primary key', ''],
    bySnapshot,
  ),
  guard(
    'the primary key of refund, on PostgreSQL',
    ['sql/postgres/010_refund.sql', 'uuid primary key', 'uuid'],
    bySnapshot,
  ),
  guard(
    'the unique key of refund, on PostgreSQL',
    ['sql/postgres/010_refund.sql', 'null unique', 'null'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One refund key that is sent at once for different orders refunds one of them',
      2,
    ),
  ),
  guard(
    'refund: amount >= 0, on PostgreSQL',
    ['sql/postgres/010_refund.sql', ' check (amount >= 0)', ''],
    bySnapshot,
  ),
  guard(
    'refund: credit_note_sequence > 0, on PostgreSQL',
    ['sql/postgres/010_refund.sql', ' check (credit_note_sequence > 0)', ''],
    bySnapshot,
  ),
  guard(
    'the unique credit_note_year, credit_note_sequence of refund, on PostgreSQL',
    ['sql/postgres/010_refund.sql', 'unique (credit_note_year, credit_note_sequence', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of credit_note_counter, on PostgreSQL',
    ['sql/postgres/010_refund.sql', 'integer primary key', 'integer'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Refunds of invoiced orders get consecutive credit note numbers',
      16,
    ),
  ),
  guard(
    'the primary key of provider_event, on PostgreSQL',
    ['sql/postgres/011_inbox.sql', ' primary key', ''],
    bySnapshot,
  ),
  guard(
    'the unique provider, event_id of provider_event, on PostgreSQL',
    ['sql/postgres/011_inbox.sql', 'unique (provider, event_id', 'check (true'],
    inTest('tests/contracts/postgres.test.ts', 'An event without a task is kept once', 1),
  ),
  guard(
    'the primary key of reconciliation, on PostgreSQL',
    [
      'sql/postgres/012_reconciliation.sql',
      'reconciliation (\n  id uuid primary key,',
      'reconciliation (\n  id uuid,',
    ],
    bySnapshot,
  ),
];
