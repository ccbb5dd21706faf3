import { groupBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
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
export const checkHistory = ({ orders, history }: Snapshot): Violation[] => {
  const rowsOf = groupBy(history, ({ orderId }) => orderId);
  return orders.flatMap(({ id, status, type }) => {
    const rows = (rowsOf.get(id) ?? []).toSorted((one, other) => one.seq - other.seq);
    const told = rows.map(({ state }) => state);
    const found = (rule: string) => ({ rule, id, detail: `${status}: ${told.join(' → ')}` });
    const statuses = told.filter((state) => state in edges);
    const steps = told.filter((state) => !(state in edges));
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
    ];
  });
};

const paidBefore = (told: readonly string[], steps: readonly string[]): boolean => {
  const paid = told.indexOf('paid');
  return paid >= 0 && paid < told.findIndex((state) => steps.includes(state));
};

/** An operator's retry makes the order `paid` again. */
const statusAfter = (state: string | undefined): string | undefined => (state === 'retried' ? 'paid' : state);
