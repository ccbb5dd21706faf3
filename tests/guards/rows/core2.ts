import { type Guard, guard, guardOfSeveral, inTest } from '../guard.ts';

export const core2: readonly Guard[] = [
  guard(
    'a finished order is not claimed',
    ['core/judgeClaims.ts', "& nextOrderStatus(status, 'claim') === null", '& false'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A claim of paid or cancelled orders fails and names each with its status',
      44,
    ),
  ),
  guard(
    'a cart is refused that cannot be had whole',
    [
      'core/judgeClaims.ts',
      "err({ kind: 'out_of_stock', orderIds: orderIds.filter((id) => short.has(id)), products }",
      'ok(found',
    ],
    inTest(
      'tests/contracts/memory.test.ts',
      'A claim takes the units of its orders and says so in their histories',
      6,
    ),
  ),
  guard(
    'a key of another refund',
    ['core/judgeRefund.ts', '=== refundFingerprint(command)', '!== null'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A repeated refund request returns the same refund, and another request under its key fails',
      78,
    ),
  ),
  guard(
    'only a paid order is refunded',
    ['core/judgeRefund.ts', "status === 'refunded' || nextOrderStatus(status, 'refund') !== null", 'true'],
    inTest('tests/contracts/memory.test.ts', 'An order that is unpaid or unknown cannot be refunded', 73),
  ),
  guard(
    'only the charge of a released payment is refunded as a late one',
    ['core/judgeRefund.ts', 'if (paymentStatus === null) return null;', ''],
    inTest(
      'tests/contracts/memory.test.ts',
      'A late charge of a declined payment is refunded in full and once',
      73,
    ),
  ),
  guard(
    'the limit of pending orders',
    ['core/limits.ts', '=== 0 || pending < pendingMax', '>= 0'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A customer with too many pending orders can place no other one, until one is paid or cancelled',
      53,
    ),
  ),
  guard(
    'a stock is set only from the value that was seen',
    ['core/productChange.ts', '=== stock', '!== undefined'],
    inTest('tests/core/productChange.test.ts', 'A stock of 5 refuses {', 2),
  ),
  guard(
    'a stock has a limit',
    ['core/productChange.ts', '> stockMax', '> Number.MAX_VALUE'],
    inTest('tests/core/productChange.test.ts', 'A stock over the largest one is refused', 1),
  ),
  guard(
    'only an order whose status allows it becomes refunded',
    ['core/refundOutcome.ts', "nextOrderStatus(order.status, 'refund')", "'refunded'"],
    inTest(
      'tests/core/refundOutcome.test.ts',
      'A second full refund does not change the status and stock of a refunded order',
      5,
    ),
  ),
  guard(
    'only an order whose status allows it fails with its refund',
    ['core/refundOutcome.ts', "nextOrderStatus(order.status, 'fail')", "'failed' as OrderStatus"],
    inTest(
      'tests/core/refundOutcome.test.ts',
      'An order that had failed before does not change, and its paused task fails',
      3,
    ),
  ),
  guard(
    'a customer gives up own checkouts only',
    ['core/usecases/giveUpCheckout.ts', '?.customerId === customerId', ' !== null'],
    inTest('tests/core/giveUpCheckout.test.ts', 'The checkout of another customer is not found', 11),
  ),
  guard(
    'a checkout that is still open is not given up',
    [
      'core/usecases/giveUpCheckout.ts',
      'openPaymentStatuses.includes(checkout.payment.status)',
      'openPaymentStatuses.length === 0',
    ],
    inTest(
      'tests/core/giveUpCheckout.test.ts',
      'A checkout whose payment is being processed cannot be given up, and is unknown until its outcome is',
      7,
    ),
  ),
  guard(
    'the lost claim of another request',
    [
      'core/usecases/lostClaim.ts',
      'fingerprintOf(requestOf(checkout)) === fingerprintOf(command)',
      'checkout !== null',
    ],
    inTest('tests/core/lostClaim.test.ts', 'A key that belongs to another request is refused', 12),
  ),
  guard(
    'a case that does not exist',
    ['core/usecases/refundCase.ts', "err({ kind: 'not_found' } as const)", 'notRefundable'],
    inTest(
      'tests/core/refundCase.test.ts',
      'A case of another check has orders, and an unknown case does not exist',
      5,
    ),
  ),
  guard(
    'only a charge without a payment is refunded as a case',
    ['core/usecases/refundCase.ts', "=== 'charge_unknown'", '!== null'],
    inTest(
      'tests/core/refundCase.test.ts',
      'A charge whose payment was declined is refunded once as a late charge',
      7,
    ),
  ),
  guard(
    'the response that waits for the recorded outcome',
    [
      'core/usecases/checkOut.ts',
      'const recorded = await recordOutcome(claim.value, outcome, requestId',
      "void recordOutcome(claim.value, outcome, requestId);\n    const { buildOutcomeRecord } = await import('../buildOutcomeRecord.ts');\n    const record = buildOutcomeRecord(claim.value, outcome, requestId, world);\n    const recorded = ok({ applied: true, response: record.response }",
    ],
    inTest(
      'tests/core/checkOut.test.ts',
      'A checkout charges once under the id of its payment, and its response is the stored state',
      1,
    ),
  ),
  guard(
    'the credit notes of refunds before their invoice',
    ['core/creditNotes.ts', '!hasCreditNote', 'hasCreditNote'],
    inTest(
      'tests/core/creditNotes.test.ts',
      'Each refund that succeeded has one, by lines and then by age, whoever began it',
      1,
    ),
  ),
  guard(
    'the adoption of a refund only once',
    ['core/adoptRefunds.ts', 'reference, refundId }) => !known.has(reference) &&', 'refundId }) =>'],
    inTest(
      'tests/contracts/memory.test.ts',
      'A refund is adopted once, however often and by however many it is reported',
      4,
    ),
  ),
  guard(
    'what an order has too much of moves when a refund fails',
    ['core/redistributeRefunds.ts', 'left > 0 ? [{ orderId, left }]', 'left < 0 ? [{ orderId, left }]'],
    inTest(
      'tests/contracts/memory.test.ts',
      'What a lost dispute has too much of one order moves to the order whose refund fails',
      3,
    ),
  ),
  guard(
    'only money that has left moves when a refund fails',
    ['core/redistributeRefunds.ts', ' && hasSucceeded(refund)', ''],
    inTest('tests/core/redistributeRefunds.test.ts', 'Nothing moves if what is too much has failed', 1),
  ),
  guard(
    'the idempotency key of a refund request',
    ['core/usecases/requestRefund.ts', '...command, ', '...command, key: ids.refundId, '],
    inTest(
      'tests/api/refunds.test.ts',
      'A retry under the same key gets the same response after the refund has ended',
      5,
    ),
  ),
  guard(
    'the refund that ends once',
    ['core/refundOutcome.ts', 'refund.status', "'requested'"],
    inTest('tests/core/refundOutcome.test.ts', 'A refund that is succeeded is not changed again', 1),
  ),
  guard(
    'the pause of a pipeline by a full refund',
    ['core/judgeRefund.ts', ': isFull', ': false'],
    inTest('tests/contracts/memory.test.ts', 'A task that a refund has paused is left alone', 6),
  ),
  guardOfSeveral(
    'the condition that only late charges are refunded, once',
    [
      ['core/judgeRefund.ts', "nextPaymentStatus(payment.status, 'refund')", "'refunded'"],
      ['core/judgeRefund.ts', 'lateRefundKey(paymentId)', 'refundId'],
      [
        'core/usecases/refundLateCharge.ts',
        "nextPaymentStatus(checkout.payment.status, 'refund') === null",
        'false',
      ],
    ],
    inTest(
      'tests/core/refundLateCharge.test.ts',
      'A late charge of a payment that was declined is refunded completely, and only once',
      1,
    ),
  ),
  guard(
    'the event that is stored before it is acknowledged',
    ['core/usecases/providerEvents.ts', 'received = await', 'received = ok(true); void'],
    inTest(
      'tests/core/providerEvents.test.ts',
      'An event that is received several times is stored once, with one task',
      1,
    ),
  ),
  guard(
    'the open charge of a forgotten key',
    [
      'core/usecases/recoverPayments.ts',
      'await provider.cancelCharge(reference)',
      "{ kind: 'unknown', reason: '' }",
    ],
    inTest('tests/core/forgottenKey.test.ts', 'A charge whose key is forgotten is cancelled by its id', 3),
  ),
  guard(
    'the charge that a bank is still processing',
    [
      'core/usecases/recoverPayments.ts',
      "outcome.kind === 'unavailable' || outcome.kind === 'requires_action'",
      "outcome.kind === 'unavailable' || outcome.kind === 'processing'",
    ],
    inTest('tests/core/forgottenKey.test.ts', 'A charge that the provider is still processing stays open', 1),
  ),
  guard(
    'the spent key',
    ['core/usecases/recoverPayments.ts', 'provider.cancel(request)', "{ kind: 'cancelled' }"],
    inTest(
      'tests/core/recoverPayments.test.ts',
      'Recovery charges within a quarter of an hour after the claim, and later only cancels',
      1,
    ),
  ),
  guard(
    'the key of a request for an invoice',
    ['core/usecases/runStep.ts', 'invoiceRequest.key', 'stepKey(taskId, step)'],
    inTest('tests/core/runStep.test.ts', 'The request for an invoice has the key of its checkout', 1),
  ),
  guard(
    'the tries that a fault of the mail server does not spend',
    [
      'core/usecases/runStep.ts',
      '...outcome, retryAfterMs: null',
      "kind: 'mail_deferred', reason: outcome.reason",
    ],
    inTest('tests/core/runStep.test.ts', 'A mail that its server cannot take counts no attempt', 4),
  ),
  guard(
    'the charge window',
    [
      'core/usecases/recoverPayments.ts',
      'return nowMs - claimedAtMs < chargeWindowMs ? provider.charge(request) : provider.cancel(request);',
      'return provider.charge(request);',
    ],
    inTest(
      'tests/core/recoverPayments.test.ts',
      'Recovery charges within a quarter of an hour after the claim, and later only cancels',
      1,
    ),
  ),
  guard(
    'the charge that is read again after an adoption',
    [
      'core/usecases/followCharge.ts',
      'followed.isErr() || followed.value.adopted === 0',
      'followed.isErr() || followed.value.adopted >= 0',
    ],
    inTest(
      'tests/core/followCharge.test.ts',
      'A refund that fails after the charge was read and before the refund is adopted is failed',
      1,
    ),
  ),
];
