/** One checkout with openapi-fetch. `api.ts` has the types that openapi-typescript makes from the document. */
import createClient from 'openapi-fetch';
import type { components, paths } from './api.ts';

const { BASE: baseUrl = '', TOKEN: token = '', KEY: key = '' } = process.env;
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });

const products = await client.GET('/products', { params: { query: { limit: 1 } } });
const product: components['schemas']['Product'] | undefined = products.data?.items[0];
if (product === undefined) throw new Error('the shop has no product');
// The type of a product is any text, so that a new one breaks no client.
const type: string = product.type;

const order = await client.POST('/orders', { body: { productId: product.id, quantity: 1 } });
if (order.data === undefined) throw new Error(order.error.detail);
const checkout = await client.POST('/checkouts', {
  params: { header: { 'Idempotency-Key': key } },
  body: { orderIds: [order.data.id], payment: { method: 'pm_card_visa' } },
});
if (checkout.data === undefined) throw new Error(checkout.error.detail);
if (checkout.data.status !== 'succeeded') throw new Error(`the checkout is ${checkout.data.status}`);
const year = new Date(order.data.createdAt).getFullYear();
console.log(`checkout ${checkout.data.checkoutId} of a ${type} product, an order of ${year}`);

// @ts-expect-error A request is strict: a field that does not exist is an error already here.
client.POST.bind(null, '/orders', { body: { productId: product.id, quantity: 1, colour: 'red' } });
