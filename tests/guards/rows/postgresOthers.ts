import { type Guard, guard, inTest } from '../guard.ts';

export const postgresOthers: readonly Guard[] = [
  guard(
    'an import runs again if a product has appeared meanwhile, on PostgreSQL',
    [
      'adapters/postgres/products/products.ts',
      '  if (written.some(({ code, created }) => !created && !known.has(code))) throw new ProductAppeared();\n',
      '',
    ],
    inTest(
      'tests/postgres/newProducts.test.ts',
      'Of two imports that create a product at once, the second leaves alone what it does not name',
      4,
    ),
  ),
  guard(
    'a history row that is restored twice, on PostgreSQL',
    ['adapters/postgres/archive/archive.ts', 'reserved) on conflict do nothing', 'reserved)'],
    inTest('tests/stored/archivedRows.test.ts', 'A history row that is still there is not restored', 1),
  ),
  guard(
    'an entry of the step ledger that is restored twice, on PostgreSQL',
    ['adapters/postgres/archive/archive.ts', ']\n    ) on conflict do nothing', ']\n    )'],
    inTest('tests/stored/archivedRows.test.ts', 'An entry of the step ledger is restored once', 1),
  ),
  guard(
    'the archive removes the history rows that it has written, on PostgreSQL',
    ['adapters/postgres/archive/archive.ts', 's.seq = k.seq', '(s.seq = k.seq or true)'],
    inTest('tests/stored/archivedRows.test.ts', 'Only the rows that were read are removed', 1),
  ),
  guard(
    'the archive keeps the histories of orders that changed meanwhile, on PostgreSQL',
    [
      'adapters/postgres/archive/archive.ts',
      `o.status in (\${statusList(sql, archivableStatuses)}`,
      `(o.status in (\${statusList(sql, archivableStatuses)}) or true`,
    ],
    inTest('tests/stored/archivedRows.test.ts', 'The history of an order that is not finished stays', 1),
  ),
  guard(
    'two commands with one key, on PostgreSQL',
    ['adapters/postgres/commandKeys/once.ts', '\n    on conflict (key, route, caller_id) do nothing', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An order that is placed again under its key is the first one, as it was then',
      5,
    ),
  ),
  guard(
    'one row of the heartbeat, on PostgreSQL',
    ['adapters/postgres/heartbeat.ts', '\n        on conflict (id) do update set at_ms = excluded.at_ms', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A secret keeps its first value when many callers ask at once',
      88,
    ),
  ),
  guard(
    'an event of the provider that comes twice, on PostgreSQL',
    ['adapters/postgres/inbox/inbox.ts', '\n      on conflict (provider, event_id) do nothing', ''],
    inTest('tests/contracts/postgres.test.ts', 'An event without a task is kept once', 91),
  ),
  guard(
    'a case that is acknowledged again, on PostgreSQL',
    [
      'adapters/postgres/ledger/acknowledgements.ts',
      '\n    on conflict (money_check, subject) do update\n    set note = excluded.note, actor_id = excluded.actor_id, actor_email = excluded.actor_email,\n      actor_name = excluded.actor_name, at_ms = excluded.at_ms',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A case is acknowledged once for each key, and a refused command uses up no key',
      98,
    ),
  ),
  guard(
    'the merging of sold units locks the rows, on PostgreSQL',
    ['adapters/postgres/ledger/stock.ts', ' for update skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'The merging of sold units leaves a row that somebody holds',
      4,
    ),
  ),
  guard(
    'the merging of sold units skips rows that somebody merges, on PostgreSQL',
    ['adapters/postgres/ledger/stock.ts', ' skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'The merging of sold units leaves a row that somebody holds',
      8,
    ),
  ),
  guard(
    'a difference of the stock that is found again, on PostgreSQL',
    [
      'adapters/postgres/ledger/stock.ts',
      '\n    on conflict (id) do update set detail = excluded.detail',
      '',
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A product whose units do not add up is a case until it is corrected',
      127,
    ),
  ),
  guard(
    'a mail that is captured twice, on PostgreSQL',
    ['adapters/postgres/mailbox/mailbox.ts', '\n    on conflict (message_id) do nothing', ''],
    inTest('tests/contracts/postgres.test.ts', 'A mail that is sent again is stored once', 8),
  ),
  guard(
    'a search rebuild locks its position, on PostgreSQL',
    ['adapters/postgres/search/rebuild.ts', ' for update skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A search rebuild leaves its position to the process that holds it',
      4,
    ),
  ),
  guard(
    'a search rebuild skips a position that somebody holds, on PostgreSQL',
    ['adapters/postgres/search/rebuild.ts', 'update skip locked', 'update'],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A search rebuild leaves its position to the process that holds it',
      5,
    ),
  ),
  guard(
    'two processes that migrate at once, on PostgreSQL',
    [
      'adapters/postgres/migrate.ts',
      `await tx\`select pg_advisory_xact_lock(\${migrationLock}::bigint)\`;`,
      '',
    ],
    inTest(
      'tests/postgres/migrate.test.ts',
      'Parallel starts migrate an empty PostgreSQL database once, and a later start changes nothing',
      6,
    ),
  ),
  guard(
    'a month is locked before it is emptied, on PostgreSQL',
    [
      'adapters/postgres/partitions/months.ts',
      `await tx\`lock table \${tx(partition)} in access exclusive mode\`;`,
      '',
    ],
    inTest(
      'tests/postgres/emptiedMonths.test.ts',
      'A month to which somebody is writing keeps the row that is written',
      4,
      5,
    ),
  ),
  guard(
    'a search rebuild waits for those who write with an old name, on PostgreSQL',
    ['adapters/postgres/search/rebuild.ts', `await tx\`lock table \${tx(next)} in share mode\`;`, ''],
    inTest(
      'tests/postgres/rebuild.test.ts',
      'An order that is being placed with an old vector is waited for',
      81,
    ),
  ),
  guard(
    'the archive keeps the step ledger of a task that is there, on PostgreSQL',
    ['adapters/postgres/archive/archive.ts', ' and not exists (select from task t where t.id = k.id)', ''],
    inTest('tests/stored/archivedRows.test.ts', 'The step ledger of a task that is still there stays', 1),
  ),
  guard(
    'a secret that another process has stored, on PostgreSQL',
    ['adapters/postgres/store.ts', '.onConflictDoNothing()', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A secret keeps its first value when many callers ask at once',
      1,
    ),
  ),
  guard(
    'a checkout that counts towards a limit is kept, on PostgreSQL',
    ['adapters/postgres/checkout/countedCheckouts.ts', 'and not exists (', 'or exists ('],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A challenge that fails counts as a decline from then on, however long it waited',
      1,
    ),
  ),
  guard(
    'a search rebuild waits for ended orders that somebody holds, on PostgreSQL',
    [
      'adapters/postgres/search/rebuild.ts',
      `exists (
      select from order_ended e join product_snapshot s on s.id = e.snapshot_id
      where e.name_vector <> s.name_vector
    ) as stale`,
      'false as stale',
    ],
    inTest('tests/postgres/rebuild.test.ts', 'An ended order that somebody holds is waited for', 1),
  ),
  guard(
    'the archive keeps the histories of orders that are disputed, on PostgreSQL',
    ['adapters/postgres/archive/archive.ts', 'not o.disputed and ', ''],
    inTest('tests/stored/archivedRows.test.ts', 'The history of an order that is disputed stays', 2),
  ),
  guard(
    'a reconciliation that is finished once, on PostgreSQL',
    ['adapters/postgres/ledger/reconciliations.ts', ' and finished_ms is null', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A reconciliation is requested, finished by its job and then never changes',
      1,
    ),
  ),
];
