import { type Guard, guard, inTest } from '../guard.ts';

export const secondCharges: readonly Guard[] = [
  guard(
    'a second charge of a payment is found on another day than the first',
    [
      'core/usecases/reconcileLedger.ts',
      'seen.has(own.id) || isSecondCharge(entry, own)',
      'seen.has(own.id)',
    ],
    inTest(
      'tests/core/reconcileLedger.test.ts',
      'Of two charges of a payment the one that is not its own is the difference',
      1,
    ),
  ),
  guard(
    'the refund of a second charge is no refund of the orders, if its event comes',
    ['core/usecases/followCharge.ts', '!isChargeOf(payment, reference)', 'false'],
    inTest(
      'tests/core/followCharge.test.ts',
      'What is done to a second charge of a payment changes no order',
      1,
    ),
  ),
  guard(
    'the refund of a second charge is no refund of the orders, if a reconciliation finds it',
    ['core/usecases/adoptMissedRefunds.ts', '.filter((entry) => isChargeOf(payment, entry.reference))', ''],
    inTest(
      'tests/core/followCharge.test.ts',
      'What is done to a second charge of a payment changes no order',
      1,
    ),
  ),
  guard(
    'a charge that paid for orders is not given back as a case',
    ['core/usecases/refundCase.ts', 'if (isSecond.value) return', 'if (true) return'],
    inTest(
      'tests/core/refundCase.test.ts',
      'A second charge of a payment is refunded once, and the one that paid for the order stays',
      1,
    ),
  ),
];
