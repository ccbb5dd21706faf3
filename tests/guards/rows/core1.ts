import { type Guard, guard, inTest } from '../guard.ts';

export const core1: readonly Guard[] = [
  guard(
    'an assignment has a refund and an order',
    [
      'core/adoptRefunds.ts',
      'stored === null || order === null',
      'false && (stored === null || order === null)',
    ],
    inTest(
      'tests/contracts/memory.test.ts',
      'An assignment to an order that it cannot belong to is refused',
      19,
    ),
  ),
  guard(
    'an assignment is to an order of the charge',
    [
      'core/adoptRefunds.ts',
      'part === null || checkoutId !== part.refund.paymentId || !wasPaid',
      'false && (part === null || checkoutId !== part.refund.paymentId || !wasPaid)',
    ],
    inTest(
      'tests/contracts/memory.test.ts',
      'An assignment to an order that it cannot belong to is refused',
      19,
    ),
  ),
  guard(
    'an assignment is to an order with money left',
    ['core/adoptRefunds.ts', '(left <= 0', '(false && (left <= 0)'],
    inTest(
      'tests/contracts/memory.test.ts',
      'An assignment to an order that it cannot belong to is refused',
      20,
    ),
  ),
  guard(
    'a cart has orders of its customer only',
    ['core/judgeClaims.ts', 'missing.length > 0', 'false && (missing.length > 0)'],
    inTest(
      'tests/contracts/memory.test.ts',
      'Unknown orders and orders of other customers fail in the same way',
      19,
    ),
  ),
  guard(
    'a cart has no finished order',
    ['core/judgeClaims.ts', 'finished.length > 0', 'false && (finished.length > 0)'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A claim of paid or cancelled orders fails and names each with its status',
      17,
    ),
  ),
  guard(
    'a cart has no order in another checkout',
    ['core/judgeClaims.ts', 'notPending.length > 0', 'false && (notPending.length > 0)'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A claim fails as a whole when one of its orders is being paid',
      17,
    ),
  ),
  guard(
    'a refund has an order',
    ['core/judgeRefund.ts', 'order === null', 'false && (order === null)'],
    inTest('tests/contracts/memory.test.ts', 'An order that is unpaid or unknown cannot be refunded', 31),
  ),
  guard(
    'a refund is of a paid order',
    ['core/judgeRefund.ts', '!wasPaid || checkoutId === null', 'false && (!wasPaid || checkoutId === null)'],
    inTest('tests/contracts/memory.test.ts', 'An order that is unpaid or unknown cannot be refunded', 29),
  ),
  guard(
    'a refund has the currency of its order',
    [
      'core/judgeRefund.ts',
      '(command.amount?.currency ?? total.currency) !== total.currency',
      'false && ((command.amount?.currency ?? total.currency) !== total.currency)',
    ],
    inTest(
      'tests/contracts/memory.test.ts',
      'Refunds never exceed what was paid, counting refunds that are still open',
      22,
    ),
  ),
  guard(
    'a refund is not more than what is left',
    ['core/judgeRefund.ts', 'amount > left || amount <= 0', 'false && (amount > left || amount <= 0)'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A checkout with nothing to pay is paid without a charge, and there is nothing to refund',
      14,
    ),
  ),
  guard(
    'the limit of declines',
    ['core/limits.ts', 'lastToExpire !== undefined', 'false && (lastToExpire !== undefined)'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A customer with too many declines can begin no checkout until enough of them are ten minutes old',
      12,
    ),
  ),
  guard(
    'the limit of challenges',
    [
      'core/limits.ts',
      'challengesMax > 0 && challenges >= challengesMax',
      'false && (challengesMax > 0 && challenges >= challengesMax)',
    ],
    inTest(
      'tests/contracts/memory.test.ts',
      'A customer with too many waiting checkouts can begin no other one, until one of them ends',
      13,
    ),
  ),
  guard(
    'a sum has one currency',
    [
      'core/money.ts',
      'amounts.some(({ currency }) => currency !== first.currency',
      'false && (amounts.some(({ currency }) => currency !== first.currency)',
    ],
    inTest('tests/core/money.test.ts', 'Amounts in two currencies are not added', 1),
  ),
  guard(
    'a quantity is changed by its customer',
    [
      'core/orderChange.ts',
      'order?.customerId !== customerId',
      'false && (order?.customerId !== customerId)',
    ],
    inTest('tests/core/orderChange.test.ts', 'A missing order looks as another customer’s does', 1),
  ),
  guard(
    'the quantity of an expired order stays',
    ['core/orderChange.ts', 'isExpired(order, nowMs', 'false && (isExpired(order, nowMs)'],
    inTest('tests/core/orderChange.test.ts', 'An order that has expired counts as cancelled', 1),
  ),
  guard(
    'an order has a highest amount',
    ['core/orderChange.ts', 'total.amount > orderAmountMax', 'false && (total.amount > orderAmountMax)'],
    inTest('tests/core/orderChange.test.ts', 'A total that is too large is refused', 1),
  ),
  guard(
    'a stock does not fall below zero',
    [
      'core/productChange.ts',
      'stock === null || stock + change.add < 0',
      'false && (stock === null || stock + change.add < 0)',
    ],
    inTest('tests/core/productChange.test.ts', 'A stock of 5 refuses {', 1),
  ),
  guard(
    'a new product has a stock',
    ['core/productChange.ts', 'codes.length > 0', 'false && (codes.length > 0)'],
    inTest(
      'tests/core/productChange.test.ts',
      'A new product needs a stock and has no picture by default',
      1,
    ),
  ),
  guard(
    'only some steps are skipped',
    ['core/skip.ts', 'refused.length > 0', 'false && (refused.length > 0)'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A step of our own database is never left out, and then no named task is',
      15,
    ),
  ),
  guard(
    'a claim that is lost is not claimed again',
    ['core/usecases/claimAlone.ts', 'error.rowsHeld !== true', 'false && (error.rowsHeld !== true)'],
    inTest(
      'tests/core/claimAlone.test.ts',
      'It is not claimed again when its reply is lost, because it may stand',
      1,
    ),
  ),
  guard(
    'a checkout is given up while its provider knows its key',
    [
      'core/usecases/giveUpCheckout.ts',
      'nowMs - claimedAtMs >= keyMemoryMs',
      'false && (nowMs - claimedAtMs >= keyMemoryMs)',
    ],
    inTest(
      'tests/core/giveUpCheckout.test.ts',
      'A checkout whose key the provider may have forgotten is not cancelled under it',
      4,
    ),
  ),
  guard(
    'a checkout is given up only if its provider says so',
    ['core/usecases/giveUpCheckout.ts', 'reason !== null', 'false && (reason !== null)'],
    inTest(
      'tests/core/giveUpCheckout.test.ts',
      'A checkout whose provider does not call it off stays as it is, and can be given up again: {',
      3,
    ),
  ),
  guard(
    'only a challenged checkout is given up',
    [
      'core/usecases/giveUpCheckout.ts',
      'payment.status !== paymentStatusAfter.challenge',
      'false && (payment.status !== paymentStatusAfter.challenge)',
    ],
    inTest(
      'tests/core/giveUpCheckout.test.ts',
      'A checkout whose payment is being processed cannot be given up, and is unknown until its outcome is',
      2,
    ),
  ),
  guard(
    'a lost claim that cannot be found may stand',
    [
      'core/usecases/lostClaim.ts',
      'found === null || found.isErr(',
      'false && (found === null || found.isErr()',
    ],
    inTest('tests/core/lostClaim.test.ts', 'A claim that cannot be looked up may stand', 3),
  ),
  guard(
    'a refund of a case has a case',
    ['core/usecases/refundCase.ts', 'difference.value === null', 'false && (difference.value === null)'],
    inTest(
      'tests/core/refundCase.test.ts',
      'A case of another check has orders, and an unknown case does not exist',
      3,
    ),
  ),
  guard(
    'only a paid order gets a refund that the provider made',
    ['core/adoptRefunds.ts', "status === 'refunded' || nextOrderStatus(status, 'refund') !== null", 'true'],
    inTest('tests/core/adoptRefunds.test.ts', 'An order of the charge that was cancelled gets none', 1),
  ),
  guard(
    'a key of another command',
    ['core/commandKey.ts', '=== fingerprint', '!== null'],
    inTest('tests/contracts/memory.test.ts', 'A key belongs to one command of one caller and one route', 50),
  ),
];
