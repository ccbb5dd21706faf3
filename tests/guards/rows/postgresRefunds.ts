import { type Guard, guard, inTest, stepped } from '../guard.ts';

export const postgresRefunds: readonly Guard[] = [
  guard(
    'a refund request locks the charge, on PostgreSQL',
    ['adapters/postgres/refunds/charge.ts', ' for update', ''],
    inTest(
      'tests/postgres/chargeLeft.test.ts',
      'Refunds of two orders at once take no more than their charge has left',
      4,
    ),
  ),
  guard(
    'an adoption locks its payment, on PostgreSQL',
    ['adapters/postgres/refunds/adopt.ts', 'for update of p', ''],
    stepped('a declined payment: adopt a part of a late charge × adopt a part of a late charge', 1),
  ),
  guard(
    'a refund is locked before it is finished, on PostgreSQL',
    ['adapters/postgres/refunds/finish.ts', '{refundId} for update`', '{refundId}`'],
    stepped('a stray charge that goes back: the refund succeeded × the refund failed', 2),
  ),
  guard(
    'the refund of a late charge locks the payment, on PostgreSQL',
    ['adapters/postgres/refunds/refunds.ts', ' for update', ''],
    stepped('a declined payment: refund a late charge × refund a late charge', 1),
  ),
  guard(
    'a resend locks the tasks of refunds, on PostgreSQL',
    ['adapters/postgres/contacts/contacts.ts', ' for update of t skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A correction of the address leaves the mail of a refund that somebody holds',
      3,
    ),
  ),
  guard(
    'a resend skips tasks of refunds that somebody holds, on PostgreSQL',
    ['adapters/postgres/contacts/contacts.ts', ' skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A correction of the address leaves the mail of a refund that somebody holds',
      3,
    ),
  ),
  guard(
    'an erasure locks the tasks of the mails, on PostgreSQL',
    ['adapters/postgres/customers/customers.ts', ' for update skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'An erasure leaves the mail of a refund that somebody holds',
      19,
    ),
  ),
  guard(
    'an erasure skips tasks that somebody holds, on PostgreSQL',
    ['adapters/postgres/customers/customers.ts', ' skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'An erasure leaves the mail of a refund that somebody holds',
      17,
    ),
  ),
  guard(
    'a dispute that is reported again, on PostgreSQL',
    [
      'adapters/postgres/disputes/disputes.ts',
      '\n  on conflict (id) do update set amount = excluded.amount, reason = excluded.reason, status = excluded.status,\n    at_ms = excluded.at_ms, updated_ms = excluded.updated_ms',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An order without a task gets the history of its dispute, and goes on with it',
      56,
    ),
  ),
  guard(
    'the counter of credit notes, on PostgreSQL',
    ['adapters/postgres/refunds/finish.ts', '\n    on conflict (year) do update set last = c.last + 1', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Refunds of invoiced orders get consecutive credit note numbers',
      27,
    ),
  ),
  guard(
    'two refunds with one key, on PostgreSQL',
    ['adapters/postgres/refunds/write.ts', '\n    on conflict (key) do nothing', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One refund key that is sent at once for different orders refunds one of them',
      79,
    ),
  ),
  guard(
    'the transaction of a refund’s activity',
    [
      'adapters/postgres/refunds/refunds.ts',
      "await writeActivity(tx, command.command, 'refund.request', [refundTarget(refund)], nowMs);",
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A refund is written once for each key, with its order and reason',
      20,
    ),
  ),
  guard(
    'the mail about a refund that failed is not sent again, on PostgreSQL',
    [
      'adapters/postgres/contacts/contacts.ts',
      ` and status in (\${statusList(tx, succeededRefundStatuses)})`,
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Only the mails about refunds of ours that have left are sent again, and none that is still to be sent',
      1,
    ),
  ),
  guard(
    'the mail about a refund of the provider is not sent again, on PostgreSQL',
    ['adapters/postgres/contacts/contacts.ts', `(origin = 'operator' or origin = 'system')`, 'true'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Only the mails about refunds of ours that have left are sent again, and none that is still to be sent',
      1,
    ),
  ),
  guard(
    'the mail about a refund that is still to be sent is not sent twice, on PostgreSQL',
    [
      'adapters/postgres/contacts/contacts.ts',
      ' and not exists (select from task t where t.job_id = r.id)',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Only the mails about refunds of ours that have left are sent again, and none that is still to be sent',
      1,
    ),
  ),
  guard(
    'a request for an invoice leaves out refunds that failed, on PostgreSQL',
    [
      'adapters/postgres/queue/invoiceRequests.ts',
      ` and r.status in (\${statusList(tx, succeededRefundStatuses)})`,
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The request names no refund that failed, and no lost dispute',
      1,
    ),
  ),
  guard(
    'a request for an invoice leaves out lost disputes, on PostgreSQL',
    ['adapters/postgres/queue/invoiceRequests.ts', `r.origin = any(\${creditedOrigins}::text[])`, 'true'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The request names no refund that failed, and no lost dispute',
      1,
    ),
  ),
  guard(
    'a refund that failed takes no room from one that is assigned, on PostgreSQL',
    ['adapters/postgres/refunds/adopt.ts', ` and status in (\${statusList(tx, countedRefundStatuses)})`, ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A refund that failed takes no room in the order that a part is assigned to',
      1,
    ),
  ),
  guard(
    'a dispute that has ended holds back no refund, on PostgreSQL',
    ['adapters/postgres/refunds/read.ts', " and d.status = 'open'", ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A requested refund is held back by a dispute, is no alarm, and is due when the dispute ends',
      1,
    ),
  ),
];
