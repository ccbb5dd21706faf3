import type { Call } from './call.ts';
import type { Outcome } from './outcome.ts';
import { queryOf } from './query.ts';
import { createSessionApi } from './sessionApi.ts';
import type { Checkout, CheckoutResponse, List, Order, OrderDetail, PayOptions, Product } from './types.ts';

const pathOf = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join('/')}`;

type ProductQuery = {
  readonly q?: string;
  readonly type?: string;
  readonly cursor?: string | null;
  readonly limit?: number;
};
type OrderQuery = {
  readonly q?: string;
  readonly status?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string | null;
  readonly limit?: number;
};

/** The calls of the shop, each with the type of its answer. */
export const createShopApi = (call: Call) => {
  const get = <Value>(path: string, signal?: AbortSignal): Promise<Outcome<Value>> =>
    call<Value>({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });
  return {
    products: (query: ProductQuery, signal?: AbortSignal) =>
      get<List<Product>>(`/products${queryOf(query)}`, signal),
    product: (id: string) => get<Product>(pathOf('products', id)),
    orders: (query: OrderQuery, signal?: AbortSignal) => get<List<Order>>(`/orders${queryOf(query)}`, signal),
    order: (id: string, signal?: AbortSignal) => get<OrderDetail>(pathOf('orders', id), signal),
    orderHistory: (
      id: string,
      query: { readonly cursor: string | null; readonly limit: number },
      signal?: AbortSignal,
    ) =>
      get<List<OrderDetail['history'][number]>>(
        `${pathOf('orders', id, 'history')}${queryOf(query)}`,
        signal,
      ),
    /** The key makes a repeated request the same order. */
    placeOrder: (productId: string, quantity: number, key: string) =>
      call<Order>({ method: 'POST', path: '/orders', body: { productId, quantity }, key }),
    changeQuantity: (id: string, quantity: number) =>
      call<Order>({ method: 'PATCH', path: pathOf('orders', id), body: { quantity } }),
    cancelOrder: (id: string) => call<undefined>({ method: 'DELETE', path: pathOf('orders', id) }),
    payOptions: () => get<PayOptions>('/checkouts/options'),
    checkOut: (key: string, orderIds: readonly string[], method: string) =>
      call<CheckoutResponse>({
        method: 'POST',
        path: '/checkouts',
        body: { orderIds, payment: { method } },
        key,
      }),
    checkout: (id: string) => get<Checkout>(pathOf('checkouts', id)),
    giveUp: (id: string) => call<Checkout>({ method: 'DELETE', path: pathOf('checkouts', id) }),
    invoicePath: (checkoutId: string) => `${pathOf('checkouts', checkoutId)}/invoice`,
    /** Demo mode only: what a bank's page does. */
    meetChallenge: (clientSecret: string, outcome: 'succeed' | 'fail') =>
      call<undefined>({ method: 'POST', path: '/demo/challenges', body: { clientSecret, outcome } }),
    ...createSessionApi(call),
  };
};

export type ShopApi = ReturnType<typeof createShopApi>;
