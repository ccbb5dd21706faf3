import { type Guard, guard, inTest } from '../guard.ts';

export const sqliteCheckout: readonly Guard[] = [
  guard(
    'a recovery raises the attempt, on SQLite',
    ['adapters/sqlite/checkout/claimOpenPayments.ts', 'row.attempt + 1', 'row.attempt'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A due open payment is claimed with all its fields and is due again at the given time',
      5,
    ),
  ),
  guard(
    'a checkout counts once towards the limits, on SQLite',
    [
      'adapters/sqlite/checkout/countedCheckouts.ts',
      '\n     on conflict (customer_id, checkout_id) do nothing',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A challenge that fails counts as a decline from then on, however long it waited',
      5,
    ),
  ),
  guard(
    'a challenged checkout is counted until it ends, on SQLite',
    [
      'adapters/sqlite/checkout/countedCheckouts.ts',
      `(p.status = \${challenged}`,
      `((p.status = \${challenged} or true)`,
    ],
    inTest(
      'tests/sqlite/countedCheckouts.test.ts',
      'The maintenance of SQLite deletes all checkouts that no longer count, and no others',
      8,
    ),
  ),
  guard(
    'a release counts only for the newest attempt, on SQLite',
    ['adapters/sqlite/checkout/recordOutcomes.ts', 'attempt !== row.attempt', 'false'],
    inTest('tests/contracts/sqlite.test.ts', 'An old attempt cannot release the orders of a newer one', 14),
  ),
  guard(
    'the mark of a sweep is moved, on SQLite',
    [
      'adapters/sqlite/orders/cancelExpired.ts',
      ' on conflict do update set passed_ms = excluded.passed_ms',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Slices reach every expired order, also those of one moment and those with another life',
      25,
    ),
  ),
  guard(
    'a stock that is set again, on SQLite',
    [
      'adapters/sqlite/products/stock.ts',
      '\n     on conflict (product_id) do update set limited = excluded.limited,\n       units = case when excluded.limited = 1 then excluded.units else s.units end,\n       delivered = case when excluded.limited = 1 then s.delivered + excluded.units - s.units else s.delivered end',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A draft with a known code replaces the product under its id',
      24,
    ),
  ),
  guard(
    'the transaction of a price’s activity',
    [
      'adapters/sqlite/products/change.ts',
      "writeActivity(command, 'product.change', [productTarget(id, changes)], nowMs);",
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A refused change of a product leaves no activity, and an accepted one does',
      7,
    ),
  ),
  guard(
    'the release of a reservation on SQLite',
    ['adapters/sqlite/checkout/recordOutcomes.ts', 'if (frees) giveBack.run(row.held, row.productId);', ''],
    inTest('tests/contracts/sqlite.test.ts', 'Units are free again when the charge is declined', 4),
  ),
];
