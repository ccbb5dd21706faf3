import { type Guard, guard, guardOfSeveral, inTest } from '../guard.ts';

export const sqliteQueue: readonly Guard[] = [
  guard(
    'the counter of credit notes for refunds before the invoice, on SQLite',
    [
      'adapters/sqlite/queue/creditNotes.ts',
      '\n       on conflict (year) do update set last = last + excluded.last',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'Several refunds of several checkouts are numbered without a gap, in the order of the lines',
      20,
    ),
  ),
  guard(
    'the counter of invoices, on SQLite',
    ['adapters/sqlite/queue/effects.ts', '\n       on conflict (year) do update set last = last + 1', ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A claim leases tasks of one pipeline up to its limit, longest ready first',
      19,
    ),
  ),
  guard(
    'a slot of the queue’s history that is written again, on SQLite',
    [
      'adapters/sqlite/queue/history.ts',
      '\n     on conflict (at_ms, pipeline) do update\n       set finished = excluded.finished, ready = coalesce(queue_history.ready, excluded.ready)',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A slot has what finished in it by pipeline, and the ready tasks at its end',
      20,
    ),
  ),
  guard(
    'an answer of an invoice service to a request that is stored, on SQLite',
    [
      'adapters/sqlite/queue/invoiceRequests.ts',
      '\n     on conflict (checkout_id) do update\n     set answered_ms = excluded.answered_ms, number = excluded.number, url = excluded.url, body = null\n     where answered_ms is null',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The first answer is the invoice of all orders, and the next group has it without a call',
      20,
    ),
  ),
  guard(
    'the first answer of an invoice service counts, on SQLite',
    ['adapters/sqlite/queue/invoiceRequests.ts', 'answered_ms is null', '(answered_ms is null or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The first answer is the invoice of all orders, and the next group has it without a call',
      22,
    ),
  ),
  guard(
    'a claim of jobs raises the lease, on SQLite',
    ['adapters/sqlite/queue/jobs.ts', 'row.lease + 1', 'row.lease'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A retried job waits, and a failed job stays failed until an operator retries it',
      27,
    ),
  ),
  guard(
    'a report of a job counts under its lease only, on SQLite',
    ['adapters/sqlite/queue/jobs.ts', 'and lease = ?', 'and (lease = ? or true)'],
    inTest('tests/contracts/sqlite.test.ts', 'A report under an old lease of a job changes nothing', 24),
  ),
  guard(
    'the intent of a step is written once, on SQLite',
    ['adapters/sqlite/queue/lease.ts', ' on conflict do nothing', ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A claim orders tasks by the time they became ready, not by their age',
      20,
    ),
  ),
  guard(
    'a claim of tasks raises the lease, on SQLite',
    ['adapters/sqlite/queue/lease.ts', 'row.lease + 1', 'row.lease'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A claim runs the tx steps of a task and leases it with all that the mail needs',
      18,
    ),
  ),
  guard(
    'one pause for a fault of a step, on SQLite',
    [
      'adapters/sqlite/queue/pauses.ts',
      " on conflict (pipeline, step) where origin = 'fault' do nothing",
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A fault of a server parks its task and counts nothing, and one call alone has begun the pause',
      23,
    ),
  ),
  guard(
    'an operator deletes only a pause of an operator, on SQLite',
    ['adapters/sqlite/queue/pauses.ts', "and origin = 'operator'", "and (origin = 'operator' or true)"],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The end of a pause of a fault by an operator makes its probe due, and the pause stays',
      9,
    ),
  ),
  guard(
    'a probe that failed is counted by the pause that sent it, on SQLite',
    ['adapters/sqlite/queue/pauses.ts', `? and probe_task_id = ?\``, `? and (probe_task_id = ? or true)\``],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A failure that another task than the probe reports lets no second probe through',
      1,
    ),
  ),
  guard(
    'a pause is ended by its own probe only, on SQLite',
    [
      'adapters/sqlite/queue/pauses.ts',
      '? and probe_task_id = ? returning',
      '? and (probe_task_id = ? or true) returning',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A probe whose worker stopped is rescued and stays the probe, and one that is gone is replaced',
      25,
    ),
  ),
  guard(
    'a pause stays while a task of its step runs, on SQLite',
    [
      'adapters/sqlite/queue/pauses.ts',
      "and not exists (select 1 from task where state = 'running' and pipeline = $pipeline and step = $step)",
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A pause of a fault stays while a task of its step runs, and while one is ready',
      1,
    ),
  ),
  guard(
    'a pause stays while a task of its step is ready, on SQLite',
    [
      'adapters/sqlite/queue/pauses.ts',
      "and not exists (select 1 from task where state = 'ready' and pipeline = $pipeline and step = $step)",
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A pause of a fault stays while a task of its step runs, and while one is ready',
      1,
    ),
  ),
  guard(
    'the end of a pause resumes parked tasks only, on SQLite',
    [
      'adapters/sqlite/queue/pauses.ts',
      "select id from task where state = 'parked' and pipeline = ? and step = ? order by run_ms, id limit ?",
      "select id from task where (state = 'parked' or true) and pipeline = ? and step = ? order by run_ms, id limit ?",
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A probe that was answered ends the pause once, and the others go on',
      12,
    ),
  ),
  guard(
    'a heartbeat counts under its lease only, on SQLite',
    [
      'adapters/sqlite/queue/queue.ts',
      '? where id = ? and lease = ? and state',
      '? where id = ? and (lease = ? or true) and state',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A report under a lease number that was never given changes nothing',
      57,
    ),
  ),
  guard(
    'a lease that is over is not extended, on SQLite',
    [
      'adapters/sqlite/queue/queue.ts',
      `? where id = ? and lease = ? and state = 'running'\`,`,
      `? where id = ? and lease = ? and (state = 'running' or true)\`,`,
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A retry report makes the task wait and counts its attempts',
      62,
    ),
  ),
  guard(
    'a release counts under its lease only, on SQLite',
    [
      'adapters/sqlite/queue/queue.ts',
      'null\n     where id = ? and lease = ? and state',
      'null\n     where id = ? and (lease = ? or true) and state',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A report under a lease number that was never given changes nothing',
      98,
    ),
  ),
  guard(
    'a release counts for a task that runs, on SQLite',
    [
      'adapters/sqlite/queue/queue.ts',
      `null\n     where id = ? and lease = ? and state = 'running'\`,`,
      `null\n     where id = ? and lease = ? and (state = 'running' or true)\`,`,
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A failed report fails the task and its order with the error',
      97,
    ),
  ),
  guard(
    'a release raises the lease, on SQLite',
    ['adapters/sqlite/queue/queue.ts', 'lease + 1', 'lease'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A release of the task of an order raises its lease and keeps its due time',
      107,
    ),
  ),
  guard(
    'a report counts under its lease only, on SQLite',
    ['adapters/sqlite/queue/report.ts', 't.lease = ?', '(t.lease = ? or true)'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A report under a lease number that was never given changes nothing',
      68,
    ),
  ),
  guard(
    'sold units of a product are added up, on SQLite',
    [
      'adapters/sqlite/queue/transitions.ts',
      '\n     on conflict (product_id) do update set units = units + excluded.units',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A shop in which everything has happened has no difference',
      128,
    ),
  ),
  guardOfSeveral(
    'the one invoice of a checkout on SQLite',
    [
      ['adapters/sqlite/queue/effects.ts', 'known.get(task.checkoutId) ?? ', ''],
      ['sql/sqlite/005_fulfilment.sql', 'checkout_id text not null unique', 'checkout_id text not null'],
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The first group of a checkout issues its invoice with all orders, and the others find it',
      9,
    ),
  ),
  guard(
    'the one mail with the invoice on SQLite',
    ['adapters/sqlite/queue/lease.ts', '(task_id = ?', '(? is not null'],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'The invoice is in each lease of the task that issued it, and in no lease of another',
      9,
    ),
  ),
  guard(
    'one probe at a time, on SQLite',
    [
      'adapters/sqlite/queue/pauses.ts',
      "t.state = 'running' or (t.state = 'ready' and t.run_ms <= ?)",
      '0 and t.run_ms <= ?',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'One probe at a time passes a pause of a fault, when it is due',
      10,
    ),
  ),
];
