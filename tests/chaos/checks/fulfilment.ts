import { by, doubles, groupBy } from '../grouping.ts';
import type { OrderRow, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariant 5, and what else a paid order is owed: each exactly once. */
export const checkFulfilment = (snapshot: Snapshot): Violation[] => [
  ...stock(snapshot),
  ...invoices(snapshot),
  ...creditNotes(snapshot),
  ...licences(snapshot),
  ...shipments(snapshot),
];

/** The steps that take something out of the stock. */
const takes = ['stock_reserved', 'booked', 'licence_issued'];

/** What is never taken back into the stock, once it was done. */
const keeps = ['licence_issued', 'shipment_requested'];

/**
 * Nothing below zero, and what was delivered is either left or in an order that took it and did not bring it
 * back: one that was refunded has, unless its goods were sent or its licence issued.
 */
const stock = (snapshot: Snapshot): Violation[] => {
  const kept = new Set(ordersThat(snapshot, (state) => keeps.includes(state)));
  const sold = groupBy(
    ordersThat(snapshot, (state) => takes.includes(state)).filter(
      (order) => order.status !== 'refunded' || kept.has(order),
    ),
    ({ productId }) => productId,
  );
  return snapshot.products.flatMap(({ id, delivered, left }) => {
    if (delivered === null)
      return left === null ? [] : [violation('stock_changed', id, `${left} of endless`)];
    if (left === null || left < 0) return [violation('stock_negative', id, String(left))];
    const taken = (sold.get(id) ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
    return left + taken === delivered
      ? []
      : [violation('stock_leaks', id, `${delivered} came, ${taken} sold, ${left} left`)];
  });
};

const invoices = (snapshot: Snapshot): Violation[] => {
  const issued = snapshot.invoices;
  return [
    ...gaps('invoice', issued),
    ...onceEach(
      'invoice',
      issued.map(({ orderId }) => orderId),
      ordersThat(snapshot, (state) => state === 'invoiced'),
    ),
  ];
};

/** One for each refund that succeeded once the order had its invoice, and for no other. */
const creditNotes = ({ creditNotes: issued, refunds, history }: Snapshot): Violation[] => {
  const ofOrder = new Map(refunds.map(({ id, orderId }) => [id, orderId]));
  const noted = groupBy(issued, ({ refundId }) => ofOrder.get(refundId) ?? null);
  const statesOf = groupBy(history, ({ orderId }) => orderId);
  const refunded = new Set(refunds.map(({ orderId }) => orderId));
  const given = ['partially_refunded', 'refunded'];
  return [
    ...gaps('credit_note', issued),
    ...doubles(issued, ({ refundId }) => refundId).map((id) =>
      violation('credit_note_twice', id, 'given twice'),
    ),
    ...[...refunded, null].flatMap((orderId) => {
      const rows = statesOf.get(orderId ?? '') ?? [];
      const invoicedAt = rows.find(({ state }) => state === 'invoiced')?.seq ?? Number.POSITIVE_INFINITY;
      const owed = rows.filter(({ state, seq }) => given.includes(state) && seq > invoicedAt).length;
      const has = noted.get(orderId)?.length ?? 0;
      return has === owed ? [] : [violation('credit_note_count', String(orderId), `${has} of ${owed}`)];
    }),
  ];
};

const gaps = (
  thing: string,
  issued: readonly { readonly year: number; readonly sequence: number }[],
): Violation[] =>
  [...groupBy(issued, ({ year }) => year)].flatMap(([year, ofYear]) => {
    const numbers = ofYear.map(({ sequence }) => sequence).sort((one, other) => one - other);
    return numbers.every((number, index) => number === index + 1)
      ? []
      : [violation(`${thing}_gap`, String(year), `1 to ${numbers.at(-1)} in ${numbers.length} of them`)];
  });

const licences = (snapshot: Snapshot): Violation[] => {
  const keys = groupBy(snapshot.licences, ({ orderId }) => orderId);
  const owed = ordersThat(snapshot, (state) => state === 'licence_issued');
  const quantityOf = by(owed, ({ id }) => id);
  return [
    ...doubles(snapshot.licences, ({ key }) => key).map((key) =>
      violation('licence_twice', key, 'sold twice'),
    ),
    ...owed
      .filter(({ id, quantity }) => keys.get(id)?.length !== quantity)
      .map(({ id, quantity }) =>
        violation('licence_count', id, `${keys.get(id)?.length ?? 0} of ${quantity}`),
      ),
    ...[...keys.keys()]
      .filter((id) => !quantityOf.has(id))
      .map((id) => violation('licence_unowed', id, 'its history has no issue')),
  ];
};

const shipments = (snapshot: Snapshot): Violation[] =>
  onceEach(
    'shipment',
    snapshot.shipments,
    ordersThat(snapshot, (state) => state === 'shipment_requested'),
  );

/** Each order that is owed a thing has it once, and no other order has it. */
const onceEach = (thing: string, given: readonly string[], owed: readonly OrderRow[]): Violation[] => {
  const has = new Set(given);
  const owes = new Set(owed.map(({ id }) => id));
  return [
    ...doubles(given, (id) => id).map((id) => violation(`${thing}_twice`, id, 'given twice')),
    ...[...owes].filter((id) => !has.has(id)).map((id) => violation(`${thing}_missing`, id, 'never given')),
    ...[...has]
      .filter((id) => !owes.has(id))
      .map((id) => violation(`${thing}_unowed`, id, 'not in its history')),
  ];
};

const ordersThat = ({ orders, history }: Snapshot, matches: (state: string) => boolean): OrderRow[] => {
  const went = new Set(history.filter(({ state }) => matches(state)).map(({ orderId }) => orderId));
  return orders.filter(({ id }) => went.has(id));
};
