import { type CaughtByTest, type Guard, guard, inTest, redundant } from '../guard.ts';

const [onPostgres, onSqlite] = ['adapters/postgres/retention.ts', 'adapters/sqlite/retention.ts'];

const inContract = (database: 'postgres' | 'sqlite', pattern: string, seconds: number): CaughtByTest =>
  inTest(`tests/contracts/${database}.test.ts`, pattern, seconds);

const ofRowsHeld = (pattern: string, seconds: number): CaughtByTest =>
  inTest('tests/postgres/skippedRows.test.ts', pattern, seconds);

const openStays = 'The response of an open payment stays, and so does a key that never had one';
const ledgerStays = 'The step ledger of tasks that are done goes, and that of others stays';
const eventsStay = 'Events of the provider go when they are handled';
const activityStays =
  'Activity goes, but not that of commands that moved money, erased a customer, or made or ended a key';
const inSlices = 'Responses go in slices, each of which goes on where the one before ended';

const heldEntry = 'The retention leaves entries of the step ledger that somebody holds';
const heldEvent = 'The retention leaves events of the provider that somebody holds';
const heldMark = 'The retention leaves responses to the process that drops some';

/** Each lock that skips has two rows: without the lock, and with one that waits. */
export const retention: readonly Guard[] = [
  guard(
    'the retention locks the entries of the ledger that it deletes, on PostgreSQL',
    [
      onPostgres,
      '\n        for update skip locked\n      )\n      delete from step_ledger',
      '\n      )\n      delete from step_ledger',
    ],
    ofRowsHeld(heldEntry, 3),
  ),
  guard(
    'the retention skips entries of the ledger that somebody deletes, on PostgreSQL',
    [
      onPostgres,
      ' skip locked\n      )\n      delete from step_ledger',
      '\n      )\n      delete from step_ledger',
    ],
    ofRowsHeld(heldEntry, 3),
  ),
  guard(
    'the retention locks the events of the provider that it deletes, on PostgreSQL',
    [
      onPostgres,
      '\n        for update skip locked\n      )\n      delete from provider_event',
      '\n      )\n      delete from provider_event',
    ],
    ofRowsHeld(heldEvent, 3),
  ),
  guard(
    'the retention skips events of the provider that somebody deletes, on PostgreSQL',
    [
      onPostgres,
      ' skip locked\n      )\n      delete from provider_event',
      '\n      )\n      delete from provider_event',
    ],
    ofRowsHeld(heldEvent, 3),
  ),
  guard(
    'a walk of the retention locks its mark, on PostgreSQL',
    [onPostgres, ' for update skip locked`', '`'],
    ofRowsHeld(heldMark, 3),
  ),
  guard(
    'a walk of the retention does not wait for another one, on PostgreSQL',
    [onPostgres, ' skip locked`', '`'],
    ofRowsHeld(heldMark, 3),
  ),
  guard(
    'the first mark of a walk is written once, on PostgreSQL',
    [onPostgres, ' on conflict do nothing', ''],
    ofRowsHeld(heldMark, 3),
  ),
  redundant(
    'the retention locks the payments whose responses go, on PostgreSQL',
    [[onPostgres, 'for update\n']],
    'A payment that is closed with a response is neither opened nor emptied again, so nothing has to be read anew. The lock keeps the order of the ids: without it, PostgreSQL may have to end one of two that wait in a circle, and its work is done again.',
  ),
  guard(
    'a key that never had a response stays free, on PostgreSQL',
    [onPostgres, ' and response is not null', ''],
    inContract('postgres', openStays, 1),
  ),
  guard(
    'a key that never had a response stays free, on SQLite',
    [onSqlite, ' and response is not null', ''],
    inContract('sqlite', openStays, 1),
  ),
  guard(
    'the response of an open payment stays, on PostgreSQL',
    [onPostgres, ` and status in (\${statusList(tx, closedPaymentStatuses)})`, ''],
    inContract('postgres', openStays, 1),
  ),
  guard(
    'the response of an open payment stays, on SQLite',
    [onSqlite, ` and \${isOneOf('status', closedPaymentStatuses)}`, ''],
    inContract('sqlite', openStays, 1),
  ),
  guard(
    'a walk of the retention writes its mark again, on SQLite',
    [onSqlite, ' on conflict (kind) do update set after = excluded.after', ''],
    inContract('sqlite', inSlices, 1),
  ),
  guard(
    'the step ledger of a task stays as long as it, on PostgreSQL',
    [onPostgres, ' and not exists (select from task t where t.id = l.task_id)', ''],
    inContract('postgres', ledgerStays, 1),
  ),
  guard(
    'the step ledger of a task stays as long as it, on SQLite',
    [onSqlite, ' and not exists (select 1 from task t where t.id = l.task_id)', ''],
    inContract('sqlite', ledgerStays, 1),
  ),
  guard(
    'an event of the provider stays until it is handled, on PostgreSQL',
    [onPostgres, ' and not exists (select from task where job_id = e.id)', ''],
    inContract('postgres', eventsStay, 1),
  ),
  guard(
    'an event of the provider stays until it is handled, on SQLite',
    [onSqlite, ' and not exists (select 1 from task t where t.job_id = e.id)', ''],
    inContract('sqlite', eventsStay, 1),
  ),
  guard(
    'the activity that moved money stays, on PostgreSQL',
    [onPostgres, ` and action <> all(\${keptActions as string[]}::text[])`, ''],
    inContract('postgres', activityStays, 1),
  ),
  guard(
    'the activity that moved money stays, on SQLite',
    [
      onSqlite,
      `\n       and action not in (\${keptActions.map((action) => \`'\${action}'\`).join(', ')})`,
      '',
    ],
    inContract('sqlite', activityStays, 1),
  ),
  guard(
    'a key whose response was dropped stays spent',
    ['core/judgeClaims.ts', "known.response === 'dropped'", 'false'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A checkout that was given up after its challenge is not charged again under its old key',
      1,
    ),
  ),
  guard(
    'a repeat whose response was dropped is told so',
    [
      'core/usecases/checkOut.ts',
      "return err({ kind: 'response_dropped' as const, checkout });",
      "return err({ kind: 'unavailable' as const });",
    ],
    inTest('tests/api/droppedResponses.test.ts', 'A repeat gets 200 with the checkout as it now stands', 1),
  ),
];
