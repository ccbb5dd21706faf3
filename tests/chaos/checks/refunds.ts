import { duplicates, groupBy, indexBy } from '../grouping.ts';
import type { RefundRow, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** One refund for each key, never more of an order than was paid for it, and no acknowledged refund is lost. */
export const checkRefunds = (snapshot: Snapshot): Violation[] => [
  ...duplicates(snapshot.refunds, ({ key }) => key).map((key) =>
    violation('refund_key_twice', key, 'two refunds have it'),
  ),
  ...checkReplies(snapshot),
  ...checkAmounts(snapshot),
  ...checkLateCharges(snapshot),
  ...checkFinalReads(snapshot),
];

const checkReplies = ({ clientLog, refunds }: Snapshot): Violation[] => {
  const refundOf = indexBy(refunds, ({ key }) => key);
  return [...groupBy(clientLog.refunds, ({ key }) => key)].flatMap(([key, replies]) => {
    const refund = refundOf.get(key);
    if (replies.every(({ outcome }) => outcome === 'refused'))
      return refund === undefined
        ? []
        : [violation('refund_after_refusals', key, 'every response refused it')];
    const accepted = replies.filter(({ outcome }) => outcome === 'accepted');
    const [first] = accepted;
    if (first === undefined) return [];
    if (refund === undefined) return [violation('refund_lost', key, `${first.refundId} was acknowledged`)];
    const changedId = accepted.find(({ refundId }) => refundId !== refund.id);
    const bodies = new Set(accepted.map(({ body }) => body));
    const isSame =
      refund.orderId === first.orderId && (first.amount === null || first.amount === refund.amount);
    return [
      ...(changedId
        ? [violation('refund_id_changed', key, `${changedId.refundId} is now ${refund.id}`)]
        : []),
      ...(bodies.size > 1 ? [violation('refund_replay_differs', key, [...bodies].join(' | '))] : []),
      ...(isSame ? [] : [violation('refund_changed', key, `it is ${refund.amount} of ${refund.orderId}`)]),
    ];
  });
};

const checkAmounts = ({ refunds, orders }: Snapshot): Violation[] => {
  const refundsOf = groupBy(
    refunds.filter(({ orderId }) => orderId !== null),
    ({ orderId }) => orderId,
  );
  const orderOf = indexBy(orders, ({ id }) => id);
  return [...refundsOf].flatMap(([orderId, ofOrder]) => {
    const order = orderOf.get(orderId ?? '');
    const refunded = sumOf(ofOrder.filter(({ status }) => status !== 'failed'));
    const misassigned = ofOrder.filter(
      ({ paymentId, currency }) => paymentId !== order?.checkoutId || currency !== order.currency,
    );
    return [
      ...(refunded > (order?.amount ?? 0)
        ? [violation('over_refunded', orderId ?? '', `${refunded} of ${order?.amount}`)]
        : []),
      ...misassigned.map(({ id, paymentId }) =>
        violation('refund_of_wrong_payment', id, `it is of payment ${paymentId}`),
      ),
    ];
  });
};

/**
 * A late charge is refunded whole and once, and no other payment is refunded without an order. A refund that was made at
 * the provider can fail before it is assigned to an order.
 */
const checkLateCharges = ({ refunds, payments }: Snapshot): Violation[] => {
  const refundsOf = groupBy(
    refunds.filter(({ orderId, origin, status }) => {
      const hasFailed = status === 'failed' && (origin === 'provider' || origin === 'dispute');
      return orderId === null && !hasFailed;
    }),
    ({ paymentId }) => paymentId,
  );
  const latePayments = indexBy(
    payments.filter(({ status }) => status === 'refunded'),
    ({ id }) => id,
  );
  return [
    ...[...latePayments.values()].flatMap(({ id, amount, currency }) => {
      const [refund, ...more] = refundsOf.get(id) ?? [];
      const isWhole = refund?.amount === amount && refund.currency === currency && more.length === 0;
      return isWhole ? [] : [violation('late_charge_not_refunded', id, `${refund?.amount} of ${amount}`)];
    }),
    ...[...refundsOf.keys()]
      .filter((id) => !latePayments.has(id))
      .map((id) => violation('late_refund_not_owed', id, 'its charge was not late')),
  ];
};

const checkFinalReads = ({ clientLog, refunds }: Snapshot): Violation[] => {
  const refundOf = indexBy(refunds, ({ id }) => id);
  return clientLog.finalRefunds
    .filter(({ id, status }) => refundOf.get(id)?.status !== status)
    .map(({ id, status }) => violation('refund_read_differs', id, `the API shows ${status}`));
};

const sumOf = (refunds: readonly RefundRow[]): number => refunds.reduce((sum, { amount }) => sum + amount, 0);
