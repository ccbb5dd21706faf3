import { randomUUID } from 'node:crypto';
import { createClient, expectStatus, placeOrder, valueAt } from '../../processes/client.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { type Shop, until } from './shop.ts';

/** Digital orders that are paid, each in a checkout of its own. Returns their ids. */
export const payOrders = async (shop: Shop, count: number): Promise<readonly string[]> => {
  const customer = createClient(shop.url, await tokenFor(`${randomUUID().slice(0, 8)}@shop.test`));
  const product = await shop.addProduct({ type: 'digital' });
  const orders: string[] = [];
  for (let index = 0; index < count; index++) {
    const order = await placeOrder(customer, product);
    expectStatus(await customer.checkOut(randomUUID(), [order], 'pm_card_visa'), 202);
    orders.push(order);
  }
  return orders;
};

/** Waits until the queue has this many tasks in the state. */
export const waitForTasks = (shop: Shop, state: string, count: number): Promise<unknown> =>
  until(
    async () => (await shop.operator.get('/queue')).body,
    (queue) => valueAt(valueAt(queue, 'totals'), state) === count,
  );
