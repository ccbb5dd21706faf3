import type { Store } from '../../core/store.ts';

/** The store with every verb of every port replaced. */
export const broken =
  (verb: () => unknown) =>
  (store: Store): Store => {
    const port = <Port extends object>(of: Port): Port => new Proxy(of, { get: () => verb });
    return {
      ...store,
      products: port(store.products),
      orders: port(store.orders),
      audits: port(store.audits),
      queue: port(store.queue),
      mailbox: port(store.mailbox),
    };
  };
