import { groupBy } from '../grouping.ts';
import { countResends, skippedStepOf } from '../resends.ts';
import type { RefundRow, Snapshot } from '../snapshot.ts';
import type { Violation } from '../violation.ts';

/** The states that each pipeline appends to the history, in order. The last one is the notice. */
const stepStates: Readonly<Record<string, readonly string[]>> = {
  physical: ['invoiced', 'shipment_requested', 'customer_notified'],
  digital: ['licence_issued', 'invoiced', 'customer_notified'],
  service: ['booked', 'invoiced', 'customer_notified'],
};

/** The edges of the order's state machine, written down independently of the product's own table. */
const edges: Readonly<Record<string, readonly string[]>> = {
  '': ['pending'],
  pending: ['paying', 'cancelled'],
  paying: ['paid', 'pending'],
  paid: ['completed', 'failed', 'refunded'],
  failed: ['retried', 'refunded'],
  retried: ['completed', 'failed', 'refunded'],
  completed: ['refunded'],
  cancelled: [],
  refunded: [],
};

/**
 * Invariants 3 and 4: each `(order, seq)` once, in order, without a gap; only edges of the state machine; and no
 * step twice, which is what a write under an old lease would leave. A mail may be sent again as often as an operator asks.
 */
export const checkHistory = (snapshot: Snapshot): Violation[] => {
  const { orders, history, refunds } = snapshot;
  const resendsOf = countResends(snapshot);
  const refundsOf = groupBy(refunds, ({ orderId }) => orderId);
  const rowsOf = groupBy(history, ({ orderId }) => orderId);
  return orders.flatMap(({ id, status, type }) => {
    const rows = (rowsOf.get(id) ?? []).toSorted((one, other) => one.seq - other.seq);
    const states = rows.map(({ state }) => state);
    const found = (rule: string) => ({ rule, id, detail: `${status}: ${states.join(' → ')}` });
    const statuses = states.filter((state) => state in edges);
    const steps = withoutResends(
      rows.map(stepStateOf).filter((state) => isStepState(state)),
      resendsOf(id),
    );
    const expected = stepStates[type] ?? [];
    return [
      ...(rows.every(({ seq }, index) => seq === index + 1) ? [] : [found('history_gap')]),
      ...(statuses.every((state, index) => edges[statuses[index - 1] ?? '']?.includes(state))
        ? []
        : [found('impossible_edge')]),
      ...(statusAfter(statuses.at(-1)) === status ? [] : [found('history_status_differs')]),
      ...(steps.every((step, index) => step === expected[index]) ? [] : [found('steps_out_of_order')]),
      ...(status === 'completed' && steps.length < expected.length - 1 ? [found('step_skipped')] : []),
      ...(isNotifiedWhenCompleted(states) ? [] : [found('notified_before_completed')]),
      ...(steps.length === 0 || isPaidBeforeSteps(rows.map(stepStateOf), expected)
        ? []
        : [found('step_before_payment')]),
      ...(isReservedByClaims(states) ? [] : [found('reservation_out_of_order')]),
      ...(isChangedWhilePending(states) ? [] : [found('quantity_changed_too_late')]),
      ...(isStoppedByRefund(states, refundsOf.get(id) ?? []) ? [] : [found('step_after_refund')]),
      ...refundRules(states, refundsOf.get(id) ?? []).map(found),
    ];
  });
};

const statesBesideSteps = new Set(['stock_reserved', 'quantity_changed', 'contact_changed']);

const isStepState = (state: string): boolean =>
  !(state in edges) && !statesBesideSteps.has(state) && !refundStates.has(state);

/** A step that an operator left out stands where its state would be. */
const stepStateOf = (row: Snapshot['history'][number]): string => {
  const step = skippedStepOf(row);
  return step === null ? row.state : (statesOfSkipped[step] ?? `skipped ${step}`);
};
const statesOfSkipped: Readonly<Record<string, string>> = {
  invoice: 'invoiced',
  request_shipment: 'shipment_requested',
  notify_customer: 'customer_notified',
};

/** Without the notices at the end that were sent again, as far as they were asked for. */
const withoutResends = (steps: readonly string[], resends: number): readonly string[] => {
  const first = steps.indexOf('customer_notified');
  const more = first < 0 ? [] : steps.slice(first + 1);
  const areResends = more.length <= resends && more.every((step) => step === 'customer_notified');
  return areResends ? steps.slice(0, steps.length - more.length) : steps;
};

const isPaidBeforeSteps = (states: readonly string[], steps: readonly string[]): boolean => {
  const paidAt = states.indexOf('paid');
  return paidAt >= 0 && paidAt < states.findIndex((state) => steps.includes(state));
};

/** The notice is the only step after `completed`. */
const isNotifiedWhenCompleted = (states: readonly string[]): boolean => {
  const notifiedAt = states.indexOf('customer_notified');
  return notifiedAt < 0 || states.slice(0, notifiedAt).includes('completed');
};

/** An order that is being paid keeps its quantity, and so does one that is paid or cancelled. */
const isChangedWhilePending = (states: readonly string[]): boolean =>
  states.every(
    (state, index) =>
      state !== 'quantity_changed' || states.slice(0, index).findLast((each) => each in edges) === 'pending',
  );

/** Only a claim takes units from the stock. */
const isReservedByClaims = (states: readonly string[]): boolean =>
  states.every((state, index) => state !== 'stock_reserved' || states[index - 1] === 'paying');

/**
 * The states of refunds and disputes that are not statuses. The refund of the last part makes the order `refunded`,
 * once.
 */
const refundStates = new Set([
  ...['refund_requested', 'partially_refunded', 'refund_failed'],
  ...['disputed', 'dispute_won', 'dispute_lost', 'charged_back'],
]);

/**
 * The history names the request and the end of each refund, and no refund ends before its request. A refund that was made
 * at the provider has no request, and one of a lost dispute is `charged_back`.
 */
const refundRules = (states: readonly string[], refunds: readonly RefundRow[]): readonly string[] => {
  const failed = refunds.filter(({ status }) => status === 'failed');
  const made = refunds.filter(({ status, reference }) => status === 'succeeded' || reference !== null);
  const adopted = refunds.filter(({ origin }) => origin === 'provider').length;
  const chargedBack = refunds.filter(({ origin }) => origin === 'dispute').length;
  const counts = { requested: 0, made: 0, chargedBack: 0, failed: 0 };
  const isInOrder = states.every((state) => {
    if (state === 'refund_requested') counts.requested++;
    if (state === 'partially_refunded' || state === 'refunded') counts.made++;
    if (state === 'charged_back') counts.chargedBack++;
    if (state === 'refund_failed') counts.failed++;
    const begun = counts.requested + adopted;
    return counts.made <= begun && counts.failed <= begun + chargedBack;
  });
  const isComplete =
    counts.requested === refunds.length - adopted - chargedBack &&
    counts.made === made.length - chargedBack &&
    counts.chargedBack === chargedBack &&
    counts.failed === failed.length;
  return [
    ...(isComplete ? [] : ['refund_not_in_history']),
    ...(isInOrder ? [] : ['refund_history_out_of_order']),
  ];
};

/**
 * After the refund of the last part is requested, the order gets no further step. If a part was refunded at the
 * provider, or taken by a bank, the rest may be requested as a part: then it gets no step after `refunded`. A notice that was sent before may be sent again.
 */
const isStoppedByRefund = (states: readonly string[], refunds: readonly RefundRow[]): boolean => {
  const refundedAt = states.indexOf('refunded');
  if (refundedAt < 0) return true;
  const requestedAt = states.slice(0, refundedAt).lastIndexOf('refund_requested');
  const isAdopted = refunds.some(({ origin }) => origin === 'provider' || origin === 'dispute');
  const stoppedAt = isAdopted ? refundedAt : Math.max(requestedAt, 0);
  const completedAt = states.indexOf('completed');
  const wasNotified =
    completedAt >= 0 && states.slice(completedAt, stoppedAt).some((state) => noticeStates.has(state));
  return states
    .slice(stoppedAt)
    .every(
      (state) =>
        refundStates.has(state) ||
        ['refunded', 'contact_changed'].includes(state) ||
        (wasNotified && noticeStates.has(state)),
    );
};

const noticeStates = new Set(['customer_notified', 'skipped']);

/** An operator's retry makes the order `paid` again. */
const statusAfter = (state: string | undefined): string | undefined => (state === 'retried' ? 'paid' : state);
