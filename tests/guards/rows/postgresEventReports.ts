import { type Guard, guard, inTest, redundant, stepped } from '../guard.ts';

const [runs, backlogs] = ['adapters/postgres/events/runs.ts', 'adapters/postgres/events/backlogs.ts'];

/** What reports write of events, and what is too old. */
export const postgresEventReports: readonly Guard[] = [
  guard(
    'a report locks the events that it has the lease of, on PostgreSQL',
    ['adapters/postgres/events/lockReported.ts', 'offset 0 for update', 'offset 0'],
    stepped('events of a subscription: claim the events × report it as failed', 2),
  ),
  guard(
    'a report counts under the lease of its event only, on PostgreSQL',
    ['adapters/postgres/events/lockReported.ts', 'e.lease = r.lease', '(e.lease = r.lease or true)'],
    inTest('tests/contracts/postgres.test.ts', 'An attempt to deliver under an old lease is not logged', 3),
  ),
  guard(
    'a report raises the lease of the event that it puts back, on PostgreSQL',
    ['adapters/postgres/events/reports.ts', 'lease = e.lease + 1', 'lease = e.lease'],
    inTest('tests/contracts/postgres.test.ts', 'An event that failed is put back once under one lease', 1),
  ),
  guard(
    'the report of a run keeps only what has failed, on PostgreSQL',
    [runs, 'where r.due_ms is not null and', 'where'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'What follows a failed event in a later run waits for it, and what happened beside it does not',
      1,
    ),
  ),
  guard(
    'old events are locked before they are deleted, on PostgreSQL',
    [backlogs, 'offset 0 for update', 'offset 0'],
    inTest(
      'tests/postgres/droppedEvents.test.ts',
      'Old events stay locked from the moment their places are read until they are deleted',
      1,
    ),
  ),
  guard(
    'only what is old is dropped, on PostgreSQL',
    [backlogs, ` and at_ms < \${beforeMs}`, '', 2],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Old events are dropped and counted for each subscription, and later ones stay',
      1,
    ),
  ),
  guard(
    'a report keeps no event that was delivered, on PostgreSQL',
    ['adapters/postgres/events/reports.ts', `where r.kind <> 'delivered' and`, 'where'],
    inTest(
      'tests/contracts/postgres.test.ts',
      'The log of deliveries has the last attempt of each event, newest first, and sends one again',
      1,
    ),
  ),
  guard(
    'a claim takes the first event of a subject only, on PostgreSQL',
    ['adapters/postgres/events/events.ts', 'and sequence = (', 'and sequence >= ('],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Of each order only its next event is in flight, and different orders go in parallel',
      1,
    ),
  ),
  redundant(
    'the report of a run deletes only what was delivered, on PostgreSQL',
    [[runs, 'where r.due_ms is null']],
    'PostgreSQL runs the update before a delete of the same statement whose rows nobody reads. The delete then passes over what the update has changed, which is what has failed.',
  ),
  redundant(
    'what is due is looked for from zero, on PostgreSQL',
    [
      [backlogs, 'due_ms >= 0 and'],
      ['adapters/postgres/events/events.ts', 'due_ms >= 0 and due_ms'],
      ['adapters/postgres/events/subscriptions.ts', 'due_ms >= 0 and'],
    ],
    'No event is due before zero. The condition only lets the server read the index of what is due.',
  ),
  redundant(
    'each part of the old events is read from its own index, on PostgreSQL',
    [
      [backlogs, `due_ms < \${beforeMs + deferredMs}`],
      [backlogs, `due_ms + 0 >= \${beforeMs + deferredMs}`],
      [backlogs, `due_ms > at_ms + \${tx.unsafe(String(deferredMs))}`],
    ],
    'Both parts ask when an event happened, and that alone makes it old. The conditions say in which index it is found, and an event that is in both is deleted once.',
  ),
  redundant(
    'attempts are forgotten of what is in the index of late events alone, on PostgreSQL',
    [['adapters/postgres/events/subscriptions.ts', `due_ms > at_ms + \${tx.unsafe(String(deferredMs))}`]],
    'An event that has failed often is in the index. The condition keeps the server from reading all that waits.',
  ),
];
