import { type Guard, only } from './guard.ts';

/** Those of refunds, webhooks and challenges. */
export const moneyGuards: readonly Guard[] = [
  {
    name: 'the lock on the order of a refund',
    database: 'postgres',
    places: [
      {
        file: 'adapters/postgres/orders/lock.ts',
        find: `from orders o where o.id = \${orderId} for update`,
        replace: `from orders o where o.id = \${orderId}`,
      },
    ],
    dangers: only.none,
    // Two then write the same number of the order's history, which the table refuses.
    seenAs: ['over_refunded', 'unexpected_answer'],
  },
  {
    name: 'the sum of what was given back before',
    database: 'sqlite',
    places: [
      {
        file: 'core/refundRequest.ts',
        find: 'const left = total.amount - refunded;',
        replace: 'const left = total.amount;',
      },
    ],
    dangers: only.none,
    seenAs: ['over_refunded'],
  },
  {
    name: 'the key that a refund is asked for under',
    database: 'sqlite',
    places: [
      {
        file: 'core/usecases/requestRefund.ts',
        find: 'refunds.request({ ...ids, ...command }, nowMs)',
        replace: 'refunds.request({ ...ids, ...command, key: ids.refundId }, nowMs)',
      },
    ],
    dangers: only.none,
    seenAs: ['refund_lost'],
  },
  {
    name: 'the key that money is given back under',
    database: 'sqlite',
    places: [
      {
        file: 'adapters/stripe/refunds.ts',
        find: 'idempotencyKey: request.refundId',
        replace: '',
      },
    ],
    dangers: only.none,
    seenAs: ['refund_twice'],
  },
  {
    name: 'the id that a refund keeps at the provider',
    database: 'sqlite',
    places: [
      {
        file: 'core/usecases/runJob.ts',
        find: 'provider.refund({ refundId: refund.id,',
        replace: 'provider.refund({ refundId: world.ids.next(nowMs()),',
      },
    ],
    dangers: only.none,
    seenAs: ['refund_unknown'],
  },
  {
    name: 'the refund that is settled once',
    database: 'postgres',
    places: [
      {
        file: 'core/refundOutcome.ts',
        find: 'nextRefundStatus(refund.status, ',
        replace: "nextRefundStatus('requested', ",
      },
    ],
    dangers: only.freezes,
    seenAs: ['refund_untold', 'credit_note_gap', 'stock_leaks'],
  },
  {
    name: 'the stop of a pipeline by a whole refund',
    database: 'postgres',
    places: [
      {
        file: 'core/refundRequest.ts',
        find: "task: whole ? { kind: 'pause'",
        replace: "task: false ? { kind: 'pause'",
      },
    ],
    dangers: only.none,
    seenAs: ['step_after_refund'],
  },
  {
    name: 'what sends late money back once',
    database: 'postgres',
    places: [
      {
        file: 'core/refundRequest.ts',
        find: "nextPaymentStatus(payment.status, 'return')",
        replace: "'returned'",
      },
      {
        file: 'core/refundRequest.ts',
        find: 'key: lateKey(paymentId)',
        replace: 'key: refundId',
      },
      {
        file: 'core/usecases/refundLateCharge.ts',
        find: "nextPaymentStatus(checkout.payment.status, 'return') === null",
        replace: 'false',
      },
    ],
    dangers: only.none,
    seenAs: ['late_not_returned', 'return_unowed'],
  },
  {
    name: 'the look at a payment that was given up',
    database: 'sqlite',
    places: [
      {
        file: 'core/usecases/providerEvents.ts',
        find: 'return succeeded ? (await returnLate(paymentId, reference)).map(() => true) : ok(true);',
        replace: 'return ok(true);',
      },
    ],
    dangers: only.none,
    seenAs: ['charge_unbooked'],
  },
  {
    name: 'the event that is kept once',
    database: 'sqlite',
    places: [
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
    dangers: only.none,
    seenAs: ['event_twice'],
  },
  {
    name: 'the event that is stored before it is acknowledged',
    database: 'postgres',
    places: [
      {
        file: 'core/usecases/providerEvents.ts',
        find: 'const received = await receive({',
        replace: 'const received = ok(true); void receive({',
      },
    ],
    dangers: only.crashes,
    seenAs: ['event_lost'],
  },
  {
    name: 'the abandoned challenge that is called off',
    database: 'sqlite',
    places: [
      {
        file: 'adapters/stripe/charges.ts',
        find: "return intent === null ? unknown('what became of it was not said') : cancelIntent(stripe, call, intent);",
        replace: "return { kind: 'cancelled' };",
      },
    ],
    dangers: only.none,
    seenAs: ['charge_left_open', 'confirmation_lost'],
  },
  {
    name: 'the failed challenge that is called off',
    database: 'sqlite',
    places: [
      {
        file: 'adapters/stripe/charges.ts',
        find: 'outcomeOf(intent) ?? cancelIntent(stripe, call, intent);',
        replace: "outcomeOf(intent) ?? { kind: 'declined', declineCode: 'failed' };",
      },
    ],
    dangers: only.none,
    seenAs: ['confirmation_lost'],
  },
  {
    name: 'the key that is burnt',
    database: 'postgres',
    places: [
      {
        file: 'core/usecases/recoverPayments.ts',
        find: 'provider.cancel(request)',
        replace: "{ kind: 'cancelled' }",
      },
    ],
    dangers: only.none,
    seenAs: ['charge_unbooked', 'charge_left_open', 'confirmation_lost'],
  },
];
