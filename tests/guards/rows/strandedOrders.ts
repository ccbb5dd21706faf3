import { type Guard, guard, inTest } from '../guard.ts';

const coreTest = 'tests/core/strandedOrder.test.ts';

const tests = {
  finish: 'A refund of all that was left fails the task that it paused if another refund has failed before',
  fail: 'A refund that fails frees another order of its charge whose own refunds have all ended',
  adopt: 'A lost dispute that takes the rest of a refunded order cancels no sale, and the paused task fails',
  assign: 'The assignment of a lost dispute to a refunded order fails its paused task',
};

export const strandedOrders: readonly Guard[] = [
  guard(
    'a pause stays while a refund of its order is open',
    [
      'core/strandedOrder.ts',
      'if (own.some(({ status }) => openRefundStatuses.includes(status))) return null;',
      '',
    ],
    inTest(coreTest, 'The task stays paused while a refund of its order is open', 1),
  ),
  guard(
    'a pause stays while a refund without an order may hold the rest',
    [
      'core/strandedOrder.ts',
      'if (isUnassigned && isChargeGone && sumOf(own) < order.total.amount) return null;',
      '',
    ],
    inTest(coreTest, 'The task stays paused while a refund without an order may hold the rest', 1),
  ),
  guard(
    'a pause ends without a refund that may hold the rest',
    ['core/strandedOrder.ts', 'isUnassigned && isChargeGone', 'isChargeGone'],
    inTest(coreTest, 'A failed refund without an order holds no pause', 1),
  ),
  guard(
    'a pause ends if part of the charge stays paid',
    ['core/strandedOrder.ts', 'isUnassigned && isChargeGone', 'isUnassigned'],
    inTest(coreTest, 'A refund without an order holds no pause if part of the charge stays paid', 1),
  ),
  guard(
    'a pause ends if nothing of its order stays paid',
    ['core/strandedOrder.ts', ' && sumOf(own) < order.total.amount', ''],
    inTest(coreTest, 'A refund without an order holds no pause of an order of which nothing stays paid', 1),
  ),
  guard(
    'an order whose pause ends fails only if its status allows it',
    ['core/strandedOrder.ts', "nextOrderStatus(order.status, 'fail')", "'failed' as const"],
    inTest(coreTest, 'The task of a completed or failed order fails, and the order stays as it is', 1),
  ),
  guard(
    'a refund that succeeds ends a pause that nothing else ends, on PostgreSQL',
    [
      'adapters/postgres/refunds/finish.ts',
      'if (!(await endStranded(tx, world, left, nowMs))) return stale;',
      '',
    ],
    inTest('tests/contracts/postgres.test.ts', tests.finish, 4),
  ),
  guard(
    'a refund that fails ends the pauses that nothing else ends, on PostgreSQL',
    [
      'adapters/postgres/refunds/fail.ts',
      'written && (await endStranded(tx, world, locked, nowMs))',
      'written',
    ],
    inTest('tests/contracts/postgres.test.ts', tests.fail, 4),
  ),
  guard(
    'an adoption ends the pauses that nothing else ends, on PostgreSQL',
    [
      'adapters/postgres/refunds/adopt.ts',
      'written && (await endStranded(tx, world, locked, nowMs))',
      'written',
    ],
    inTest('tests/contracts/postgres.test.ts', tests.adopt, 4),
  ),
  guard(
    'an assignment ends a pause that nothing else ends, on PostgreSQL',
    [
      'adapters/postgres/refunds/adopt.ts',
      'if (locked !== undefined && !(await endStranded(tx, world, [locked], nowMs))) return stale;',
      '',
    ],
    inTest('tests/contracts/postgres.test.ts', tests.assign, 4),
  ),
  guard(
    'a refund that succeeds ends a pause that nothing else ends, on SQLite',
    [
      'adapters/sqlite/refunds/adopt.ts',
      'if (isFinished) endStranded(rows[0]?.paymentId ?? null, nowMs);',
      '',
    ],
    inTest('tests/contracts/sqlite.test.ts', tests.finish, 2),
  ),
  guard(
    'a refund that fails ends the pauses that nothing else ends, on SQLite',
    ['adapters/sqlite/refunds/adopt.ts', 'endStranded(paymentId, nowMs);\n    }', '}'],
    inTest('tests/contracts/sqlite.test.ts', tests.fail, 2),
  ),
  guard(
    'an adoption ends the pauses that nothing else ends, on SQLite',
    ['adapters/sqlite/refunds/adopt.ts', 'endStranded(paymentId, nowMs);\n      return', 'return'],
    inTest('tests/contracts/sqlite.test.ts', tests.adopt, 2),
  ),
  guard(
    'an assignment ends a pause that nothing else ends, on SQLite',
    ['adapters/sqlite/refunds/adopt.ts', 'endStranded(row?.paymentId ?? null, nowMs);', ''],
    inTest('tests/contracts/sqlite.test.ts', tests.assign, 2),
  ),
];
