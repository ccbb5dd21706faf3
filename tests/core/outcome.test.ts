import { describe, expect, test } from 'bun:test';
import { nextStatus, orderStatusAfter, orderStatuses } from '../../core/order.ts';
import { type OutcomeChanges, outcomeChanges, type RecordedOutcome } from '../../core/outcome.ts';
import {
  nextPaymentStatus,
  openPaymentStatuses,
  paymentStatuses,
  paymentTransitions,
} from '../../core/payment.ts';

type Kind = RecordedOutcome['kind'];

const action = { clientSecret: 'secret', redirectUrl: null };

/** Total, so that a new outcome does not compile before it is tested. */
const outcomes: { readonly [K in Kind]: Extract<RecordedOutcome, { kind: K }> } = {
  succeeded: { kind: 'succeeded', reference: 'ch_1' },
  declined: { kind: 'declined', declineCode: 'lost_card' },
  requires_action: { kind: 'requires_action', reference: 'ch_1', action },
  cancelled: { kind: 'cancelled' },
  released: { kind: 'released' },
  unknown: { kind: 'unknown', reason: 'timed out' },
};
const all = Object.values(outcomes).map((outcome) => [outcome.kind, outcome] as const);

const nothing = {
  reference: null,
  declineCode: null,
  action: null,
  keepsAction: false,
  historyDetail: null,
  owesTasks: false,
  newestAttemptOnly: false,
} as const;

const expected: Readonly<Record<Kind, OutcomeChanges>> = {
  succeeded: { ...nothing, payment: 'succeed', order: 'pay', reference: 'ch_1', owesTasks: true },
  declined: {
    ...nothing,
    payment: 'decline',
    order: 'release',
    declineCode: 'lost_card',
    historyDetail: 'declined: lost_card',
  },
  requires_action: { ...nothing, payment: 'challenge', order: null, reference: 'ch_1', action },
  cancelled: { ...nothing, payment: 'cancel', order: 'release', historyDetail: 'cancelled' },
  released: {
    ...nothing,
    payment: 'cancel',
    order: 'release',
    historyDetail: 'payment unavailable',
    newestAttemptOnly: true,
  },
  unknown: { ...nothing, payment: 'lose', order: null, keepsAction: true },
};

describe('what an outcome changes', () => {
  test.each(all)('the outcome %s changes what the table says', (kind, outcome) => {
    expect(outcomeChanges(outcome)).toEqual(expected[kind]);
  });

  test.each(all)('the outcome %s can be recorded of every open payment and of no other', (_, outcome) => {
    const { payment } = outcomeChanges(outcome);
    const from = paymentStatuses.filter((status) => nextPaymentStatus(status, payment) !== null);
    expect(from).toEqual([...openPaymentStatuses]);
  });

  test.each(all)('the outcome %s moves only orders that a claim holds', (_, outcome) => {
    const { order } = outcomeChanges(outcome);
    const from = orderStatuses.filter((status) => order !== null && nextStatus(status, order) !== null);
    expect(from).toEqual(order === null ? [] : [orderStatusAfter.claim]);
  });

  test.each(all)(
    'the outcome %s leaves the payment open exactly where it leaves its orders',
    (_, outcome) => {
      const { payment, order } = outcomeChanges(outcome);
      const areOpen = [...paymentTransitions(payment).values()].map((to) => openPaymentStatuses.includes(to));
      expect(new Set(areOpen)).toEqual(new Set([order === null]));
    },
  );

  test.each(all)('the outcome %s leaves an action exactly where the payment waits for one', (_, outcome) => {
    const changes = outcomeChanges(outcome);
    for (const [from, to] of paymentTransitions(changes.payment)) {
      const before = from === 'requires_action' ? action : null;
      const after = changes.keepsAction ? before : changes.action;
      expect(after !== null).toBe(to === 'requires_action');
    }
  });

  test('orders that are paid owe tasks, and no others do', () => {
    for (const [, outcome] of all) {
      const { order, owesTasks } = outcomeChanges(outcome);
      expect(owesTasks).toBe(order === 'pay');
    }
  });
});
