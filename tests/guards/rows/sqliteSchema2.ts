import { type Guard, guard, guardOfSeveral, inTest } from '../guard.ts';

/** The snapshot of the schema shows that a key is there. That a database keeps its keys is taken as given. */
const bySnapshot = inTest('tests/sqlite/schema.test.ts', 'The schema equals its', 3);

export const sqliteSchema2: readonly Guard[] = [
  guard(
    'invoice: sequence > 0, on SQLite',
    ['sql/sqlite/005_fulfilment.sql', ' check (sequence > 0)', ''],
    bySnapshot,
  ),
  guard(
    'the unique checkout_id of invoice, on SQLite',
    ['sql/sqlite/005_fulfilment.sql', 'checkout_id text not null unique,', 'checkout_id text not null,'],
    bySnapshot,
  ),
  guard(
    'the primary key of invoice, on SQLite',
    [
      'sql/sqlite/005_fulfilment.sql',
      'primary key (year, sequence)\n) strict, without rowid',
      'check (true)\n) strict',
    ],
    bySnapshot,
  ),
  guard(
    'the unique key of licence, on SQLite',
    ['sql/sqlite/005_fulfilment.sql', 'key text not null unique,', 'key text not null,'],
    bySnapshot,
  ),
  guard(
    'the primary key of licence, on SQLite',
    [
      'sql/sqlite/005_fulfilment.sql',
      'primary key (order_id, unit)\n) strict, without rowid',
      'check (true)\n) strict',
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of shipment, on SQLite',
    [
      ['sql/sqlite/005_fulfilment.sql', 'order_id text not null primary key,', 'order_id text not null,'],
      [
        'sql/sqlite/005_fulfilment.sql',
        'requested_ms integer not null\n) strict, without rowid;',
        'requested_ms integer not null\n) strict;',
      ],
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of step_reference, on SQLite',
    [
      'sql/sqlite/005_fulfilment.sql',
      'primary key (order_id, step)\n) strict, without rowid',
      'check (true)\n) strict',
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of sold_units, on SQLite',
    [
      ['sql/sqlite/005_fulfilment.sql', 'product_id text not null primary key,', 'product_id text not null,'],
      [
        'sql/sqlite/005_fulfilment.sql',
        'units integer not null\n) strict, without rowid;',
        'units integer not null\n) strict;',
      ],
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of captured_mail, on SQLite',
    ['sql/sqlite/006_mailbox.sql', ' primary key', ''],
    bySnapshot,
  ),
  guard(
    'the unique message_id of captured_mail, on SQLite',
    ['sql/sqlite/006_mailbox.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of secret, on SQLite',
    [
      ['sql/sqlite/007_secret.sql', ' primary key', ''],
      ['sql/sqlite/007_secret.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of refund, on SQLite',
    [
      ['sql/sqlite/010_refund.sql', 'null primary key', 'null'],
      ['sql/sqlite/010_refund.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guard(
    'the unique key of refund, on SQLite',
    ['sql/sqlite/010_refund.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guard(
    'refund: amount >= 0, on SQLite',
    ['sql/sqlite/010_refund.sql', ' check (amount >= 0)', ''],
    bySnapshot,
  ),
  guard(
    'refund: credit_note_sequence > 0, on SQLite',
    ['sql/sqlite/010_refund.sql', ' check (credit_note_sequence > 0)', ''],
    bySnapshot,
  ),
  guard(
    'the unique credit_note_year, credit_note_sequence of refund, on SQLite',
    ['sql/sqlite/010_refund.sql', 'unique (credit_note_year, credit_note_sequence', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of credit_note_counter, on SQLite',
    ['sql/sqlite/010_refund.sql', 'integer primary key', 'integer'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Refunds of invoiced orders get consecutive credit note numbers',
      2,
    ),
  ),
  guard(
    'the primary key of provider_event, on SQLite',
    ['sql/sqlite/011_inbox.sql', ' primary key', ''],
    bySnapshot,
  ),
  guard(
    'the unique provider, event_id of provider_event, on SQLite',
    ['sql/sqlite/011_inbox.sql', 'unique (provider, event_id', 'check (true'],
    inTest('tests/contracts/sqlite.test.ts', 'An event without a task is kept once', 2),
  ),
  guardOfSeveral(
    'the primary key of reconciliation, on SQLite',
    [
      [
        'sql/sqlite/012_reconciliation.sql',
        'reconciliation (\n  id text not null primary key,',
        'reconciliation (\n  id text not null,',
      ],
      ['sql/sqlite/012_reconciliation.sql', '0\n) strict, without rowid;', '0\n) strict;'],
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of reconciliation_difference, on SQLite',
    [
      [
        'sql/sqlite/012_reconciliation.sql',
        'reconciliation_difference (\n  id text not null primary key,',
        'reconciliation_difference (\n  id text not null,',
      ],
      [
        'sql/sqlite/012_reconciliation.sql',
        'at_ms integer not null\n) strict, without rowid;',
        'at_ms integer not null\n) strict;',
      ],
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of stock_difference, on SQLite',
    [
      [
        'sql/sqlite/012_reconciliation.sql',
        'order.\n  id text not null primary key,',
        'order.\n  id text not null,',
      ],
      [
        'sql/sqlite/012_reconciliation.sql',
        'since_ms integer not null\n) strict, without rowid;',
        'since_ms integer not null\n) strict;',
      ],
    ],
    bySnapshot,
  ),
];
