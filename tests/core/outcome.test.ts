import { describe, expect, test } from 'bun:test';
import { nextOrderStatus, orderStatusAfter, orderStatuses } from '../../core/order.ts';
import { type OutcomeChanges, outcomeChanges, type RecordedOutcome } from '../../core/outcome.ts';
import {
  nextPaymentStatus,
  openPaymentStatuses,
  paymentStatuses,
  paymentTransitions,
} from '../../core/payment.ts';

type Kind = RecordedOutcome['kind'];

const action = { clientSecret: 'secret', redirectUrl: null };

/** Has every kind, so that a new kind does not compile before it is tested. */
const outcomes: { readonly [K in Kind]: Extract<RecordedOutcome, { kind: K }> } = {
  succeeded: { kind: 'succeeded', reference: 'ch_1' },
  declined: { kind: 'declined', declineCode: 'lost_card' },
  requires_action: { kind: 'requires_action', reference: 'ch_1', action },
  processing: { kind: 'processing', reference: 'ch_1' },
  cancelled: { kind: 'cancelled' },
  released: { kind: 'released' },
  unknown: { kind: 'unknown', reason: 'timed out' },
};
const all = Object.values(outcomes).map((outcome) => [outcome.kind, outcome] as const);

const unchanged = {
  reference: null,
  declineCode: null,
  action: null,
  keepsAction: false,
  historyDetail: null,
  createsTasks: false,
  newestAttemptOnly: false,
} as const;

const expected: Readonly<Record<Kind, OutcomeChanges>> = {
  succeeded: { ...unchanged, payment: 'succeed', order: 'pay', reference: 'ch_1', createsTasks: true },
  declined: {
    ...unchanged,
    payment: 'decline',
    order: 'release',
    declineCode: 'lost_card',
    historyDetail: 'declined: lost_card',
  },
  requires_action: { ...unchanged, payment: 'challenge', order: null, reference: 'ch_1', action },
  processing: { ...unchanged, payment: 'submit', order: null, reference: 'ch_1' },
  cancelled: { ...unchanged, payment: 'cancel', order: 'release', historyDetail: 'cancelled' },
  released: {
    ...unchanged,
    payment: 'cancel',
    order: 'release',
    historyDetail: 'payment unavailable',
    newestAttemptOnly: true,
  },
  unknown: { ...unchanged, payment: 'lose', order: null, keepsAction: true },
};

describe('Changes of an outcome', () => {
  test.each(all)('The outcome %s changes what the table says', (kind, outcome) => {
    expect(outcomeChanges(outcome)).toEqual(expected[kind]);
  });

  test.each(all)('The outcome %s can be recorded for every open payment and for no other', (_, outcome) => {
    const { payment } = outcomeChanges(outcome);
    const from = paymentStatuses.filter((status) => nextPaymentStatus(status, payment) !== null);
    expect(from).toEqual([...openPaymentStatuses]);
  });

  test.each(all)('The outcome %s changes only orders that are claimed', (_, outcome) => {
    const { order } = outcomeChanges(outcome);
    const from = orderStatuses.filter((status) => order !== null && nextOrderStatus(status, order) !== null);
    expect(from).toEqual(order === null ? [] : [orderStatusAfter.claim]);
  });

  test.each(all)(
    'The outcome %s leaves the payment open if and only if it does not change the orders',
    (_, outcome) => {
      const { payment, order } = outcomeChanges(outcome);
      const areOpen = [...paymentTransitions(payment).values()].map((to) => openPaymentStatuses.includes(to));
      expect(new Set(areOpen)).toEqual(new Set([order === null]));
    },
  );

  test.each(all)('The outcome %s leaves an action if and only if the payment requires one', (_, outcome) => {
    const changes = outcomeChanges(outcome);
    for (const [from, to] of paymentTransitions(changes.payment)) {
      const before = from === 'requires_action' ? action : null;
      const after = changes.keepsAction ? before : changes.action;
      expect(after !== null).toBe(to === 'requires_action');
    }
  });

  test('Only an outcome that pays the orders creates tasks', () => {
    for (const [, outcome] of all) {
      const { order, createsTasks } = outcomeChanges(outcome);
      expect(createsTasks).toBe(order === 'pay');
    }
  });
});
