import { type EventSubjects, lastSeqsOf, type UnrenderedEvent } from '../../../core/eventBody.ts';
import type { OrderState } from '../../../core/order.ts';
import { createCheckoutReader } from '../checkout/read.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders as orderTable } from '../schema.ts';

/** Reads what the bodies of events are made of. Reads inside the caller's transaction. */
export const createReadSubjects = (
  connection: Connection,
): ((events: readonly UnrenderedEvent[]) => EventSubjects) => {
  const { client } = connection;
  const checkouts = createCheckoutReader(connection);
  const orderById = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orderTable, 'o')} from orders o where o.id = ?`,
  );
  const states = client.prepare<[object], OrderState>(
    `select seq, state, at_ms as atMs, null as detail from order_history
     where order_id = $orderId and stored_seq <= $last order by seq`,
  );
  /** With the history up to the last of the events: what came later may be long, and a claim may come long after it. */
  const readOrder = (orderId: string, last: number) => {
    const row = orderById.get(orderId);
    return row === undefined ? null : { order: orderOf(row), history: states.all({ orderId, last }) };
  };

  return (events) => {
    const found: {
      orders: Map<string, NonNullable<ReturnType<typeof readOrder>>>;
      checkouts: Map<string, NonNullable<ReturnType<typeof checkouts.find>>>;
    } = { orders: new Map(), checkouts: new Map() };
    const ofKind = (kind: string) => events.filter((event) => event.kind === kind);
    for (const [id, last] of lastSeqsOf(ofKind('order'))) {
      const order = readOrder(id, last);
      if (order !== null) found.orders.set(id, order);
    }
    for (const id of new Set(ofKind('checkout').map(({ subject }) => subject))) {
      const checkout = checkouts.find(id);
      if (checkout !== null) found.checkouts.set(id, checkout);
    }
    return found;
  };
};
