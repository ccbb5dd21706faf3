import { duplicates, groupBy } from '../grouping.ts';
import type { OrderRow, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariant 5, and everything else that a paid order gets: each exactly once. */
export const checkFulfilment = (snapshot: Snapshot): Violation[] => [
  ...checkStock(snapshot),
  ...checkReservations(snapshot),
  ...checkLicences(snapshot),
  ...checkShipments(snapshot),
];

/** What was put into the stock of a product is left, or its orders hold it. No stock is negative. */
const checkStock = ({ products, orders }: Snapshot): Violation[] => {
  const ordersOf = groupBy(orders, ({ productId }) => productId);
  return products.flatMap(({ id, initialStock, stock, delivered }) => {
    const held = (ordersOf.get(id) ?? []).reduce((sum, order) => sum + order.held, 0);
    if (initialStock === null)
      return stock === null && held === 0
        ? []
        : [violation('unlimited_stock_changed', id, `it is ${stock}, ${held} are held`)];
    if (stock === null || stock < 0) return [violation('stock_negative', id, String(stock))];
    return [
      ...(stock + held === initialStock
        ? []
        : [violation('stock_wrong', id, `it was ${initialStock}, ${held} are held, ${stock} are left`)]),
      ...(delivered === initialStock
        ? []
        : [violation('delivered_wrong', id, `it was ${initialStock}, the books say ${delivered}`)]),
    ];
  });
};

/** These orders hold their units. A refunded order holds them only if they have left the shop. */
const holdingStatuses = ['paying', 'paid', 'completed', 'failed'];

/** Each order of a limited product holds its quantity or nothing, and each of its claims has reserved it. */
const checkReservations = ({ products, orders, history, shipments, licences }: Snapshot): Violation[] => {
  const limited = new Set(products.filter(({ initialStock }) => initialStock !== null).map(({ id }) => id));
  const gone = new Set([...shipments, ...licences.map(({ orderId }) => orderId)]);
  const rowsOf = groupBy(history, ({ orderId }) => orderId);
  return orders.flatMap(({ id, productId, quantity, status, held }) => {
    const holds = holdingStatuses.includes(status) || (status === 'refunded' && gone.has(id));
    const expected = limited.has(productId) && holds ? quantity : 0;
    const count = (state: string) => (rowsOf.get(id) ?? []).filter((row) => row.state === state).length;
    const claims = limited.has(productId) ? count('paying') : 0;
    return [
      ...(held === expected
        ? []
        : [violation('reservation_wrong', id, `it is ${status} and holds ${held} instead of ${expected}`)]),
      ...(count('stock_reserved') === claims
        ? []
        : [violation('reservation_not_in_history', id, `${count('stock_reserved')} of ${claims} claims`)]),
    ];
  });
};

const checkLicences = (snapshot: Snapshot): Violation[] => {
  const keysOf = groupBy(snapshot.licences, ({ orderId }) => orderId);
  const licensed = ordersWith(snapshot, ['licence_issued']);
  const licensedIds = new Set(licensed.map(({ id }) => id));
  return [
    ...duplicates(snapshot.licences, ({ key }) => key).map((key) =>
      violation('licence_twice', key, 'it was issued twice'),
    ),
    ...licensed
      .filter(({ id, quantity }) => keysOf.get(id)?.length !== quantity)
      .map(({ id, quantity }) =>
        violation('licence_count', id, `${keysOf.get(id)?.length ?? 0} of ${quantity}`),
      ),
    ...[...keysOf.keys()]
      .filter((id) => !licensedIds.has(id))
      .map((id) => violation('licence_not_owed', id, 'its history has no licence_issued')),
  ];
};

const checkShipments = (snapshot: Snapshot): Violation[] =>
  checkOnceEach('shipment', snapshot.shipments, ordersWith(snapshot, ['shipment_requested']));

/** Each of these orders has the thing once, and no other order has it. */
const checkOnceEach = (
  thing: string,
  orderIds: readonly string[],
  orders: readonly OrderRow[],
): Violation[] => {
  const given = new Set(orderIds);
  const owed = new Set(orders.map(({ id }) => id));
  return [
    ...duplicates(orderIds, (id) => id).map((id) => violation(`${thing}_twice`, id, 'the order has two')),
    ...[...owed]
      .filter((id) => !given.has(id))
      .map((id) => violation(`${thing}_missing`, id, 'its history says that it has one')),
    ...[...given]
      .filter((id) => !owed.has(id))
      .map((id) => violation(`${thing}_not_owed`, id, 'its history does not name it')),
  ];
};

/** The orders with at least one of these states in their history. */
const ordersWith = ({ orders, history }: Snapshot, states: readonly string[]): OrderRow[] => {
  const ids = new Set(history.filter(({ state }) => states.includes(state)).map(({ orderId }) => orderId));
  return orders.filter(({ id }) => ids.has(id));
};
