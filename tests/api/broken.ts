import type { AsyncResult } from '../../core/result.ts';
import type { Store } from '../../core/store.ts';

/** An API with `verb` in the place of every verb of every port. */
export const brokenBy = (verb: () => AsyncResult<never>) => ({
  storing: (store: Store): Store => {
    const port = <Port extends object>(of: Port): Port => new Proxy(of, { get: () => verb });
    return {
      ...store,
      products: port(store.products),
      orders: port(store.orders),
      audits: port(store.audits),
      queue: port(store.queue),
      refunds: port(store.refunds),
      inbox: port(store.inbox),
      ledger: port(store.ledger),
      mailbox: port(store.mailbox),
    };
  },
  charges: verb,
  finishChallenge: verb,
  // In front of it there is a signature to check, which needs no port.
  receiveEvent: verb,
});
