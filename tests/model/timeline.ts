import { pageOf } from '../../core/page.ts';
import { paymentStatusesBefore } from '../../core/payment.ts';
import { stepKey } from '../../core/steps.ts';
import {
  rankOf,
  type TimelineEntry,
  type TimelineKey,
  type TimelinePage,
  type TimelineQuery,
} from '../../core/timeline.ts';
import { shownState } from './stats.ts';
import type { Tables } from './tables.ts';

type Row = { readonly entry: TimelineEntry; readonly key: string };

/** See `Orders.timeline`. */
export const readTimeline = (
  tables: Tables,
  { orderId, nowMs, after, limit }: TimelineQuery,
): TimelinePage => {
  const rows = [
    ...commandsOf(tables, orderId),
    ...paymentsOf(tables, orderId),
    ...statesOf(tables, orderId),
    ...tasksOf(tables, orderId, nowMs),
    ...mailsOf(tables, orderId),
    ...refundsOf(tables, orderId),
  ]
    .filter((row) => after === null || compare(keyOf(row), after) > 0)
    .sort((one, other) => compare(keyOf(one), keyOf(other)));
  const { items, next } = pageOf(rows, limit, keyOf);
  return { items: items.map(({ entry }) => entry), next };
};

const keyOf = ({ entry: { atMs, kind }, key }: Row): TimelineKey => ({ atMs, rank: rankOf(kind), key });

const compare = (one: TimelineKey, other: TimelineKey): number =>
  one.atMs - other.atMs || one.rank - other.rank || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0);

const row = (
  key: string,
  entry: Pick<TimelineEntry, 'kind' | 'atMs' | 'what'> & Partial<TimelineEntry>,
): Row => ({
  key,
  entry: { id: null, detail: null, declineCode: null, actor: null, requestId: null, ...entry },
});

const commandsOf = (tables: Tables, orderId: string): readonly Row[] =>
  [...tables.activity.values()]
    .filter((each) => each.orderId === orderId)
    .map(({ id, actor, action, target, detail, requestId, atMs }) =>
      row(id, { kind: 'command', atMs, what: action, id: target, detail, actor, requestId }),
    );

const paymentsOf = (tables: Tables, orderId: string): readonly Row[] => {
  const attempts = [...tables.paymentAttempts.values()]
    .filter((each) => each.orderId === orderId)
    .map(({ paymentId: id, attempt, status, declineCode, atMs }) =>
      row(`${id}/${attempt}`, { kind: 'payment', atMs, what: status, id, declineCode }),
    );
  const last = tables.payments.get(tables.orders.get(orderId)?.order.checkoutId ?? '');
  if (last === undefined || paymentStatusesBefore('refund').includes(last.payment.status)) return attempts;
  const { id, status } = last.payment;
  return [...attempts, row(id, { kind: 'payment', atMs: last.updatedAtMs, what: status, id })];
};

const statesOf = (tables: Tables, orderId: string): readonly Row[] =>
  (tables.histories.get(orderId) ?? []).map(({ seq, state, atMs, detail }) =>
    row(String(1_000_000_000 + seq), { kind: 'state', atMs, what: state, detail }),
  );

const tasksOf = (tables: Tables, orderId: string, nowMs: number): readonly Row[] =>
  [...tables.tasks.values()]
    .filter(
      (task) =>
        task.orderIds.includes(orderId) || tables.refunds.get(task.jobId ?? '')?.refund.orderId === orderId,
    )
    .map((task) => {
      const detail = task.lastError === null ? task.step : `${task.step}: ${task.lastError}`;
      const what = shownState(tables, task, nowMs);
      return row(task.id, { kind: 'task', atMs: task.runAtMs, what, id: task.id, detail });
    });

const mailsOf = (tables: Tables, orderId: string): readonly Row[] => {
  const step = 'notify_customer';
  const begun = [...tables.tasks.values()]
    .filter(({ orderIds }) => orderIds.includes(orderId))
    .flatMap(({ id }) => tables.stepLedger.get(stepKey(id, step)) ?? [])
    .filter(({ acceptedMs }) => acceptedMs === null)
    .map(({ intendedMs: atMs }) => row(step, { kind: 'mail', atMs, what: 'begun' }));
  const sent = (tables.histories.get(orderId) ?? [])
    .filter(({ state }) => state === 'customer_notified')
    .map(({ seq, atMs }) => row(String(seq), { kind: 'mail', atMs, what: 'sent' }));
  return [...begun, ...sent];
};

const refundsOf = (tables: Tables, orderId: string): readonly Row[] =>
  [...tables.refunds.values()]
    .filter(({ refund }) => refund.orderId === orderId)
    .map(({ refund: { id, status, amount, reason, error, createdAtMs: atMs } }) => {
      const detail = `${amount.amount} ${amount.currency}: ${reason}${error === null ? '' : ` (${error})`}`;
      return row(id, { kind: 'refund', atMs, what: status, id, detail });
    });
