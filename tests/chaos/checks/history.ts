import { groupBy } from '../grouping.ts';
import type { RefundRow, Snapshot } from '../snapshot.ts';
import type { Violation } from '../violation.ts';

/** The steps that each type's pipeline leaves in the history, in their order. */
const stepsOf: Readonly<Record<string, readonly string[]>> = {
  physical: ['stock_reserved', 'invoiced', 'shipment_requested', 'customer_notified'],
  digital: ['licence_issued', 'invoiced', 'customer_notified'],
  service: ['booked', 'invoiced', 'customer_notified'],
};

/** What may follow each status, written down apart from the shop's own table of edges. */
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
 * Invariants 3 and 4: each `(order, seq)` once, in order, without a gap; only edges of the state machine; and
 * no step twice, which is what a write under an old lease would leave.
 */
export const checkHistory = ({ orders, history, refunds }: Snapshot): Violation[] => {
  const refundsOf = groupBy(refunds, ({ orderId }) => orderId);
  const rowsOf = groupBy(history, ({ orderId }) => orderId);
  return orders.flatMap(({ id, status, type }) => {
    const rows = (rowsOf.get(id) ?? []).toSorted((one, other) => one.seq - other.seq);
    const told = rows.map(({ state }) => state);
    const found = (rule: string) => ({ rule, id, detail: `${status}: ${told.join(' → ')}` });
    const statuses = told.filter((state) => state in edges);
    const steps = told.filter((state) => !(state in edges) && !ofRefunds.has(state));
    const expected = stepsOf[type] ?? [];
    return [
      ...(rows.every(({ seq }, index) => seq === index + 1) ? [] : [found('history_gap')]),
      ...(statuses.every((state, index) => edges[statuses[index - 1] ?? '']?.includes(state))
        ? []
        : [found('impossible_edge')]),
      ...(statusAfter(statuses.at(-1)) === status ? [] : [found('history_behind')]),
      ...(steps.every((step, index) => step === expected[index]) ? [] : [found('steps_out_of_order')]),
      ...(status === 'completed' && steps.length < expected.length ? [found('step_skipped')] : []),
      ...(steps.length === 0 || paidBefore(told, expected) ? [] : [found('step_before_payment')]),
      ...(isStoppedByRefund(told) ? [] : [found('step_after_refund')]),
      ...refundsTold(told, refundsOf.get(id) ?? []).map(found),
    ];
  });
};

const paidBefore = (told: readonly string[], steps: readonly string[]): boolean => {
  const paid = told.indexOf('paid');
  return paid >= 0 && paid < told.findIndex((state) => steps.includes(state));
};

/** What is said of refunds beside the statuses. The last part of an order to go back makes it `refunded`, once. */
const ofRefunds = new Set(['refund_requested', 'partially_refunded', 'refund_failed']);

/** Each refund is told of when it is asked for and when it ends, and none ends that was not asked for. */
const refundsTold = (told: readonly string[], refunds: readonly RefundRow[]): readonly string[] => {
  const failed = refunds.filter(({ status }) => status === 'failed');
  const given = refunds.filter(({ status, reference }) => status === 'succeeded' || reference !== null);
  const counts = { asked: 0, given: 0, failed: 0 };
  const inPlace = told.every((state) => {
    if (state === 'refund_requested') counts.asked++;
    if (state === 'partially_refunded' || state === 'refunded') counts.given++;
    if (state === 'refund_failed') counts.failed++;
    return counts.given <= counts.asked && counts.failed <= counts.asked;
  });
  const all =
    counts.asked === refunds.length && counts.given === given.length && counts.failed === failed.length;
  return [...(all ? [] : ['refund_untold']), ...(inPlace ? [] : ['refund_out_of_place'])];
};

/** Once the last part was asked back nothing of the order stays paid, and nothing more is done for it. */
const isStoppedByRefund = (told: readonly string[]): boolean => {
  const ended = told.indexOf('refunded');
  if (ended < 0) return true;
  const whole = told.slice(0, ended).lastIndexOf('refund_requested');
  return told.slice(Math.max(whole, 0)).every((state) => ofRefunds.has(state) || state === 'refunded');
};

/** An operator's retry makes the order `paid` again. */
const statusAfter = (state: string | undefined): string | undefined => (state === 'retried' ? 'paid' : state);
