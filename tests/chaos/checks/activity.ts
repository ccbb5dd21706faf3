import { pipelines } from '../../../core/pipelines/index.ts';
import { groupBy } from '../grouping.ts';
import type { ActivityRow, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Each command of an operator and its activity are there together, or neither is. */
export const checkActivity = (snapshot: Snapshot): Violation[] => [
  ...checkAccepted(snapshot),
  ...checkRefunds(snapshot),
  ...checkRetries(snapshot),
  ...checkAcknowledgements(snapshot),
  ...checkPrice(snapshot),
];

const rowsOf = ({ activity }: Snapshot, ...actions: readonly string[]): readonly ActivityRow[] =>
  activity.filter(({ action }) => actions.includes(action));

const checkAccepted = ({ clientLog, activity }: Snapshot): Violation[] => {
  const requestIds = new Set(activity.map(({ requestId }) => requestId));
  return clientLog.commands
    .filter((requestId) => !requestIds.has(requestId))
    .map((requestId) => violation('command_without_activity', requestId, 'it was accepted'));
};

const checkRefunds = (snapshot: Snapshot): Violation[] => {
  const rows = groupBy(rowsOf(snapshot, 'refund.request', 'case.refund'), ({ target }) => target);
  const requested = new Set(
    snapshot.refunds.filter(({ origin }) => origin === 'operator').map(({ id }) => id),
  );
  return [
    ...[...requested]
      .filter((id) => rows.get(id)?.length !== 1)
      .map((id) => violation('refund_without_activity', id, `it has ${rows.get(id)?.length ?? 0} rows`)),
    ...[...rows.keys()]
      .filter((id) => !requested.has(id))
      .map((id) => violation('activity_without_refund', id, 'no operator has requested it')),
  ];
};

/**
 * Only an operator retries a task, and the order's history says so each time. A retry of a notice changes no order. A
 * failed task whose step is left out is retried by that.
 */
const checkRetries = (snapshot: Snapshot): Violation[] => {
  const retries = rowsOf(snapshot, 'task.retry').filter(({ detail }) => !noticeSteps.has(detail));
  const rows = groupBy(retries, ({ orderId }) => orderId);
  const skips = groupBy(rowsOf(snapshot, 'task.skip'), ({ orderId }) => orderId);
  const states = groupBy(
    snapshot.history.filter(({ state }) => state === 'retried'),
    ({ orderId }) => orderId,
  );
  return snapshot.orders.flatMap(({ id }) => {
    const [written, done] = [rows.get(id)?.length ?? 0, states.get(id)?.length ?? 0];
    return written <= done && done <= written + (skips.get(id)?.length ?? 0)
      ? []
      : [violation('retry_activity_differs', id, `${done} retries have ${written} rows`)];
  });
};

const noticeSteps = new Set<string | null>(
  [...pipelines.values()].flatMap(({ steps }) =>
    steps.filter(({ isNotice }) => isNotice).map(({ name }) => name),
  ),
);

/** The run acknowledges a case once. */
const checkAcknowledgements = (snapshot: Snapshot): Violation[] => {
  const rows = groupBy(rowsOf(snapshot, 'case.acknowledge'), ({ target }) => target);
  const subjects = new Set(snapshot.acknowledgements.map(({ subject }) => subject));
  return [
    ...snapshot.acknowledgements
      .filter(({ subject, note }) => {
        const [row, ...more] = rows.get(subject) ?? [];
        return more.length > 0 || row?.detail?.endsWith(note) !== true;
      })
      .map(({ subject, note }) => violation('acknowledgement_without_activity', subject, note)),
    ...[...rows.keys()]
      .filter((subject) => !subjects.has(subject))
      .map((subject) => violation('activity_without_acknowledgement', subject, 'it is not acknowledged')),
  ];
};

/** Each change of the price also adds one unit, so the units count the changes. */
const checkPrice = (snapshot: Snapshot): Violation[] => {
  if (snapshot.pricedProduct === null) return [];
  const { id, amount, units, initialAmount } = snapshot.pricedProduct;
  const rows = rowsOf(snapshot, 'product.change').filter(({ target }) => target === id);
  const isWritten =
    amount === initialAmount || rows.some(({ detail }) => detail?.includes(`"amount":${amount},`));
  return rows.length === units && isWritten
    ? []
    : [violation('price_activity_differs', id, `${units} changes up to ${amount} have ${rows.length} rows`)];
};
