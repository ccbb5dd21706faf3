import type { Api } from './testApi.ts';

/** Changes of orders that succeed and that fail. */
export const requestOrderChanges = async ({ as, product }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  const order = await root.order(await product());
  const change = (id: string) => root.send('PATCH', `/orders/${id}`, { body: { quantity: 2 } });
  await change(order);
  await change('x');
  await root.remove(`/orders/${order}`);
  await change(order);
};
