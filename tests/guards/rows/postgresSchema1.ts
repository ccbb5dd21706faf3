import { type Guard, guard, inTest } from '../guard.ts';

/** The snapshot of the schema shows that a key is there. That a database keeps its keys is taken as given. */
const bySnapshot = inTest('tests/postgres/schema.test.ts', 'The schema equals its', 3);

export const postgresSchema1: readonly Guard[] = [
  guard(
    'the primary key of product_snapshot, on PostgreSQL',
    ['sql/postgres/001_product.sql', 'integer primary key ', 'integer '],
    bySnapshot,
  ),
  guard(
    'the primary key of product, on PostgreSQL',
    ['sql/postgres/001_product.sql', 'id uuid primary key,', 'id uuid,'],
    bySnapshot,
  ),
  guard(
    'the unique code of product, on PostgreSQL',
    ['sql/postgres/001_product.sql', 'null unique', 'null'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A draft with a known code replaces the product under its id',
      1,
    ),
  ),
  guard(
    'product: amount >= 0, on PostgreSQL',
    ['sql/postgres/001_product.sql', ' check (amount >= 0)', ''],
    bySnapshot,
  ),
  guard(
    'the primary key of stock, on PostgreSQL',
    ['sql/postgres/001_product.sql', 'uuid primary key ', 'uuid '],
    bySnapshot,
  ),
  guard(
    'stock: units >= 0, on PostgreSQL',
    ['sql/postgres/001_product.sql', ' check (units >= 0)', ''],
    bySnapshot,
  ),
  guard(
    'the primary key of orders, on PostgreSQL',
    ['sql/postgres/002_order.sql', '(\n  id uuid primary key,', '(\n  id uuid,'],
    bySnapshot,
  ),
  guard(
    'orders: quantity > 0, on PostgreSQL',
    ['sql/postgres/002_order.sql', ' check (quantity > 0)', ''],
    bySnapshot,
  ),
  guard(
    'orders: amount >= 0, on PostgreSQL',
    ['sql/postgres/002_order.sql', ' check (amount >= 0)', ''],
    bySnapshot,
  ),
  guard(
    'orders: held >= 0, on PostgreSQL',
    ['sql/postgres/002_order.sql', ' check (held >= 0)', ''],
    bySnapshot,
  ),
  guard(
    'the primary key of order_expiry, on PostgreSQL',
    ['sql/postgres/002_order.sql', 'integer primary key', 'integer'],
    bySnapshot,
  ),
  guard(
    'the primary key of order_state, on PostgreSQL',
    ['sql/postgres/002_order.sql', 'primary key (order_id, seq', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of order_search, on PostgreSQL',
    ['sql/postgres/002_order.sql', 'order_id uuid primary key', 'order_id uuid'],
    bySnapshot,
  ),
  guard(
    'the primary key of order_ended, on PostgreSQL',
    ['sql/postgres/002_order.sql', 'primary key (status, order_id', 'check (true'],
    bySnapshot,
  ),
  guard(
    'the primary key of audit, on PostgreSQL',
    ['sql/postgres/003_checkout.sql', 'audit (\n  id uuid primary key,', 'audit (\n  id uuid,'],
    bySnapshot,
  ),
  guard(
    'the unique sequence of audit, on PostgreSQL',
    ['sql/postgres/003_checkout.sql', ') unique', ')'],
    bySnapshot,
  ),
  guard(
    'the unique key, customer_id of audit, on PostgreSQL',
    ['sql/postgres/003_checkout.sql', 'unique (key, customer_id', 'check (true'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One key that is sent at once with different orders is claimed for one of them',
      1,
    ),
  ),
  guard(
    'the primary key of payment, on PostgreSQL',
    ['sql/postgres/003_checkout.sql', 'payment (\n  id uuid primary key,', 'payment (\n  id uuid,'],
    bySnapshot,
  ),
  guard(
    'the primary key of task, on PostgreSQL',
    ['sql/postgres/004_queue.sql', 'uuid primary key', 'uuid'],
    bySnapshot,
  ),
  guard(
    'the unique index task_job, on PostgreSQL',
    ['sql/postgres/004_queue.sql', 'create unique ', 'create '],
    bySnapshot,
  ),
  guard(
    'the primary key of step_ledger, on PostgreSQL',
    ['sql/postgres/004_queue.sql', 'primary key (task_id, step', 'check (true'],
    bySnapshot,
  ),
];
