import { type AccountPorts, createAccountOf } from '../frame/account.ts';
import { createShopApi } from '../shared/shopApi.ts';
import { createCustomerCart } from './customerCart.ts';

/** Who is signed in, and their cart. */
export const createAccount = (ports: AccountPorts) => {
  const account = createAccountOf(ports, {
    onChange: (customerId) => customerCart.openCart(customerId),
    onLoaded: () => void customerCart.loadCart(),
  });
  const { shared, cell } = ports;
  const customerCart = createCustomerCart({ api: createShopApi(account.call), shared, cell });
  return { ...customerCart, ...account };
};
