import { groupBy, indexBy } from '../chaos/grouping.ts';
import type { HistoryRow, Snapshot } from '../chaos/snapshot.ts';
import { type Violation, violation } from '../chaos/violation.ts';
import type { HistoryLengths } from './books.ts';
import type { HeardEvent } from './receivers.ts';
import type { SubscriptionFacts } from './subscriptionWatch.ts';

type Owed = { readonly sequence: number; readonly type: string };

/**
 * Invariant 9: each subscription that is still there has heard each event that it is owed at least once, in the order of
 * its order or checkout, under one id, and nothing from before it was made.
 */
export const checkHeardEvents = (
  snapshot: Pick<Snapshot, 'history' | 'payments' | 'orders'>,
  subscriptions: readonly SubscriptionFacts[],
  heard: readonly HeardEvent[],
): readonly Violation[] => {
  const rowsOf = groupBy(snapshot.history, ({ orderId }) => orderId);
  const heardBy = groupBy(heard, ({ subscriptionId }) => subscriptionId);
  const known = indexBy(subscriptions, ({ id }) => id);
  return [
    ...checkIds(heard),
    ...[...heardBy.keys()]
      .filter((id) => !known.has(id))
      .map((id) => violation('event_without_subscription', id, 'nobody has made it')),
    ...subscriptions.flatMap((facts) => {
      const events = heardBy.get(facts.id) ?? [];
      return [
        ...checkOrder(facts, events),
        ...checkOwed(facts, events, rowsOf),
        ...checkCheckouts(facts, events, snapshot),
      ];
    }),
  ];
};

const eventsPerRow = 2;

/** The events of a row of an order's history, written down independently of the product's own table. */
const owedBy = ({ seq, state }: HistoryRow): readonly Owed[] => {
  const types = state === 'pending' && seq === 1 ? ['order.placed'] : (typesOf[state] ?? ['order.step']);
  return types.map((type, index) => ({ sequence: seq * eventsPerRow + index, type }));
};

const typesOf: Readonly<Record<string, readonly string[]>> = {
  pending: [],
  paying: [],
  stock_reserved: [],
  paid: ['order.paid'],
  completed: ['order.completed'],
  failed: ['order.failed'],
  cancelled: ['order.cancelled'],
  refunded: ['order.refunded', 'refund.succeeded'],
  partially_refunded: ['refund.succeeded'],
  charged_back: ['refund.succeeded'],
  refund_failed: ['refund.failed'],
  disputed: ['payment.disputed'],
};

const keyOf = ({ subject, sequence }: HeardEvent): string => `${subject} ${sequence}`;

/** What is the same in every attempt, and for every subscription. */
const promised = ({ type, id, kind, body }: HeardEvent): string => {
  const { data, ...attributes } = JSON.parse(body);
  const { status, quantity, total, history } = data?.order ?? {};
  return JSON.stringify({ type, id, kind, attributes, status, quantity, total, history });
};

/** One id for each event, in each attempt and for every subscription, and one event for each id. */
const checkIds = (heard: readonly HeardEvent[]): Violation[] => {
  const first = new Map<string, string>();
  const keyOfId = new Map<string, string>();
  return heard.flatMap((event) => {
    const key = keyOf(event);
    const said = promised(event);
    const before = first.get(key) ?? said;
    first.set(key, before);
    const other = keyOfId.get(event.id) ?? key;
    keyOfId.set(event.id, other);
    return [
      ...(before === said ? [] : [violation('event_changed', key, `${before} and then ${said}`)]),
      ...(other === key ? [] : [violation('event_id_twice', event.id, `it is ${other} and ${key}`)]),
    ];
  });
};

/** By their first arrival. A test has no order, because the clock of whoever sends it makes its sequence. */
const checkOrder = ({ id }: SubscriptionFacts, events: readonly HeardEvent[]): Violation[] => {
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  return events.flatMap((event) => {
    const { kind, subject, sequence, type } = event;
    if (kind === 'test' || seen.has(keyOf(event))) return [];
    seen.add(keyOf(event));
    const last = newest.get(subject) ?? -1;
    newest.set(subject, Math.max(last, sequence));
    return sequence > last
      ? []
      : [violation('event_out_of_order', id, `${type} ${subject} ${sequence} came after ${last}`)];
  });
};

const checkOwed = (
  { id, types, before, after, isEnded }: SubscriptionFacts,
  events: readonly HeardEvent[],
  rowsOf: ReadonlyMap<string, readonly HistoryRow[]>,
): Violation[] => {
  const heard = new Map(events.filter(({ kind }) => kind === 'order').map((event) => [keyOf(event), event]));
  const isOwed = (lengths: HistoryLengths, { orderId, seq }: HistoryRow) => seq > (lengths.get(orderId) ?? 0);
  const allowed = new Map<string, string>();
  const lost: Violation[] = [];
  for (const [orderId, rows] of rowsOf)
    for (const row of rows)
      for (const { sequence, type } of owedBy(row)) {
        if (!types.has(type as never)) continue;
        const key = `${orderId} ${sequence}`;
        if (isOwed(before, row)) allowed.set(key, type);
        if (!isEnded && isOwed(after, row) && !heard.has(key))
          lost.push(violation('event_lost', id, `${type} of ${orderId}, row ${row.seq}`));
      }
  return [
    ...lost,
    ...[...heard].flatMap(([key, { type }]) =>
      allowed.get(key) === type
        ? []
        : [violation('event_not_owed', id, `${type} ${key}: it is ${allowed.get(key) ?? 'nothing new'}`)],
    ),
  ];
};

/** The success of a checkout, which is in the history of its orders as well. */
const checkCheckouts = (
  { id, types, after, isEnded }: SubscriptionFacts,
  events: readonly HeardEvent[],
  { orders, history }: Pick<Snapshot, 'orders' | 'history'>,
): Violation[] => {
  if (isEnded || !types.has('checkout.succeeded')) return [];
  const heard = new Set(
    events.filter(({ type }) => type === 'checkout.succeeded').map(({ subject }) => subject),
  );
  const paid = new Set(
    history
      .filter(({ orderId, state, seq }) => state === 'paid' && seq > (after.get(orderId) ?? 0))
      .map(({ orderId }) => orderId),
  );
  const checkouts = new Set(
    orders.flatMap(({ id: orderId, checkoutId }) =>
      paid.has(orderId) && checkoutId !== null ? [checkoutId] : [],
    ),
  );
  return [...checkouts]
    .filter((checkoutId) => !heard.has(checkoutId))
    .map((checkoutId) => violation('event_lost', id, `checkout.succeeded of ${checkoutId}`));
};
