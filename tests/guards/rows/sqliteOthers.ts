import { type Guard, guard, inTest } from '../guard.ts';

export const sqliteOthers: readonly Guard[] = [
  guard(
    'a history row that is restored twice, on SQLite',
    ['adapters/sqlite/archive/archive.ts', "'insert or ignore into order_state", "'insert into order_state"],
    inTest(
      'tests/stored/archive.test.ts',
      'A month goes out and comes back with the same rows and the same checksum',
      209,
    ),
  ),
  guard(
    'an entry of the step ledger that is restored twice, on SQLite',
    ['adapters/sqlite/archive/archive.ts', "'insert or ignore into step_ledger", "'insert into step_ledger"],
    inTest(
      'tests/stored/archive.test.ts',
      'A month goes out and comes back with the same rows and the same checksum',
      199,
    ),
  ),
  guard(
    'the archive removes the history rows that it has written, on SQLite',
    ['adapters/sqlite/archive/archive.ts', 'and seq = ?', 'and (seq = ? or true)'],
    inTest('tests/stored/archivedRows.test.ts', 'Only the rows that were read are removed', 1),
  ),
  guard(
    'the archive keeps the histories of orders that changed meanwhile, on SQLite',
    [
      'adapters/sqlite/archive/archive.ts',
      `exists (\n      select 1 from orders o where o.id = order_id and not o.disputed and o.status in (\${listOf(archivableStatuses)})\n    )`,
      'true',
    ],
    inTest('tests/stored/archivedRows.test.ts', 'The history of an order that is not finished stays', 1),
  ),
  guard(
    'one row of the heartbeat, on SQLite',
    ['adapters/sqlite/heartbeat.ts', ' on conflict (id) do update set at_ms = excluded.at_ms', ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A secret keeps its first value when many callers ask at once',
      21,
    ),
  ),
  guard(
    'an event of the provider that comes twice, on SQLite',
    ['adapters/sqlite/inbox/inbox.ts', ' on conflict (provider, event_id) do nothing', ''],
    inTest('tests/contracts/sqlite.test.ts', 'An event without a task is kept once', 23),
  ),
  guard(
    'a case that is acknowledged again, on SQLite',
    [
      'adapters/sqlite/ledger/acknowledgements.ts',
      '\n     on conflict (money_check, subject) do update set note = excluded.note, actor_id = excluded.actor_id,\n       actor_email = excluded.actor_email, actor_name = excluded.actor_name, at_ms = excluded.at_ms',
      '',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A case is acknowledged once for each key, and a refused command uses up no key',
      22,
    ),
  ),
  guard(
    'a difference of the stock that is found again, on SQLite',
    ['adapters/sqlite/ledger/stock.ts', '\n     on conflict (id) do update set detail = excluded.detail', ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A product whose units do not add up is a case until it is corrected',
      36,
    ),
  ),
  guard(
    'the search row of a product is written again, on SQLite',
    [
      'adapters/sqlite/search/tokens.ts',
      "'insert or replace into product_search",
      "'insert into product_search",
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A draft with a known code replaces the product under its id',
      18,
    ),
  ),
  guard(
    'the search row of an order is written again, on SQLite',
    ['adapters/sqlite/search/tokens.ts', "'insert or replace into order_search", "'insert into order_search"],
    inTest(
      'tests/sqlite/refold.test.ts',
      'Names of an older fold are folded anew in slices, while the shop is open',
      17,
    ),
  ),
  guard(
    'a product that waits for its search row twice, on SQLite',
    ['adapters/sqlite/search/unindexed.ts', ' on conflict do nothing', ''],
    inTest(
      'tests/sqlite/searchSlices.test.ts',
      'Products that a killed process has left to the search can be written again',
      2,
    ),
  ),
  guard(
    'the idempotency key of a refund at the provider',
    ['adapters/stripe/refunds.ts', 'idempotencyKey: request.refundId', ''],
    inTest('tests/provider/stripe.test.ts', 'A refund is searched first, and then requested under its id', 1),
  ),
  guard(
    'the cancellation of an abandoned challenge',
    [
      'adapters/stripe/charges.ts',
      "intent === null ? unknown('the payment could not be read') : cancelIntent(stripe, call, intent)",
      "{ kind: 'cancelled' }",
    ],
    inTest(
      'tests/provider/stripe.test.ts',
      'A cancel has an unknown outcome if the charge before it is not cancelled',
      1,
    ),
  ),
  guard(
    'the cancellation after a failed challenge',
    [
      'adapters/stripe/charges.ts',
      '? cancelIntent(stripe, call, intent)',
      "? { kind: 'declined', declineCode: 'failed' }",
    ],
    inTest(
      'tests/provider/stripe.test.ts',
      'A charge whose challenge failed is declined only after it is cancelled',
      1,
    ),
  ),
  guard(
    'the archive keeps the step ledger of a task that is there, on SQLite',
    [
      'adapters/sqlite/archive/archive.ts',
      '\n      and not exists (select 1 from task t where t.id = task_id)',
      '',
    ],
    inTest('tests/stored/archivedRows.test.ts', 'The step ledger of a task that is still there stays', 1),
  ),
  guard(
    'a mail that is captured twice, on SQLite',
    ['adapters/sqlite/mailbox/mailbox.ts', '\n    .onConflictDoNothing({ target: messageId })', ''],
    inTest('tests/contracts/sqlite.test.ts', 'A mail that is sent again is stored once', 1),
  ),
  guard(
    'a checkout that counts towards a limit is kept, on SQLite',
    [
      'adapters/sqlite/checkout/countedCheckouts.ts',
      'created_ms < ? and not exists (',
      'created_ms < ? or exists (',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A challenge that fails counts as a decline from then on, however long it waited',
      1,
    ),
  ),
  guard(
    'a secret that another process has stored, on SQLite',
    ['adapters/sqlite/store.ts', '.onConflictDoNothing()', ''],
    inTest(
      'tests/processes/sqliteFile.test.ts',
      'Four processes open and migrate a new file at the same time',
      3,
      5,
    ),
  ),
  guard(
    'the archive keeps the histories of orders that are disputed, on SQLite',
    ['adapters/sqlite/archive/archive.ts', 'not o.disputed and ', ''],
    inTest('tests/stored/archivedRows.test.ts', 'The history of an order that is disputed stays', 2),
  ),
  guard(
    'a reconciliation that is finished once, on SQLite',
    [
      'adapters/sqlite/ledger/reconciliations.ts',
      'and(eq(reconciliation.id, id), isNull(reconciliation.finishedAtMs))',
      'eq(reconciliation.id, id)',
    ],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A reconciliation is requested, finished by its job and then never changes',
      1,
    ),
  ),
  guard(
    'an operator who holds another step holds no probe, on SQLite',
    ['adapters/sqlite/queue/pauses.ts', ' and (o.step is null or o.step = p.step)', ''],
    inTest(
      'tests/contracts/sqlite.test.ts',
      'A probe is sent while an operator holds another step of the pipeline',
      1,
    ),
  ),
];
