import { browserPayPorts } from '../shared/browserPay.ts';
import { createPay } from '../shared/pay.ts';
import { checkoutIdOfPath, payAddress } from '../shared/payPage.ts';
import type { PayState } from '../shared/payStates.ts';
import { createPayWish } from '../shared/payWish.ts';
import { windowStore } from '../shared/store.ts';
import { payPath } from './addresses.ts';
import type { Shop } from './shop.ts';

export type Payment = ReturnType<typeof createPayment>;

/** The pay machine of this document, for one customer. `form` has the orders to ask a method for, null for none. */
export const createPayment = (shop: Shop, customerId: string) => {
  const ports = browserPayPorts(shop.api, customerId);
  const pay = createPay(ports);
  const state = shop.cells.create<PayState>(pay.state());
  /** Empty for all that is ticked in the cart. */
  const form = shop.cells.create<readonly string[] | null>(null);

  pay.subscribe(() => {
    const next = pay.state();
    state.value = next;
    // The form's address goes, so Back leads to the cart, and a reload to this payment. So does what a bank's page has
    // added to the address.
    const address = payAddress(next, location.pathname);
    if (address !== location.pathname + location.search) history.replaceState(null, '', address);
  });

  return {
    pay,
    state,
    form,

    /** The document was loaded, or somebody signed in: goes on with what there is. */
    open: (): void => {
      const checkoutId = checkoutIdOfPath(location.pathname);
      const wish = createPayWish(windowStore(), customerId).take();
      if (checkoutId !== null) return void pay.resume(checkoutId);
      if (wish !== null && wish.method !== null) return void pay.start(wish.orderIds, wish.method);
      const isAsked = wish === null ? ports.keep.list().length === 0 : pay.canPay(wish.orderIds);
      if (isAsked) form.value = wish?.orderIds ?? [];
      else void pay.resume();
    },

    /** The state changes before this returns, so a second press finds no form. */
    start: (orderIds: readonly string[], method: string): void => {
      form.value = null;
      void pay.start(orderIds, method);
    },

    /** Asks for a method again, for the orders of an attempt that has ended. */
    ask: (orderIds: readonly string[]): void => {
      void pay.close();
      history.replaceState(null, '', payPath);
      form.value = orderIds;
    },
  };
};
