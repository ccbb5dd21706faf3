import { by, doubles, groupBy } from '../grouping.ts';
import type { RefundRow, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** A refund once for each key, never more of an order than was paid for it, and nothing that was told is lost. */
export const checkRefunds = (snapshot: Snapshot): Violation[] => [
  ...doubles(snapshot.refunds, ({ key }) => key).map((key) =>
    violation('refund_key_twice', key, 'two refunds have it'),
  ),
  ...toldRefunds(snapshot),
  ...ofOrders(snapshot),
  ...ofLatePayments(snapshot),
  ...ofUnfulfillable(snapshot),
  ...finalReads(snapshot),
];

const toldRefunds = ({ told, refunds }: Snapshot): Violation[] => {
  const found = by(refunds, ({ key }) => key);
  return [...groupBy(told.refunds, ({ key }) => key)].flatMap(([key, replies]) => {
    const refund = found.get(key);
    if (replies.every(({ said }) => said === 'refused'))
      return refund === undefined ? [] : [violation('refund_in_silence', key, 'every answer refused it')];
    const accepted = replies.filter(({ said }) => said === 'accepted');
    const [first] = accepted;
    if (first === undefined) return [];
    if (refund === undefined) return [violation('refund_lost', key, `${first.refundId} was acknowledged`)];
    const renamed = accepted.find(({ refundId }) => refundId !== refund.id);
    const bodies = new Set(accepted.map(({ body }) => body));
    const same =
      refund.orderId === first.orderId && (first.amount === null || first.amount === refund.amount);
    return [
      ...(renamed ? [violation('refund_renamed', key, `${renamed.refundId} is now ${refund.id}`)] : []),
      ...(bodies.size > 1 ? [violation('refund_retold', key, [...bodies].join(' | '))] : []),
      ...(same ? [] : [violation('refund_changed', key, `${refund.amount} of ${refund.orderId}`)]),
    ];
  });
};

const ofOrders = ({ refunds, orders }: Snapshot): Violation[] => {
  const refundsOf = groupBy(
    refunds.filter(({ orderId }) => orderId !== null),
    ({ orderId }) => orderId,
  );
  const orderOf = by(orders, ({ id }) => id);
  return [...refundsOf].flatMap(([orderId, all]) => {
    const order = orderOf.get(orderId ?? '');
    const held = sumOf(all.filter(({ status }) => status !== 'failed'));
    const astray = all.filter(
      ({ paymentId, currency }) => paymentId !== order?.checkoutId || currency !== order.currency,
    );
    return [
      ...(held > (order?.amount ?? 0)
        ? [violation('over_refunded', orderId ?? '', `${held} of ${order?.amount}`)]
        : []),
      ...astray.map(({ id, paymentId }) => violation('refund_astray', id, `it is taken from ${paymentId}`)),
    ];
  });
};

/** A payment that came too late goes back whole, once; and no other payment does. */
const ofLatePayments = ({ refunds, payments }: Snapshot): Violation[] => {
  const late = groupBy(
    refunds.filter(({ orderId }) => orderId === null),
    ({ paymentId }) => paymentId,
  );
  const returned = by(
    payments.filter(({ status }) => status === 'returned'),
    ({ id }) => id,
  );
  return [
    ...[...returned.values()].flatMap(({ id, amount, currency }) => {
      const [refund, ...more] = late.get(id) ?? [];
      const whole = refund?.amount === amount && refund.currency === currency && more.length === 0;
      return whole ? [] : [violation('late_not_returned', id, `${refund?.amount} of ${amount}`)];
    }),
    ...[...late.keys()]
      .filter((id) => !returned.has(id))
      .map((id) => violation('return_unowed', id, 'its payment did not come too late')),
  ];
};

/** What cannot be had is given back by itself where that is the shop's policy, and nowhere else. */
const ofUnfulfillable = ({ policy, refunds, tasks }: Snapshot): Violation[] => {
  const asked = new Set(refunds.map(({ orderId }) => orderId));
  if (policy === 'hold')
    return refunds
      .filter(({ key }) => key.startsWith('unfulfillable:'))
      .map(({ id }) => violation('refund_unasked', id, 'an operator was to decide'));
  return tasks
    .filter(({ orderId, lastError }) => lastError?.includes('out of stock') && !asked.has(orderId))
    .map(({ orderId }) => violation('unfulfillable_kept', orderId ?? '', 'it cannot be had'));
};

const finalReads = ({ told, refunds }: Snapshot): Violation[] => {
  const refundOf = by(refunds, ({ id }) => id);
  return told.finalRefunds
    .filter(({ id, status }) => refundOf.get(id)?.status !== status)
    .map(({ id, status }) => violation('refund_misread', id, `read ${status}`));
};

const sumOf = (refunds: readonly RefundRow[]): number => refunds.reduce((sum, { amount }) => sum + amount, 0);
