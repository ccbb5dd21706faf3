import { faultPresets, type Guard } from './guard.ts';

/** The guards of refunds, webhooks and challenges. */
export const moneyGuards: readonly Guard[] = [
  {
    name: 'the lock on the order of a refund',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/orders/lock.ts',
        find: `from orders o where o.id = \${orderId} for update`,
        replace: `from orders o where o.id = \${orderId}`,
      },
    ],
    faults: faultPresets.none,
    // Two refunds then insert the same `seq` of the history, which violates the primary key.
    expectedRules: ['over_refunded', 'unexpected_response'],
  },
  {
    name: 'the credit notes of refunds before their invoice',
    database: 'postgres',
    replacements: [
      {
        file: 'core/creditNotes.ts',
        find: '!hasCreditNote &&',
        replace: 'hasCreditNote &&',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['credit_note_missing', 'invoice_balance_wrong'],
  },
  {
    name: 'the sum of earlier refunds',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/judgeRefund.ts',
        find: 'const left = Math.min(total.amount - refunded, chargeLeft ?? 0);',
        replace: 'const left = total.amount;',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['over_refunded'],
  },
  {
    name: 'the adoption of a refund only once',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/adoptRefunds.ts',
        find: '.filter(({ reference, refundId }) => !known.has(reference) &&',
        replace: '.filter(({ refundId }) =>',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['over_refunded', 'refund_not_recorded'],
  },
  {
    name: 'the idempotency key of a refund request',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/requestRefund.ts',
        find: 'refunds.request({ ...ids, ...command, traceparent',
        replace: 'refunds.request({ ...ids, ...command, key: ids.refundId, traceparent',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['refund_lost'],
  },
  {
    name: 'the idempotency key of a refund at the provider',
    database: 'sqlite',
    replacements: [
      {
        file: 'adapters/stripe/refunds.ts',
        find: 'idempotencyKey: request.refundId',
        replace: '',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['refund_twice'],
  },
  {
    name: 'the stable id of a refund at the provider',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/runJob.ts',
        find: 'provider.refund({ refundId: refund.id,',
        replace: 'provider.refund({ refundId: world.ids.next(nowMs()),',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['refund_unknown'],
  },
  {
    name: 'the refund that ends once',
    database: 'postgres',
    replacements: [
      {
        file: 'core/refundOutcome.ts',
        find: 'nextRefundStatus(refund.status, ',
        replace: "nextRefundStatus('requested', ",
      },
    ],
    faults: faultPresets.freezes,
    expectedRules: ['refund_not_in_history', 'credit_note_gap', 'stock_wrong'],
  },
  {
    name: 'the pause of a pipeline by a full refund',
    database: 'postgres',
    replacements: [
      {
        file: 'core/judgeRefund.ts',
        find: "task: isFull ? { kind: 'pause'",
        replace: "task: false ? { kind: 'pause'",
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['step_after_refund'],
  },
  {
    name: 'the condition that only late charges are refunded, once',
    database: 'postgres',
    replacements: [
      {
        file: 'core/judgeRefund.ts',
        find: "nextPaymentStatus(payment.status, 'refund')",
        replace: "'refunded'",
      },
      {
        file: 'core/judgeRefund.ts',
        find: 'key: lateRefundKey(paymentId)',
        replace: 'key: refundId',
      },
      {
        file: 'core/usecases/refundLateCharge.ts',
        find: "nextPaymentStatus(checkout.payment.status, 'refund') === null",
        replace: 'false',
      },
    ],
    faults: faultPresets.none,
    // When two processes record the same success, the second one then refunds the payment as a late charge. Its
    // orders are fulfilled, but their payment is no longer `succeeded`.
    expectedRules: ['never_paid', 'confirmation_lost', 'late_charge_not_refunded', 'late_refund_not_owed'],
  },
  {
    name: 'the refund of a late charge',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/providerEvents.ts',
        find: 'return succeeded ? (await refundLateCharge(paymentId, reference)).map(() => true) : ok(true);',
        replace: 'return ok(true);',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['charge_not_recorded'],
  },
  {
    name: 'the event that is stored once',
    database: 'sqlite',
    replacements: [
      {
        file: 'sql/sqlite/011_inbox.sql',
        find: 'unique (provider, event_id)',
        replace: 'unique (provider, event_id, id)',
      },
      {
        file: 'adapters/sqlite/inbox/inbox.ts',
        find: 'on conflict (provider, event_id) do nothing',
        replace: '',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['event_twice'],
  },
  {
    name: 'the event that is stored before it is acknowledged',
    database: 'postgres',
    replacements: [
      {
        file: 'core/usecases/providerEvents.ts',
        find: 'const received = await receive({',
        replace: 'const received = ok(true); void receive({',
      },
    ],
    faults: faultPresets.crashes,
    expectedRules: ['event_lost'],
  },
  {
    name: 'the cancellation of an abandoned challenge',
    database: 'sqlite',
    replacements: [
      {
        file: 'adapters/stripe/charges.ts',
        find: "return intent === null ? unknown('the payment could not be read') : cancelIntent(stripe, call, intent);",
        replace: "return { kind: 'cancelled' };",
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['charge_left_open', 'confirmation_lost'],
  },
  {
    name: 'the cancellation after a failed challenge',
    database: 'sqlite',
    replacements: [
      {
        file: 'adapters/stripe/charges.ts',
        find: 'outcomeOf(intent) ?? cancelIntent(stripe, call, intent);',
        replace: "outcomeOf(intent) ?? { kind: 'declined', declineCode: 'failed' };",
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['confirmation_lost'],
  },
  {
    name: 'the spent key',
    database: 'postgres',
    replacements: [
      {
        file: 'core/usecases/recoverPayments.ts',
        find: 'provider.cancel(request)',
        replace: "{ kind: 'cancelled' }",
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['charge_not_recorded', 'charge_left_open', 'confirmation_lost'],
  },
];
