import type { CheckoutReply } from '../clientLog.ts';
import { groupBy, indexBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Every response that a client got must still be true. */
export const checkAcknowledged = (snapshot: Snapshot): Violation[] => [
  ...snapshot.clientLog.unexpected.map((detail) => ({ rule: 'unexpected_response', id: '-', detail })),
  ...checkOrders(snapshot),
  ...checkCheckouts(snapshot),
  ...checkFinalReads(snapshot),
];

const checkOrders = ({ clientLog, orders }: Snapshot): Violation[] => {
  const orderOf = indexBy(orders, ({ id }) => id);
  const lost = clientLog.orders.flatMap(({ id, productId, quantity, amount, perhaps }) => {
    const order = orderOf.get(id);
    if (order === undefined) return [violation('order_lost', id, 'it was acknowledged and does not exist')];
    const isSame = [{ quantity, amount }, perhaps].some(
      (each) => order.quantity === each?.quantity && order.amount === each.amount,
    );
    return isSame && order.productId === productId
      ? []
      : [violation('order_changed', id, `it was ${productId} × ${quantity}, ${amount}`)];
  });
  const uncancelled = clientLog.cancelled
    .filter((id) => orderOf.get(id)?.status !== 'cancelled')
    .map((id) => violation('cancel_lost', id, `it is ${orderOf.get(id)?.status}`));
  return [...lost, ...uncancelled];
};

/** The payment statuses that each outcome allows. A lost or refused request allows every status. */
const allowedStatuses: Readonly<Partial<Record<CheckoutReply['outcome'], readonly string[]>>> = {
  succeeded: ['succeeded'],
  declined: ['declined', 'refunded'],
  cancelled: ['cancelled', 'refunded'],
  requires_action: ['succeeded', 'declined', 'cancelled', 'refunded'],
  unknown: ['succeeded', 'declined', 'cancelled', 'refunded'],
};

const checkCheckouts = ({ clientLog, audits, payments }: Snapshot): Violation[] => {
  const auditOf = indexBy(audits, ({ key }) => key);
  const paymentOf = indexBy(payments, ({ id }) => id);
  const changed = clientLog.checkouts.flatMap(({ key, orderIds, checkoutId, outcome }) => {
    const allowed = allowedStatuses[outcome];
    if (allowed === undefined) return [];
    const audit = auditOf.get(key);
    if (audit === undefined) return [violation('checkout_lost', key, `the response was ${outcome}`)];
    const status = paymentOf.get(audit.id)?.status ?? 'missing';
    const hasSameOrders = [...orderIds].sort().join() === [...audit.orderIds].sort().join();
    return [
      ...(checkoutId === audit.id
        ? []
        : [violation('checkout_id_changed', key, `${checkoutId} is now ${audit.id}`)]),
      ...(hasSameOrders ? [] : [violation('checkout_orders_changed', key, audit.orderIds.join())]),
      ...(allowed.includes(status)
        ? []
        : [violation('checkout_status_changed', key, `it was ${outcome} and is ${status}`)]),
    ];
  });
  return [
    ...changed,
    ...checkConfirmed(clientLog.confirmed, paymentOf),
    ...checkReplays(clientLog.checkouts),
    ...checkUnavailable(clientLog.checkouts, auditOf, paymentOf),
  ];
};

/** A payment that the provider confirmed to the customer must have succeeded here. */
const checkConfirmed = (
  paymentIds: readonly string[],
  paymentOf: ReadonlyMap<string, { readonly status: string }>,
): Violation[] =>
  paymentIds
    .filter((id) => paymentOf.get(id)?.status !== 'succeeded')
    .map((id) => violation('confirmation_lost', id, `it is ${paymentOf.get(id)?.status}`));

/** Every replay under one key has the same body. */
const checkReplays = (replies: readonly CheckoutReply[]): Violation[] =>
  [...groupBy(replies, ({ key }) => key)].flatMap(([key, ofKey]) => {
    const bodies = new Set(ofKey.flatMap(({ replay }) => replay ?? []));
    return bodies.size > 1 ? [violation('replay_differs', key, [...bodies].join(' | '))] : [];
  });

/** A 503 says that nothing was charged. It must be true where the key got no other response and lost none. */
const checkUnavailable = (
  replies: readonly CheckoutReply[],
  auditOf: ReadonlyMap<string, { readonly id: string }>,
  paymentOf: ReadonlyMap<string, { readonly status: string }>,
): Violation[] =>
  [...groupBy(replies, ({ key }) => key)].flatMap(([key, ofKey]) => {
    const claimedNothing = ofKey.every(({ outcome }) => outcome === 'unavailable' || outcome === 'refused');
    const status = paymentOf.get(auditOf.get(key)?.id ?? '')?.status;
    return claimedNothing && status === 'succeeded'
      ? [violation('charged_after_unavailable', key, 'every response said that nothing was charged')]
      : [];
  });

/** The API must show what the database holds. */
const checkFinalReads = ({ clientLog, orders, payments, history }: Snapshot): Violation[] => {
  const orderOf = indexBy(orders, ({ id }) => id);
  const rowsOf = groupBy(history, ({ orderId }) => orderId);
  const paymentOf = indexBy(payments, ({ id }) => id);
  return [
    ...clientLog.finalOrders.flatMap(({ id, status, states }) => {
      const rows = rowsOf.get(id)?.toSorted((one, other) => one.seq - other.seq);
      const isSame = rows?.map(({ state }) => state).join() === states.join();
      return orderOf.get(id)?.status === status && isSame
        ? []
        : [violation('order_read_differs', id, `the API shows ${status}`)];
    }),
    ...clientLog.finalCheckouts
      .filter(({ id, status }) => shownStatus(paymentOf.get(id)?.status) !== status)
      .map(({ id, status }) => violation('checkout_read_differs', id, `the API shows ${status}`)),
  ];
};

/** The API shows a checkout as cancelled after its late charge was refunded. */
const shownStatus = (status: string | undefined): string | undefined =>
  status === 'refunded' ? 'cancelled' : status;
