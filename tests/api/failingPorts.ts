import type { AsyncResult } from '../../core/result.ts';
import type { Store } from '../../core/store.ts';

/** Options of `createTestApi` that replace every function of every port by `behaviour`. */
export const failingPorts = (behaviour: () => AsyncResult<never>) => ({
  wrapStore: (store: Store): Store => {
    const fail = <Port extends object>(port: Port): Port => new Proxy(port, { get: () => behaviour });
    return {
      ...store,
      products: fail(store.products),
      orders: fail(store.orders),
      contacts: fail(store.contacts),
      customers: fail(store.customers),
      audits: fail(store.audits),
      queue: fail(store.queue),
      pauses: fail(store.pauses),
      refunds: fail(store.refunds),
      disputes: fail(store.disputes),
      inbox: fail(store.inbox),
      ledger: fail(store.ledger),
      mailbox: fail(store.mailbox),
      serviceKeys: fail(store.serviceKeys),
      activity: fail(store.activity),
      subscriptions: fail(store.subscriptions),
      events: fail(store.events),
      deliveries: fail(store.deliveries),
    };
  },
  charges: behaviour,
  finishChallenge: behaviour,
  // The real one checks a signature before it uses a port, so it is replaced as a whole.
  receiveEvent: behaviour,
});
