import { type Guard, guard, inTest } from '../guard.ts';

export const postgresQueue2: readonly Guard[] = [
  guard(
    'two claims that request one invoice, on PostgreSQL',
    [
      'adapters/postgres/queue/invoiceRequests.ts',
      '\n    on conflict (checkout_id) do update set requested_ms = i.requested_ms',
      '',
    ],
    inTest('tests/contracts/postgres.test.ts', 'Groups that are claimed at once share one request', 78),
  ),
  guard(
    'an answer of an invoice service to a request that is stored, on PostgreSQL',
    [
      'adapters/postgres/queue/invoiceRequests.ts',
      '\n    on conflict (checkout_id) do update\n    set answered_ms = excluded.answered_ms, number = excluded.number, url = excluded.url, body = null\n    where i.answered_ms is null',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The first answer is the invoice of all orders, and the next group has it without a call',
      99,
    ),
  ),
  guard(
    'the first answer of an invoice service counts, on PostgreSQL',
    [
      'adapters/postgres/queue/invoiceRequests.ts',
      'i.answered_ms is null',
      '(i.answered_ms is null or true)',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The first answer is the invoice of all orders, and the next group has it without a call',
      91,
    ),
  ),
  guard(
    'a claim of jobs locks the newest, on PostgreSQL',
    ['adapters/postgres/queue/jobs.ts', 'share.newest}\n      for update skip locked', 'share.newest}'],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A claim of jobs leaves the newest one that somebody holds',
      6,
    ),
  ),
  guard(
    'a claim of jobs skips the newest that somebody holds, on PostgreSQL',
    [
      'adapters/postgres/queue/jobs.ts',
      'share.newest}\n      for update skip locked',
      'share.newest}\n      for update',
    ],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A claim of jobs leaves the newest one that somebody holds',
      7,
    ),
  ),
  guard(
    'a claim takes the oldest jobs that are ready, on PostgreSQL',
    [
      'adapters/postgres/queue/jobs.ts',
      `select id, step, run_ms from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ($`,
      `select id, step, run_ms from task\n      where pipeline = \${pipeline.name} and (state = 'ready' or true) and run_ms <= \${nowMs}\n        and (run_ms, id) > ($`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A claim leases jobs of one pipeline up to its limit, longest ready first',
      170,
    ),
  ),
  guard(
    'a claim takes the oldest jobs that are due, on PostgreSQL',
    [
      'adapters/postgres/queue/jobs.ts',
      `, run_ms from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ($`,
      `, run_ms from task\n      where pipeline = \${pipeline.name} and state = 'ready' and (run_ms <= \${nowMs} or true)\n        and (run_ms, id) > ($`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A retried job waits, and a failed job stays failed until an operator retries it',
      70,
    ),
  ),
  guard(
    'a claim takes the newest jobs that are ready, on PostgreSQL',
    [
      'adapters/postgres/queue/jobs.ts',
      `select id, step, run_ms from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ((`,
      `select id, step, run_ms from task\n      where pipeline = \${pipeline.name} and (state = 'ready' or true) and run_ms <= \${nowMs}\n        and (run_ms, id) > ((`,
    ],
    inTest('tests/contracts/postgres.test.ts', 'A claim of jobs takes its shares from both ends too', 72),
  ),
  guard(
    'a claim takes the newest jobs that are due, on PostgreSQL',
    [
      'adapters/postgres/queue/jobs.ts',
      `, run_ms from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ((`,
      `, run_ms from task\n      where pipeline = \${pipeline.name} and state = 'ready' and (run_ms <= \${nowMs} or true)\n        and (run_ms, id) > ((`,
    ],
    inTest('tests/contracts/postgres.test.ts', 'A job whose time has not come is not the newest', 2),
  ),
  guard(
    'a pause lets the job through that is its probe, on PostgreSQL',
    [
      'adapters/postgres/queue/jobs.ts',
      'p.probe_task_id is distinct from found.id',
      '(p.probe_task_id is distinct from found.id or true)',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The jobs of a paused step or pipeline are held, and go on after it',
      61,
    ),
  ),
  guard(
    'a report of a job counts under its lease only, on PostgreSQL',
    ['adapters/postgres/queue/jobs.ts', 't.lease = r.lease', '(t.lease = r.lease or true)'],
    inTest('tests/contracts/postgres.test.ts', 'A report under an old lease of a job changes nothing', 94),
  ),
  guard(
    'a report of a job counts only for one that runs, on PostgreSQL',
    ['adapters/postgres/queue/jobs.ts', "t.state = 'running'", "(t.state = 'running' or true)"],
    inTest('tests/contracts/postgres.test.ts', 'A second report of a job under one lease changes nothing', 1),
  ),
  guard(
    'a claim of jobs raises the lease, on PostgreSQL',
    ['adapters/postgres/queue/jobs.ts', 't.lease + 1', 't.lease'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A retried job waits, and a failed job stays failed until an operator retries it',
      85,
    ),
  ),
  guard(
    'the intent of a step is written once, on PostgreSQL',
    ['adapters/postgres/queue/lease.ts', '\n      on conflict do nothing', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A claim orders tasks by the time they became ready, not by their age',
      102,
    ),
  ),
  guard(
    'a claim of tasks raises the lease, on PostgreSQL',
    ['adapters/postgres/queue/lease.ts', 't.lease + 1', 't.lease'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A claim runs the tx steps of a task and leases it with all that the mail needs',
      103,
    ),
  ),
  guard(
    'a probe locks the task that it sends, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', '1\n          for update skip locked', '1'],
    inTest('tests/postgres/skippedRows.test.ts', 'A probe is another task than one that somebody holds', 6),
  ),
  guard(
    'a probe skips a task that somebody holds, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', '1\n          for update skip locked', '1\n          for update'],
    inTest('tests/postgres/skippedRows.test.ts', 'A probe is another task than one that somebody holds', 7),
  ),
  guard(
    'the end of a pause locks the tasks that it resumes, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', '}\n          for update skip locked', '}'],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'The end of a pause leaves a parked task that somebody holds',
      6,
    ),
  ),
  guard(
    'the end of a pause skips tasks that somebody holds, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', '}\n          for update skip locked', '}\n          for update'],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'The end of a pause leaves a parked task that somebody holds',
      8,
    ),
  ),
  guard(
    'one pause for a fault of a step, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      "\n        on conflict (pipeline, step) where origin = 'fault' do nothing",
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A fault of a server parks its task and counts nothing, and one call alone has begun the pause',
      94,
    ),
  ),
  guard(
    'an operator deletes only a pause of an operator, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', "and origin = 'operator'", "and (origin = 'operator' or true)"],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The end of a pause of a fault by an operator makes its probe due, and the pause stays',
      103,
    ),
  ),
];
