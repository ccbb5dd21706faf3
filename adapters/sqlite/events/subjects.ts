import { historySeqOf } from '../../../core/event.ts';
import type { EventSubjects, UnrenderedEvent } from '../../../core/eventBody.ts';
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
  /** With the history up to the event: what came later may be long, and a claim may come long after the event. */
  const readOrder = ({ subject, sequence }: UnrenderedEvent) => {
    const row = orderById.get(subject);
    if (row === undefined) return null;
    return {
      order: orderOf(row),
      history: states.all({ orderId: subject, last: historySeqOf(sequence) }),
    };
  };

  return (events) => {
    const found: {
      orders: Map<string, NonNullable<ReturnType<typeof readOrder>>>;
      checkouts: Map<string, NonNullable<ReturnType<typeof checkouts.find>>>;
    } = { orders: new Map(), checkouts: new Map() };
    for (const event of events) {
      const { kind, subject } = event;
      const order = kind === 'order' ? readOrder(event) : null;
      if (order !== null) found.orders.set(subject, order);
      const checkout = kind === 'checkout' ? checkouts.find(subject) : null;
      if (checkout !== null) found.checkouts.set(subject, checkout);
    }
    return found;
  };
};
