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
  guard(
    'the mail about a refund that failed is not sent again, on SQLite',
    ['adapters/sqlite/contacts/contacts.ts', ` and \${isOneOf('status', succeededRefundStatuses)}`, ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Only the mails about refunds of ours that have left are sent again, and none that is still to be sent',
      1,
    ),
  ),
  guard(
    'the mail about a refund of the provider is not sent again, on SQLite',
    ['adapters/sqlite/contacts/contacts.ts', `(origin = 'operator' or origin = 'system')`, 'true'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Only the mails about refunds of ours that have left are sent again, and none that is still to be sent',
      1,
    ),
  ),
  guard(
    'the mail about a refund that is still to be sent is not sent twice, on SQLite',
    [
      'adapters/sqlite/contacts/contacts.ts',
      ' and not exists (select 1 from task t where t.job_id = r.id)',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Only the mails about refunds of ours that have left are sent again, and none that is still to be sent',
      1,
    ),
  ),
  guard(
    'a request for an invoice leaves out refunds that failed, on SQLite',
    [
      'adapters/sqlite/queue/invoiceRequests.ts',
      ` and \${isOneOf('+r.status', succeededRefundStatuses)}`,
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The request names no refund that failed, and no lost dispute',
      1,
    ),
  ),
  guard(
    'a request for an invoice leaves out lost disputes, on SQLite',
    [
      'adapters/sqlite/queue/invoiceRequests.ts',
      'r.origin in (select value from json_each(?))',
      '(1 = 1 or r.origin in (select value from json_each(?)))',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The request names no refund that failed, and no lost dispute',
      1,
    ),
  ),
  guard(
    'a refund that failed takes no room from one that is assigned, on SQLite',
    ['adapters/sqlite/refunds/adopt.ts', ` and \${isOneOf('+status', countedRefundStatuses)}`, ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A refund that failed takes no room in the order that a part is assigned to',
      1,
    ),
  ),
  guard(
    'a dispute that has ended holds back no refund, on SQLite',
    ['adapters/sqlite/refunds/read.ts', " and status = 'open'", ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A requested refund is held back by a dispute, is no alarm, and is due when the dispute ends',
      1,
    ),
  ),
];
