import { type Guard, guard, inTest, stepped } from '../guard.ts';

export const postgresCheckout2: readonly Guard[] = [
  guard(
    'a recovery of one payment leaves one that has just begun, on PostgreSQL',
    [
      'adapters/postgres/checkout/claimOpenPayments.ts',
      `status <> \${statusText(tx, initialPaymentStatus)}`,
      `(status <> \${statusText(tx, initialPaymentStatus)} or true)`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An open payment can be claimed by its id before it is due, unless its checkout is still running',
      24,
    ),
  ),
  guard(
    'a recovery of one payment takes one that is due, on PostgreSQL',
    [
      'adapters/postgres/checkout/claimOpenPayments.ts',
      `or recover_ms <= \${nowMs}`,
      `or (recover_ms <= \${nowMs} or true)`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An open payment can be claimed by its id before it is due, unless its checkout is still running',
      14,
    ),
  ),
  guard(
    'a recovery raises the attempt, on PostgreSQL',
    ['adapters/postgres/checkout/claimOpenPayments.ts', 'p.attempt + 1', 'p.attempt'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A due open payment is claimed with all its fields and is due again at the given time',
      54,
    ),
  ),
  guard(
    'the next recovery is planned with the new attempt, on PostgreSQL',
    ['adapters/postgres/checkout/claimOpenPayments.ts', '(row.attempt + 1', '(row.attempt'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A due open payment is claimed with all its fields and is due again at the given time',
      10,
    ),
  ),
  guard(
    'a recovery works under the new attempt, on PostgreSQL',
    ['adapters/postgres/checkout/claimOpenPayments.ts', ': row.attempt + 1', ': row.attempt'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A due open payment is claimed with all its fields and is due again at the given time',
      12,
    ),
  ),
  guard(
    'a checkout counts once towards the limits, on PostgreSQL',
    [
      'adapters/postgres/checkout/countedCheckouts.ts',
      '\n      on conflict (customer_id, checkout_id) do nothing',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A challenge that fails counts as a decline from then on, however long it waited',
      56,
    ),
  ),
  guard(
    'a challenged checkout is counted until it ends, on PostgreSQL',
    [
      'adapters/postgres/checkout/countedCheckouts.ts',
      `p.status = \${statusText(sql, paymentStatusAfter.challenge)}`,
      `(p.status = \${statusText(sql, paymentStatusAfter.challenge)} or true)`,
    ],
    inTest(
      'tests/postgres/countedCheckouts.test.ts',
      'The maintenance of PostgreSQL deletes all checkouts that no longer count, and no others',
      25,
    ),
  ),
  guard(
    'a sweep of expired orders locks its mark, on PostgreSQL',
    ['adapters/postgres/orders/cancelExpired.ts', ' for update skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A sweep of expired orders leaves a mark that another process holds',
      5,
    ),
  ),
  guard(
    'a sweep of expired orders skips a mark that somebody holds, on PostgreSQL',
    ['adapters/postgres/orders/cancelExpired.ts', ' skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A sweep of expired orders leaves a mark that another process holds',
      8,
    ),
  ),
  guard(
    'two sweeps that begin at once, on PostgreSQL',
    ['adapters/postgres/orders/cancelExpired.ts', ' on conflict do nothing', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An order is either paid for or cancelled when a claim and maintenance run at once',
      5,
    ),
  ),
  guard(
    'an expiry cancels only orders that may be cancelled, on PostgreSQL',
    [
      'adapters/postgres/orders/cancelExpired.ts',
      `status in (\${statusList(tx, orderStatusesBefore('cancel'))}`,
      `(status in (\${statusList(tx, orderStatusesBefore('cancel'))}) or true`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Slices reach every expired order, also those of one moment and those with another life',
      5,
    ),
  ),
  guard(
    'only an order that may be cancelled is cancelled, on PostgreSQL',
    [
      'adapters/postgres/orders/orders.ts',
      `status in (\${statusList(sql, orderStatusesBefore('cancel'))}`,
      `(status in (\${statusList(sql, orderStatusesBefore('cancel'))}) or true`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Only its customer can cancel a pending order, and a second time changes nothing',
      37,
    ),
  ),
  guard(
    'an order that was released while it was to be cancelled is tried again, on PostgreSQL',
    ['adapters/postgres/orders/orders.ts', ` (nextOrderStatus(order.status, 'cancel') === null)`, ' (true)'],
    stepped('an open payment: record a release × cancel a', 3),
  ),
  guard(
    'a change of a product locks it, on PostgreSQL',
    ['adapters/postgres/products/change.ts', ' for no key update', ''],
    inTest(
      'tests/postgres/stockLocks.test.ts',
      'Carts, releases, refunds of both sides, imports and new orders of the same products never deadlock, and no unit is lost',
      73,
      5,
    ),
  ),
  guard(
    'a change of a stock locks it, on PostgreSQL',
    ['adapters/postgres/products/change.ts', `\`for no key update`, `\``],
    stepped('pending orders: claim [a, b] × add to the stock', 1),
  ),
  guard(
    'a product that is imported again, on PostgreSQL',
    [
      'adapters/postgres/products/products.ts',
      `\n    on conflict (code) do update set\n      name = excluded.name, type = excluded.type, amount = excluded.amount, currency = excluded.currency,\n      image_url = excluded.image_url, updated_ms = excluded.updated_ms,\n      name_unaccent = excluded.name_unaccent, name_exact = excluded.name_exact, snapshot_id = excluded.snapshot_id\n    where \${existing === 'replace'}`,
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A draft with a known code replaces the product under its id',
      5,
    ),
  ),
  guard(
    'a stock that is set again, on PostgreSQL',
    [
      'adapters/postgres/products/stock.ts',
      '\n    on conflict (product_id) do update set limited = excluded.limited,\n      units = case when excluded.limited then excluded.units else s.units end,\n      delivered = case when excluded.limited then s.delivered + excluded.units - s.units else s.delivered end',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A draft with a known code replaces the product under its id',
      103,
    ),
  ),
  guard(
    'the release of a reservation on PostgreSQL',
    ['adapters/postgres/checkout/releasedOrders.ts', ' + f.quantity', ''],
    inTest('tests/contracts/postgres.test.ts', 'Units are free again when the charge is declined', 9),
  ),
  guard(
    'the place of an order in its group',
    ['adapters/postgres/orders/lock.ts', ' + (task?.orderIds.indexOf(order.id) ?? 0)', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A step runs once for all orders of a group, and each order keeps its own history',
      7,
    ),
  ),
];
