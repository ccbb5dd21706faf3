import { type Guard, guard, inTest, redundant } from '../guard.ts';

const batches = 'adapters/postgres/events/batches.ts';

/** Events that go in runs, a row for each statement that made some. */
export const postgresEventBatches: readonly Guard[] = [
  guard(
    'a batch is written out under its lease only, on PostgreSQL',
    [batches, `lease = \${lease}`, `(lease = \${lease} or true)`],
    inTest(
      'tests/postgres/eventBatches.test.ts',
      'A worker that was frozen past its lease writes nothing out',
      1,
    ),
  ),
  guard(
    'who writes a batch out locks its subscription, on PostgreSQL',
    [batches, ' for update\n', '\n'],
    inTest(
      'tests/postgres/eventBatches.test.ts',
      'A worker that writes a batch out waits for a claim beside it, and then writes nothing',
      1,
    ),
  ),
  redundant(
    'a run that was reported writes nothing out, on PostgreSQL',
    [[batches, 'lease_until_ms > 0']],
    'Only a claim writes out, and its run is reported after it. The lease keeps those out that were frozen.',
  ),
  redundant(
    'an event of a batch that has a row already, on PostgreSQL',
    [
      [batches, 'on conflict'],
      ['adapters/postgres/events/runs.ts', 'on conflict'],
    ],
    'What gives an event a row deletes its batch in the same statement, under the lease. An event is made once, so it is in one batch.',
  ),
  guard(
    'a batch is written out for its holder only, on PostgreSQL',
    [batches, '\n        and exists (select from holder)', ''],
    inTest(
      'tests/postgres/eventBatches.test.ts',
      'A worker that was frozen past its lease writes nothing out',
      1,
    ),
  ),
];
