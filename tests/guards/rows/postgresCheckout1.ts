import { type Guard, guard, inTest, stepped } from '../guard.ts';

export const postgresCheckout1: readonly Guard[] = [
  guard(
    'a claim writes only orders that are as it read them, on PostgreSQL',
    ['adapters/postgres/checkout/claim.ts', ' and o.seq = r.seq', ''],
    stepped('pending orders: claim [a, b] × change the quantity of a', 1),
  ),
  guard(
    'a claim locks its orders, on PostgreSQL',
    ['adapters/postgres/checkout/claim.ts', `r.order_id for update \${ifHeld}`, 'r.order_id'],
    stepped('pending orders: claim alone × claim [b, a] alone × change the quantity of b', 1),
  ),
  guard(
    'a claim locks the stock that it takes from, on PostgreSQL',
    ['adapters/postgres/checkout/claim.ts', ' for no key update', ''],
    stepped('pending orders: claim [a, b] × add to the stock', 1),
  ),
  guard(
    'an outcome locks its payment, on PostgreSQL',
    ['adapters/postgres/checkout/recordOutcomes.ts', 's.id for update', 's.id'],
    stepped('an open payment: record a success × record a decline × recover this payment', 3),
  ),
  guard(
    'a release counts only for the newest attempt, on PostgreSQL',
    [
      'adapters/postgres/checkout/recordOutcomes.ts',
      'and (s.attempt is null or s.old_attempt = s.attempt)',
      '',
    ],
    stepped('a payment in recovery: record the first attempt as released × claim b', 1),
  ),
  guard(
    'a release locks the stock that it gives back to, on PostgreSQL',
    ['adapters/postgres/checkout/releasedOrders.ts', ' for no key update', ''],
    stepped('an open payment: record a decline × add to the stock', 3),
  ),
  guard(
    'a recovery skips payments that another one has locked, on PostgreSQL',
    ['adapters/postgres/checkout/claimOpenPayments.ts', '\n          for update skip locked', ''],
    stepped('an open payment: recover what is due × recover what is due', 1),
  ),
  guard(
    'a recovery of one payment locks it, on PostgreSQL',
    ['adapters/postgres/checkout/claimOpenPayments.ts', `\n          for update\``, `\``],
    stepped('an open payment: record a success × recover this payment', 2),
  ),
  guard(
    'an expiry locks the orders that it cancels, on PostgreSQL',
    ['adapters/postgres/orders/cancelExpired.ts', 'id for update', 'id'],
    stepped('pending orders: claim [b, a] alone × cancel what has expired × keep the quantity of b', 10),
  ),
  guard(
    'an order that is changed is locked, on PostgreSQL',
    ['adapters/postgres/orders/lock.ts', 'orderId} for update', 'orderId}'],
    stepped('pending orders: change the quantity of a × change the quantity of a', 1),
  ),
  guard(
    'a refund locks the task of its order, on PostgreSQL',
    ['adapters/postgres/orders/lock.ts', ')} for update', ')}'],
    stepped('a leased task: refund a × report that it is done', 1),
  ),
  guard(
    'a task that has appeared is locked before its order, on PostgreSQL',
    [
      'adapters/postgres/orders/lock.ts',
      'if (appeared !== undefined && appeared.id !== task?.id) return stale;',
      '',
    ],
    stepped('an open payment: record a success × correct the address', 3),
  ),
  guard(
    'the look-up of a lost claim waits for a claim that still runs, on PostgreSQL',
    ['adapters/postgres/checkout/audits.ts', ' for key share', ''],
    inTest(
      'tests/postgres/lostClaims.test.ts',
      'A look-up waits for a claim that is still being written',
      121,
    ),
  ),
  guard(
    'a batch of claims skips rows that somebody holds, on PostgreSQL',
    ['adapters/postgres/checkout/claim.ts', 'skip locked', ''],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A claim of carts leaves one whose order somebody holds, and takes the others',
      4,
    ),
  ),
  guard(
    'a claim locks the payments that it retries, on PostgreSQL',
    ['adapters/postgres/checkout/claim.ts', `r.id for update \${ifHeld}`, 'r.id'],
    inTest(
      'tests/postgres/skippedRows.test.ts',
      'A claim of carts leaves one whose payment somebody holds, and takes the others',
      4,
    ),
  ),
  guard(
    'two checkouts with one key, on PostgreSQL',
    ['adapters/postgres/checkout/claim.ts', '\n      on conflict (key, customer_id) do nothing', ''],
    inTest(
      'tests/contracts/postgres.test.ts',
      'One key that is sent at once with different orders is claimed for one of them',
      46,
    ),
  ),
  guard(
    'a recovery claims open payments only, on PostgreSQL',
    [
      'adapters/postgres/checkout/claimOpenPayments.ts',
      `where status in (\${statusList(tx, openPaymentStatuses)}`,
      `where (status in (\${statusList(tx, openPaymentStatuses)}) or true`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'Only payments without a final outcome are claimed for recovery',
      67,
    ),
  ),
  guard(
    'a recovery waits until a payment is due, on PostgreSQL',
    [
      'adapters/postgres/checkout/claimOpenPayments.ts',
      `and recover_ms <= \${nowMs}`,
      `and (recover_ms <= \${nowMs} or true)`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'A due open payment is claimed with all its fields and is due again at the given time',
      47,
    ),
  ),
  guard(
    'a recovery of one payment leaves one that is final, on PostgreSQL',
    [
      'adapters/postgres/checkout/claimOpenPayments.ts',
      `and status in (\${statusList(tx, openPaymentStatuses)}`,
      `and (status in (\${statusList(tx, openPaymentStatuses)}) or true`,
    ],
    inTest(
      'tests/contracts/postgres.test.ts',
      'An open payment can be claimed by its id before it is due, unless its checkout is still running',
      23,
    ),
  ),
];
