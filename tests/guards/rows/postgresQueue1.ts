import { type Guard, guard, inTest, stepped } from '../guard.ts';

export const postgresQueue1: readonly Guard[] = [
  guard(
    'a claim reads the orders of its tasks as they are when it locks the tasks, on PostgreSQL',
    ['adapters/postgres/queue/claim.ts', 'for key share of o', '', 2],
    inTest(
      'tests/postgres/claimedOrders.test.ts',
      'A claim that began before a customer was erased mails nothing, and its invoice names no address',
      4,
    ),
  ),
  guard(
    'a claim of tasks locks the oldest, on PostgreSQL',
    ['adapters/postgres/queue/claim.ts', 'share.oldest}\n      for update skip locked', 'share.oldest}'],
    stepped('a paid checkout: claim the physical tasks × claim the physical tasks', 1),
  ),
  guard(
    'a claim of jobs locks the oldest, on PostgreSQL',
    ['adapters/postgres/queue/jobs.ts', 'share.oldest}\n      for update skip locked', 'share.oldest}'],
    stepped('a completed checkout: claim the refunds × claim the refunds', 1),
  ),
  guard(
    'a report locks its task, on PostgreSQL',
    ['adapters/postgres/queue/queue.ts', '\n  for update', ''],
    stepped('a leased task: refund a × report that it is done', 1),
  ),
  guard(
    'a report counts only for a task that runs, on PostgreSQL',
    ['adapters/postgres/queue/queue.ts', " || row.state !== 'running'", ''],
    stepped('a leased task: report that it is done × report that it failed', 2),
  ),
  guard(
    'a lease that is over is not extended, on PostgreSQL',
    [
      'adapters/postgres/queue/queue.ts',
      "and t.lease = l.lease and t.state || '' = 'running'\n      returning",
      "and t.state || '' = 'running'\n      returning",
    ],
    stepped('a rescued task: extend the old lease × claim the physical tasks', 2),
  ),
  guard(
    'a report of a job locks its task, on PostgreSQL',
    ['adapters/postgres/queue/jobs.ts', '0 for update', '0'],
    stepped('a refund under way: report the job × rescue the job', 5),
  ),
  guard(
    'a rescue locks the tasks, on PostgreSQL',
    ['adapters/postgres/queue/rescue.ts', '\n      for update skip locked', ''],
    stepped('a leased task: report that it is done × rescue what has expired', 1),
  ),
  guard(
    'a retry and a skip lock the tasks, on PostgreSQL',
    ['adapters/postgres/queue/rescue.ts', 'id for update', 'id'],
    stepped('a failed task: retry the task × retry the task', 1),
  ),
  guard(
    'a probe is sent by one process, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', 'id for update skip locked', 'id'],
    stepped('parked tasks: send the probes × send the probes', 1),
  ),
  guard(
    'the counter of invoices is locked, on PostgreSQL',
    [
      'adapters/postgres/queue/issueInvoices.ts',
      `insert into invoice_counter (year, last) values (\${year}, 0)\n      on conflict (year) do update set last = invoice_counter.last\n      returning last`,
      `select coalesce(max(last), 0)::int as last from invoice_counter where year = \${year}`,
    ],
    stepped('a paid checkout: claim the physical tasks × claim the digital tasks', 2),
  ),
  guard(
    'a claim of tasks locks the newest, on PostgreSQL',
    ['adapters/postgres/queue/claim.ts', 'share.newest}\n      for update skip locked', 'share.newest}'],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A claim of tasks leaves the newest one that somebody holds',
      9,
    ),
  ),
  guard(
    'a claim of tasks skips the newest that somebody holds, on PostgreSQL',
    [
      'adapters/postgres/queue/claim.ts',
      'share.newest}\n      for update skip locked',
      'share.newest}\n      for update',
    ],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A claim of tasks leaves the newest one that somebody holds',
      9,
    ),
  ),
  guard(
    'a claim takes the oldest tasks that are ready, on PostgreSQL',
    [
      'adapters/postgres/queue/claim.ts',
      `from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ($`,
      `from task\n      where pipeline = \${pipeline.name} and (state = 'ready' or true) and run_ms <= \${nowMs}\n        and (run_ms, id) > ($`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Concurrent claims never lease the same task and leave none unclaimed',
      154,
    ),
  ),
  guard(
    'a claim takes the oldest tasks that are due, on PostgreSQL',
    [
      'adapters/postgres/queue/claim.ts',
      `from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ($`,
      `from task\n      where pipeline = \${pipeline.name} and state = 'ready' and (run_ms <= \${nowMs} or true)\n        and (run_ms, id) > ($`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A retry report makes the task wait and counts its attempts',
      1,
    ),
  ),
  guard(
    'a claim takes the newest tasks that are ready, on PostgreSQL',
    [
      'adapters/postgres/queue/claim.ts',
      `from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ((`,
      `from task\n      where pipeline = \${pipeline.name} and (state = 'ready' or true) and run_ms <= \${nowMs}\n        and (run_ms, id) > ((`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A claim with a backlog takes the oldest tasks, and one in eight of the newest',
      78,
    ),
  ),
  guard(
    'a claim takes the newest tasks that are due, on PostgreSQL',
    [
      'adapters/postgres/queue/claim.ts',
      `from task\n      where pipeline = \${pipeline.name} and state = 'ready' and run_ms <= \${nowMs}\n        and (run_ms, id) > ((`,
      `from task\n      where pipeline = \${pipeline.name} and state = 'ready' and (run_ms <= \${nowMs} or true)\n        and (run_ms, id) > ((`,
    ],
    inTest('tests/contracts/postgres.test.ts', 'A task whose time has not come is not the newest', 51),
  ),
  guard(
    'a claim of one task takes one that is ready, on PostgreSQL',
    ['adapters/postgres/queue/claim.ts', "t.state = 'ready'", "(t.state = 'ready' or true)"],
    inTest(
      'tests/postgres/claimsOneByOne.test.ts',
      'A claim that tries its tasks one by one leaves one that another process has leased meanwhile',
      34,
    ),
  ),
  guard(
    'a claim of one task takes one that is due, on PostgreSQL',
    [
      'adapters/postgres/queue/claim.ts',
      `t.run_ms <= \${query.nowMs}`,
      `(t.run_ms <= \${query.nowMs} or true)`,
    ],
    inTest(
      'tests/postgres/claimsOneByOne.test.ts',
      'A claim that tries its tasks one by one leaves one that another process has put off meanwhile',
      35,
    ),
  ),
  guard(
    'the counter of credit notes for refunds before the invoice, on PostgreSQL',
    [
      'adapters/postgres/queue/creditNotes.ts',
      `\n    on conflict (year) do update set last = c.last + \${count}`,
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Refunds of each group that end beside the invoice have one credit note each, without a gap',
      9,
    ),
  ),
  guard(
    'a slot of the queue’s history that is written again, on PostgreSQL',
    [
      'adapters/postgres/queue/history.ts',
      '\n    on conflict (at_ms, pipeline) do update\n      set finished = excluded.finished, ready = coalesce(queue_history.ready, excluded.ready)',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A slot has what finished in it by pipeline, and the ready tasks at its end',
      109,
    ),
  ),
  guard(
    'the queue’s history counts tasks that are due, on PostgreSQL',
    ['adapters/postgres/queue/history.ts', `t.run_ms <= \${nowMs}`, `(t.run_ms <= \${nowMs} or true)`],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A slot has what finished in it by pipeline, and the ready tasks at its end',
      70,
    ),
  ),
  guard(
    'a probe that is on its way is the only one, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      '\n        and not exists (\n          select from task t',
      '\n        or exists (\n          select from task t',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One probe at a time passes a pause of a fault, when it is due',
      1,
    ),
  ),
  guard(
    'no probe is sent while an operator holds the step, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      'and not exists (\n          select from pause o',
      'or exists (\n          select from pause o',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'No probe is sent while an operator holds the step, and the probe of then is held, too',
      1,
    ),
  ),
  guard(
    'the end of a pause leaves tasks that another one holds, on PostgreSQL',
    [
      'adapters/postgres/queue/pauses.ts',
      'where not exists (\n          select from pause p',
      'where true or exists (\n          select from pause p',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A parked task stays parked until the last pause of its step has ended',
      1,
    ),
  ),
  guard(
    'an operator who holds another step holds no probe, on PostgreSQL',
    ['adapters/postgres/queue/pauses.ts', ' and (o.step is null or o.step = p.step)', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A probe is sent while an operator holds another step of the pipeline',
      1,
    ),
  ),
];
