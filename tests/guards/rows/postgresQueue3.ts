import { type Guard, guard, guardOfSeveral, inTest, stepped } from '../guard.ts';

export const postgresQueue3: readonly Guard[] = [
  guard(
    'a probe that failed is counted by the pause that sent it, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `} and probe_task_id = \${taskId}\``,
      `} and (probe_task_id = \${taskId} or true)\``,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A failure that another task than the probe reports lets no second probe through',
      1,
    ),
  ),
  guard(
    'a pause is ended by its own probe only, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `} and probe_task_id = \${taskId} returning`,
      `} and (probe_task_id = \${taskId} or true) returning`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A probe whose worker stopped is rescued and stays the probe, and one that is gone is replaced',
      3,
    ),
  ),
  guard(
    'a probe waits until it is due, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `and origin = 'fault' and probe_at_ms <= \${nowMs}`,
      `and origin = 'fault' and (probe_at_ms <= \${nowMs} or true)`,
    ],
    inTest(
      'tests/postgres/probes.test.ts',
      'Processes that look for a probe at the same time send one',
      4,
      5,
    ),
  ),
  guard(
    'a probe that runs keeps the next one back, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', "t.state = 'running'", "(t.state = 'running' or true)"],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A probe whose worker stopped is rescued and stays the probe, and one that is gone is replaced',
      32,
    ),
  ),
  guard(
    'a probe that waits for its next try keeps no other one back, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', `t.run_ms <= \${nowMs}`, `(t.run_ms <= \${nowMs} or true)`],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A probe whose worker stopped is rescued and stays the probe, and one that is gone is replaced',
      36,
    ),
  ),
  guard(
    'a pause of an operator keeps probes back, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', "o.origin = 'operator'", "(o.origin = 'operator' or true)"],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One probe at a time passes a pause of a fault, when it is due',
      32,
    ),
  ),
  guard(
    'a probe is a task that is parked, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `where state = 'parked' and pipeline = \${pipeline`,
      `where (state = 'parked' or true) and pipeline = \${pipeline`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A probe is a task that is parked, and none that has failed',
      1,
    ),
  ),
  guard(
    'a pause stays while it has parked tasks, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `and not exists (select from task where state = 'parked' and \${isAt})`,
      '',
    ],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A pause stays while somebody holds its only parked task',
      3,
    ),
  ),
  guard(
    'a pause stays while a task of its step runs, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `and not exists (select from task where state = 'running' and \${isAt})`,
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A pause of a fault stays while a task of its step runs, and while one is ready',
      1,
    ),
  ),
  guard(
    'a pause stays while a task of its step is ready, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `and not exists (select from task where state = 'ready' and \${isAt})`,
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A pause of a fault stays while a task of its step runs, and while one is ready',
      6,
    ),
  ),
  guard(
    'the end of a pause resumes parked tasks only, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      "where state = 'parked' and pipeline = s.pipeline",
      "where (state = 'parked' or true) and pipeline = s.pipeline",
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A probe that was answered ends the pause once, and the others go on',
      3,
    ),
  ),
  guard(
    'a lease is extended only while its task runs, on PostgreSQL',
    [
      'adapters/postgres/queue/queue.ts',
      `l.lease and t.state || '' = 'running'\n      returning`,
      `l.lease and (t.state || '' = 'running' or true)\n      returning`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A retry report makes the task wait and counts its attempts',
      1,
    ),
  ),
  guard(
    'a release counts under its lease only, on PostgreSQL',
    [
      'adapters/postgres/queue/queue.ts',
      `t.lease = l.lease and t.state || '' = 'running'\``,
      `(t.lease = l.lease or true) and t.state || '' = 'running'\``,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A report under a lease number that was never given changes nothing',
      3,
    ),
  ),
  guard(
    'a release counts for a task that runs, on PostgreSQL',
    [
      'adapters/postgres/queue/queue.ts',
      `l.lease and t.state || '' = 'running'\``,
      `l.lease and (t.state || '' = 'running' or true)\``,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A failed report fails the task and its order with the error',
      3,
    ),
  ),
  guard(
    'a release raises the lease, on PostgreSQL',
    ['adapters/postgres/queue/queue.ts', 't.lease + 1', 't.lease'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A release of the task of an order raises its lease and keeps its due time',
      3,
    ),
  ),
  guard(
    'a rescue waits for the end of the lease, on PostgreSQL',
    [
      'adapters/postgres/queue/rescue.ts',
      `task\n      where state = 'running' and lease_until_ms <= \${nowMs}`,
      `task\n      where state = 'running' and (lease_until_ms <= \${nowMs} or true)`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A rescue takes a task whose lease is over, and leaves one whose lease is not',
      1,
    ),
  ),
  guardOfSeveral(
    'the lease check of a report',
    [
      [
        'adapters/postgres/queue/queue.ts',
        `lease, outcome }) => [\`\${taskId} \${lease}\``,
        'outcome }) => [taskId',
      ],
      ['adapters/postgres/queue/queue.ts', `\`\${row.id} \${row.lease}\``, 'row.id'],
      ['adapters/postgres/queue/queue.ts', " || row.state !== 'running'", ''],
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A retry report makes the task wait and counts its attempts',
      37,
    ),
  ),
  guardOfSeveral(
    'the one invoice of a checkout on PostgreSQL',
    [
      ['adapters/postgres/queue/issueInvoices.ts', '> sequence === null', '> sequence !== undefined'],
      ['sql/postgres/005_fulfilment.sql', 'uuid not null unique', 'uuid not null'],
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Concurrent claims lease each group once, with all its orders',
      12,
    ),
  ),
  guard(
    'the answer that all groups of a checkout share',
    ['adapters/postgres/queue/invoiceRequests.ts', 'answers.length ==', 'answers.length >'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The first answer is the invoice of all orders, and the next group has it without a call',
      3,
    ),
  ),
  guard(
    'the one mail with the invoice on PostgreSQL',
    ['adapters/postgres/queue/lease.ts', 'case when i.task_id = l.id then i.content end', 'i.content'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The invoice is in each lease of the task that issued it, and in no lease of another',
      35,
    ),
  ),
  guard(
    'one probe at a time, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      `t.state = 'running' or (t.state = 'ready' and t.run_ms <= \${nowMs})`,
      `false and t.run_ms <= \${nowMs}`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One probe at a time passes a pause of a fault, when it is due',
      22,
    ),
  ),
  guard(
    'the invoice is taken over by one task, on PostgreSQL',
    ['adapters/postgres/queue/invoiceHolders.ts', ' for update', ''],
    stepped('an invoice without a mail: claim the digital tasks × claim the service tasks', 1),
  ),
  guard(
    'an invoice locks the other orders of its checkout, on PostgreSQL',
    ['adapters/postgres/queue/issueInvoices.ts', ' for share', ''],
    stepped('a checkout that gets its invoice: claim the physical tasks × the refund of c succeeded', 1),
  ),
];
