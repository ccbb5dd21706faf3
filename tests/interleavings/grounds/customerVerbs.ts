import type { Order } from '../../../core/order.ts';
import { defined } from '../../contracts/fixture.ts';
import { say, type Verb } from '../ground.ts';

/** Erases the customer of the first order, in one slice. */
export const erase: Verb<{ readonly orders: readonly Order[] }> = {
  port: 'customers.eraseSlice',
  run: async ({ shop, store }, { orders: [order] }) => {
    const slice = { customerId: defined(order).customerId, after: null, limit: 10 };
    return say(store.customers.eraseSlice(slice, shop.now()), ({ next }) =>
      next === null ? 'erased' : 'more',
    );
  },
};
