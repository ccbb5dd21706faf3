import type { CheckoutReply } from '../clientLog.ts';
import { by, groupBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** What a customer was told is so, and stays so. */
export const checkAcknowledged = (snapshot: Snapshot): Violation[] => [
  ...snapshot.told.unexpected.map((detail) => ({ rule: 'unexpected_answer', id: '-', detail })),
  ...toldOrders(snapshot),
  ...toldCheckouts(snapshot),
  ...finalReads(snapshot),
];

const toldOrders = ({ told, orders }: Snapshot): Violation[] => {
  const found = by(orders, ({ id }) => id);
  const lost = told.orders.flatMap(({ id, productId, quantity, amount }) => {
    const order = found.get(id);
    if (order === undefined) return [violation('order_lost', id, 'it was acknowledged and is gone')];
    const same = order.productId === productId && order.quantity === quantity && order.amount === amount;
    return same ? [] : [violation('order_changed', id, `was ${productId} × ${quantity}, ${amount}`)];
  });
  const uncancelled = told.cancelled
    .filter((id) => found.get(id)?.status !== 'cancelled')
    .map((id) => violation('cancel_lost', id, `it is ${found.get(id)?.status}`));
  return [...lost, ...uncancelled];
};

/** What the payment may be once this was said. Nothing follows from a lost answer or a refusal. */
const follows: Readonly<Partial<Record<CheckoutReply['said'], readonly string[]>>> = {
  succeeded: ['succeeded'],
  declined: ['declined', 'returned'],
  cancelled: ['cancelled', 'returned'],
  requires_action: ['succeeded', 'declined', 'cancelled', 'returned'],
  unknown: ['succeeded', 'declined', 'cancelled', 'returned'],
};

const toldCheckouts = ({ told, audits, payments }: Snapshot): Violation[] => {
  const auditOf = by(audits, ({ key }) => key);
  const paymentOf = by(payments, ({ id }) => id);
  const replies = told.checkouts.flatMap((reply) => {
    const allowed = follows[reply.said];
    if (allowed === undefined) return [];
    const audit = auditOf.get(reply.key);
    if (audit === undefined) return [violation('checkout_lost', reply.key, `${reply.said} was answered`)];
    const status = paymentOf.get(audit.id)?.status ?? 'gone';
    const sameOrders = [...reply.orderIds].sort().join() === [...audit.orderIds].sort().join();
    return [
      ...(reply.checkoutId === audit.id
        ? []
        : [violation('checkout_renamed', reply.key, `${reply.checkoutId} is now ${audit.id}`)]),
      ...(sameOrders ? [] : [violation('cart_changed', reply.key, audit.orderIds.join())]),
      ...(allowed.includes(status)
        ? []
        : [violation('word_broken', reply.key, `said ${reply.said}, is ${status}`)]),
    ];
  });
  return [
    ...replies,
    ...confirmed(told.confirmed, paymentOf),
    ...replays(told.checkouts),
    ...unavailableOnly(told.checkouts, auditOf, paymentOf),
  ];
};

/** Whoever passed the bank's challenge has paid, and is served. */
const confirmed = (
  paymentIds: readonly string[],
  paymentOf: ReadonlyMap<string, { readonly status: string }>,
): Violation[] =>
  paymentIds
    .filter((id) => paymentOf.get(id)?.status !== 'succeeded')
    .map((id) => violation('confirmation_lost', id, `it is ${paymentOf.get(id)?.status}`));

/** An answer that is told again is the same, each time. */
const replays = (replies: readonly CheckoutReply[]): Violation[] =>
  [...groupBy(replies, ({ key }) => key)].flatMap(([key, said]) => {
    const bodies = new Set(said.flatMap(({ replay }) => replay ?? []));
    return bodies.size > 1 ? [violation('replay_differs', key, [...bodies].join(' | '))] : [];
  });

/** “Nothing was charged” must be true where nothing else was ever said, and nothing sent that was lost. */
const unavailableOnly = (
  replies: readonly CheckoutReply[],
  auditOf: ReadonlyMap<string, { readonly id: string }>,
  paymentOf: ReadonlyMap<string, { readonly status: string }>,
): Violation[] =>
  [...groupBy(replies, ({ key }) => key)].flatMap(([key, said]) => {
    const only = said.every((reply) => reply.said === 'unavailable' || reply.said === 'refused');
    const status = paymentOf.get(auditOf.get(key)?.id ?? '')?.status;
    return only && status === 'succeeded' ? [violation('charged_in_silence', key, 'nobody was told')] : [];
  });

/** The API says what the database says. */
const finalReads = ({ told, orders, payments, history }: Snapshot): Violation[] => {
  const orderOf = by(orders, ({ id }) => id);
  const statesOf = groupBy(history, ({ orderId }) => orderId);
  const paymentOf = by(payments, ({ id }) => id);
  return [
    ...told.finalOrders.flatMap(({ id, status, states }) => {
      const stored = statesOf.get(id)?.toSorted((one, other) => one.seq - other.seq);
      const same = stored?.map(({ state }) => state).join() === states.join();
      return orderOf.get(id)?.status === status && same ? [] : [violation('order_misread', id, status)];
    }),
    ...told.finalCheckouts
      .filter(({ id, status }) => shown(paymentOf.get(id)?.status) !== status)
      .map(({ id, status }) => violation('checkout_misread', id, `read ${status}`)),
  ];
};

/** Money that came too late and went back is no success of the checkout's. */
const shown = (status: string | undefined): string | undefined =>
  status === 'returned' ? 'cancelled' : status;
