import { type Guard, guard, guardOfSeveral, inTest } from '../guard.ts';

/** The snapshot of the schema shows that a key is there. That a database keeps its keys is taken as given. */
const bySnapshot = inTest('tests/sqlite/schema.test.ts', 'The schema equals its', 3);

export const sqliteSchema1: readonly Guard[] = [
  guard(
    'the primary key of product, on SQLite',
    ['sql/sqlite/001_product.sql', 'integer primary key', 'integer'],
    bySnapshot,
  ),
  guard(
    'the unique id of product, on SQLite',
    ['sql/sqlite/001_product.sql', 'id text not null unique,', 'id text not null,'],
    bySnapshot,
  ),
  guard(
    'the unique code of product, on SQLite',
    ['sql/sqlite/001_product.sql', 'code text not null unique,', 'code text not null,'],
    bySnapshot,
  ),
  guard(
    'product: amount >= 0, on SQLite',
    ['sql/sqlite/001_product.sql', ' check (amount >= 0)', ''],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of stock, on SQLite',
    [
      [
        'sql/sqlite/001_product.sql',
        'product_id text not null primary key references product (id),',
        'product_id text not null references product (id),',
      ],
      ['sql/sqlite/001_product.sql', 'null\n) strict, without rowid;', 'null\n) strict;'],
    ],
    bySnapshot,
  ),
  guard(
    'stock: units >= 0, on SQLite',
    ['sql/sqlite/001_product.sql', ' check (units >= 0)', ''],
    bySnapshot,
  ),
  guard(
    'the primary key of product_unindexed, on SQLite',
    [
      'sql/sqlite/001_product.sql',
      'primary key references product (id)\n) strict, without rowid',
      'references product (id)\n) strict',
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of orders, on SQLite',
    ['sql/sqlite/002_order.sql', 'position integer primary key', 'position integer'],
    bySnapshot,
  ),
  guard(
    'the unique id of orders, on SQLite',
    ['sql/sqlite/002_order.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guard(
    'orders: quantity > 0, on SQLite',
    ['sql/sqlite/002_order.sql', ' check (quantity > 0)', ''],
    bySnapshot,
  ),
  guard(
    'orders: amount >= 0, on SQLite',
    ['sql/sqlite/002_order.sql', ' check (amount >= 0)', ''],
    bySnapshot,
  ),
  guard('orders: held >= 0, on SQLite', ['sql/sqlite/002_order.sql', ' check (held >= 0)', ''], bySnapshot),
  guard(
    'the primary key of order_expiry, on SQLite',
    ['sql/sqlite/002_order.sql', 'walk integer primary key', 'walk integer'],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of order_state, on SQLite',
    [
      ['sql/sqlite/002_order.sql', 'primary key (order_id, seq', 'check (true'],
      ['sql/sqlite/002_order.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of audit, on SQLite',
    ['sql/sqlite/003_checkout.sql', 'integer primary key', 'integer'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A claim under the key of a finished checkout returns the stored response',
      33,
    ),
  ),
  guard(
    'the unique id of audit, on SQLite',
    ['sql/sqlite/003_checkout.sql', 'null unique', 'null'],
    bySnapshot,
  ),
  guard(
    'the unique key, customer_id of audit, on SQLite',
    ['sql/sqlite/003_checkout.sql', 'unique (key, customer_id', 'check (true'],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of payment, on SQLite',
    [
      ['sql/sqlite/003_checkout.sql', 'primary key ', ''],
      ['sql/sqlite/003_checkout.sql', ', without rowid', ''],
    ],
    bySnapshot,
  ),
  guardOfSeveral(
    'the primary key of task, on SQLite',
    [
      ['sql/sqlite/004_queue.sql', 'null primary key', 'null'],
      ['sql/sqlite/004_queue.sql', '))\n) strict, without rowid;', '))\n) strict;'],
    ],
    bySnapshot,
  ),
  guard(
    'the unique index task_job, on SQLite',
    ['sql/sqlite/004_queue.sql', 'create unique ', 'create '],
    bySnapshot,
  ),
  guard(
    'the primary key of step_ledger, on SQLite',
    [
      'sql/sqlite/004_queue.sql',
      'primary key (task_id, step)\n) strict, without rowid',
      'check (true)\n) strict',
    ],
    bySnapshot,
  ),
  guard(
    'the primary key of invoice_counter, on SQLite',
    ['sql/sqlite/005_fulfilment.sql', 'integer primary key', 'integer'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Invoice numbers have no gap and no duplicate and start again each year',
      1,
    ),
  ),
];
