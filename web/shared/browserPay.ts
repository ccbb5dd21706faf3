import { createId } from './ids.ts';
import { createKeep } from './keepAttempts.ts';
import { browserPageEvents, createPause } from './pause.ts';
import type { PayPorts } from './payPorts.ts';
import { sessionMark } from './session.ts';
import type { ShopApi } from './shopApi.ts';
import { longStore } from './store.ts';

/**
 * One request at a time in a browser, over all its windows. The browser frees the lock of a window that closes or
 * crashes. A page without a secure context has no locks: there it is one at a time in this window, and the shop still
 * charges once, because it claims an order only once.
 */
export const createAlone = (locks: LockManager | undefined, customerId: string): PayPorts['alone'] => {
  if (locks !== undefined) return (work) => locks.request(`cw.pay ${customerId}`, work);
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
};

/** The pay machine's ports in a browser. */
export const browserPayPorts = (api: ShopApi, customerId: string): PayPorts => ({
  customerId,
  ask: {
    checkOut: ({ key, orderIds, method }) => api.checkOut(key, orderIds, method),
    checkout: api.checkout,
    giveUp: api.giveUp,
    order: (id) => api.order(id),
    session: api.session,
  },
  keep: createKeep(longStore(), customerId),
  sessionMark: () => sessionMark(longStore()),
  pause: createPause(browserPageEvents()),
  // The type says that it is always there.
  alone: createAlone((navigator as { readonly locks?: LockManager }).locks, customerId),
  newKey: () => createId(),
  nowMs: () => Date.now(),
});
