import { type Guard, redundant } from '../guard.ts';

export const reasons3: readonly Guard[] = [
  redundant(
    'a declined checkout is counted for its window, on SQLite',
    [['adapters/sqlite/checkout/countedCheckouts.ts', 'challenged} or p.status = $']],
    'A checkout that no longer counts would be deleted some minutes later. What counts is asked for by its status.',
  ),
  redundant(
    'a transaction takes the write lock when it begins, on SQLite',
    [['adapters/sqlite/connection.ts', 'begin immediate']],
    'SQLite refuses a write after reads that have become old (SQLITE_BUSY_SNAPSHOT), so nothing wrong is written. It would refuse the requests of a shop with several processes, though.',
  ),
  redundant(
    'the end of a dispute resumes open refunds only, on SQLite',
    [['adapters/sqlite/disputes/disputes.ts', "isOneOf('+status'"]],
    'The job of a refund that has ended is gone, so there is no task to bring forward.',
  ),
  redundant(
    'the end of a dispute resumes tasks that are ready only, on SQLite',
    [['adapters/sqlite/disputes/disputes.ts', 'and state =']],
    'Nobody reads when a task is due while it runs, and its report writes that anew. An operator’s retry of a failed one does, too.',
  ),
  redundant(
    'the end of a dispute brings no task later, on SQLite',
    [['adapters/sqlite/disputes/disputes.ts', 'run_ms >']],
    'A task that is due already would only change its place among those that are due.',
  ),
  redundant(
    'the events behind one that fails do not come sooner, on SQLite',
    [['adapters/sqlite/events/followers.ts', 'due_ms <']],
    'A claim takes an event only if none of its subject comes before it, so one that is due sooner is sent no sooner.',
  ),
  redundant(
    'the events behind one that is sent again do not come later, on SQLite',
    [['adapters/sqlite/events/followers.ts', 'event.due_ms >']],
    'An event is never due before it has happened, so there is nothing else to bring forward.',
  ),
  redundant(
    'a reference of a step that is reported again, on SQLite',
    [['adapters/sqlite/orders/references.ts', 'on conflict']],
    'A step is reported as done once, under its lease. Only a task that is moved back to its step by hand reports it again, and the first reference stays then.',
  ),
  redundant(
    'a licence that a unit has already, on SQLite',
    [['adapters/sqlite/queue/effects.ts', ') on conflict']],
    'Effect and advance commit together, so a step issues its licences once. Only a task that is moved back by hand comes again, and the keys that the customer has stay then.',
  ),
  redundant(
    'a job that is parked raises the lease, on SQLite',
    [['adapters/sqlite/queue/jobs.ts', '= lease + 1']],
    'The job was ready, so nobody holds a lease of it.',
  ),
  redundant(
    'an operator hurries only the probe of a fault, on SQLite',
    [['adapters/sqlite/queue/pauses.ts', "id = ? and origin = 'fault"]],
    'The statement before it has deleted the pause if it is an operator’s, and such a pause has no probe to hurry.',
  ),
  redundant(
    'a pause stays while it has parked tasks, on SQLite',
    [['adapters/sqlite/queue/pauses.ts', "(select 1 from task where state = 'parked"]],
    'It runs only if no parked task was found, under the same write lock. On PostgreSQL somebody may hold one, and there it is caught.',
  ),
  redundant(
    'a step is accepted once, on SQLite',
    [['adapters/sqlite/queue/report.ts', 'accepted_ms is null']],
    'A lease is of the step that the task is at, and a step that is done is behind it. So the time of the first acceptance could change only for a task that is moved back by hand.',
  ),
  redundant(
    'a refund that is hurried is ready, on SQLite',
    [['adapters/sqlite/refunds/refunds.ts', 'and state =']],
    'A task that is due, runs or has failed would only get another time, which nobody reads: a report and a retry write it anew.',
  ),
  redundant(
    'a refund that is hurried comes no later, on SQLite',
    [['adapters/sqlite/refunds/refunds.ts', 'run_ms >']],
    'A task that is due, runs or has failed would only get another time, which nobody reads: a report and a retry write it anew.',
  ),
  redundant(
    'the pause of a task by a refund raises the lease, on SQLite',
    [['adapters/sqlite/refunds/write.ts', 'lease + 1']],
    'A report counts only for a task that runs, and whoever lets a paused one run again raises its lease.',
  ),
  redundant(
    'an event of a history row is written once, on PostgreSQL',
    [['sql/postgres/026_event.sql', 'amount from made where not batched\n    on conflict']],
    'A row of a history is written once, and a refund changes its status once. So their events are, too.',
  ),
  redundant(
    'an event of a refund is written once, on PostgreSQL',
    [['sql/postgres/026_event.sql', 'new.updated_ms\n    from made where not batched\n    on conflict']],
    'A row of a history is written once, and a refund changes its status once. So their events are, too.',
  ),
  redundant(
    'the exchange of a table locks its views first, on PostgreSQL',
    [
      [
        'adapters/postgres/partitions/convert.ts',
        `await tx.unsafe(\`lock table \${view.name} in access exclusive mode\`);`,
      ],
    ],
    'A reader locks the view before the table. Without this lock the exchange and a reader could wait in a circle, which PostgreSQL ends; it costs a try and no row.',
  ),
  redundant(
    'the exchange of a table locks it, on PostgreSQL',
    [
      [
        'adapters/postgres/partitions/convert.ts',
        `await tx.unsafe(\`lock table \${name} in access exclusive mode\`);`,
      ],
    ],
    'What follows takes the same lock. Before it, only a change of the schema could come between, and nobody makes one then.',
  ),
  redundant(
    'the months to come are made by one process, on PostgreSQL',
    [
      [
        'adapters/postgres/partitions/months.ts',
        `await tx\`select pg_advisory_xact_lock(\${partitionLock}::bigint)\`;`,
      ],
    ],
    'Of two processes that make one month the second fails, because the month is there, and finds it at its next turn.',
  ),
  redundant(
    'a late refund is requested only for a payment that allows it',
    [
      [
        'core/usecases/refundLateCharge.ts',
        "checkout === null || nextPaymentStatus(checkout.payment.status, 'refund') === null",
      ],
    ],
    'The store judges once more under the lock of the payment: “only the charge of a released payment is refunded as a late one”.',
  ),
];
