import { type Guard, guard, inTest } from '../guard.ts';

export const sqliteRefunds: readonly Guard[] = [
  guard(
    'a dispute that is reported again, on SQLite',
    [
      'adapters/sqlite/disputes/disputes.ts',
      '\n     on conflict (id) do update set amount = excluded.amount, reason = excluded.reason, status = excluded.status,\n       at_ms = excluded.at_ms, updated_ms = excluded.updated_ms',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'An order without a task gets the history of its dispute, and goes on with it',
      9,
    ),
  ),
  guard(
    'sold units of a refunded order are added up, on SQLite',
    [
      'adapters/sqlite/refunds/finish.ts',
      '\n     on conflict (product_id) do update set units = units + excluded.units',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A succeeded refund can fail later and can then be requested again',
      54,
    ),
  ),
  guard(
    'the counter of credit notes, on SQLite',
    ['adapters/sqlite/refunds/finish.ts', '\n       on conflict (year) do update set last = last + 1', ''],
    inTest('tests/contracts/sqlite.test.ts', 'A partial refund does not stop the pipeline of its order', 130),
  ),
];
