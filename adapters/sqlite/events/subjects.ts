import type { EventSubjects, UnrenderedEvent } from '../../../core/eventBody.ts';
import { type OrderState, shownStates } from '../../../core/order.ts';
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
     where order_id = $orderId and stored_seq > $after order by seq`,
  );
  const readOrder = (orderId: string) => {
    const row = orderById.get(orderId);
    if (row === undefined) return null;
    // While the order has a task, its own `seq` is behind, so this reads some more rows.
    return { order: orderOf(row), history: states.all({ orderId, after: row.seq - shownStates }) };
  };

  return (events) => {
    const found: {
      orders: Map<string, NonNullable<ReturnType<typeof readOrder>>>;
      checkouts: Map<string, NonNullable<ReturnType<typeof checkouts.find>>>;
    } = { orders: new Map(), checkouts: new Map() };
    for (const { kind, subject } of events) {
      const order = kind === 'order' ? readOrder(subject) : null;
      if (order !== null) found.orders.set(subject, order);
      const checkout = kind === 'checkout' ? checkouts.find(subject) : null;
      if (checkout !== null) found.checkouts.set(subject, checkout);
    }
    return found;
  };
};
