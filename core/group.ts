import type { Contact, Order } from './order.ts';

/** The orders of a task and the `seq` of each one's newest history row, at the same positions. */
export type Group = { readonly orderIds: readonly string[]; readonly seqs: readonly number[] };

/** Sorts the orders of a checkout into groups, one for each product type. The orders of a group are by id. */
export const groupOrders = (
  orders: readonly Order[],
): readonly { readonly type: string; readonly orderIds: readonly string[] }[] =>
  [...Map.groupBy(orders, ({ product }) => product.type)].map(([type, ofType]) => ({
    type,
    orderIds: ofType.map(({ id }) => id).toSorted(),
  }));

/** The product type of a group, which is also the name of its pipeline. */
export const typeOfGroup = ([first]: readonly { readonly order: Pick<Order, 'product'> }[]): string => {
  if (first === undefined) throw new Error('a group needs an order');
  return first.order.product.type;
};

/**
 * The group that goes on when an order leaves it. Null if no other order is in it: then what happens to the order
 * happens to its task.
 */
export const groupWithout = ({ orderIds, seqs }: Group, orderId: string): Group | null => {
  const stays = orderIds.map((id) => id !== orderId);
  if (!stays.includes(true)) return null;
  return {
    orderIds: orderIds.filter((_, index) => stays[index]),
    seqs: seqs.filter((_, index) => stays[index]),
  };
};

/** The contact of the last order, because it has the newest address of the customer. */
export const contactOfGroup = (
  orders: readonly { readonly order: Pick<Order, 'id'>; readonly contact: Contact }[],
): Contact => {
  let [last] = orders;
  if (last === undefined) throw new Error('a group needs an order');
  for (const one of orders) if (one.order.id > last.order.id) last = one;
  return last.contact;
};
