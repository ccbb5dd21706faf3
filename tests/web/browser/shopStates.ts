import { expect } from 'bun:test';
import { valueAt } from '../../processes/client.ts';
import type { Customer } from './customer.ts';
import { holdAnswers, signOut } from './customer.ts';
import { placeOrder } from './shop.ts';
import {
  choosePayment,
  hasFocusedTitle,
  type Method,
  methods,
  openCart,
  pay,
  seesTitle,
  waitForStatus,
} from './steps.ts';

type ShopState = {
  readonly name: string;
  /** Leads the customer there. `product` is the name of what they buy, where they buy something. */
  readonly open: (customer: Customer, product?: string) => Promise<void>;
  readonly showsProduct: boolean;
};

const place = (customer: Customer, count: number, product: string) =>
  customer.placeOrders(count, { name: product, stock: 4 });

const usual = 'Áo dài lụa Hà Đông';

const ofPayment = (
  name: string,
  method: Method,
  titleOf: (words: Customer['words']['pay']) => string,
): ShopState => ({
  name,
  showsProduct: true,
  open: async (customer, product = usual) => {
    await place(customer, 2, product);
    await openCart(customer, 2);
    await pay(customer, method);
    await seesTitle(customer.page, titleOf(customer.words.pay));
    expect({ name, hasFocusedTitle: await hasFocusedTitle(customer.page) }).toEqual({
      name,
      hasFocusedTitle: true,
    });
  },
});

/** Every page of the shop in the states that a customer can be led to. */
export const shopStates: readonly ShopState[] = [
  {
    name: 'products',
    showsProduct: false,
    open: async (customer) => {
      await customer.goto('/shop');
      await customer.page.locator('.product').first().waitFor();
    },
  },
  {
    name: 'products, list of suggestions open',
    showsProduct: false,
    open: async (customer) => {
      await customer.goto('/shop');
      await customer.page.getByRole('combobox').pressSequentially('ao');
      await customer.page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'products, nothing found',
    showsProduct: false,
    open: async (customer) => {
      await customer.goto('/shop?q=zzzqqq');
      await customer.page.getByText(customer.words.catalogue.nothingFoundText).waitFor();
    },
  },
  {
    name: 'cart, empty',
    showsProduct: false,
    open: async (customer) => {
      await customer.goto('/shop/orders');
      await customer.page.getByText(customer.words.cartPage.empty).waitFor();
    },
  },
  {
    name: 'cart',
    showsProduct: true,
    open: async (customer, product = usual) => {
      await place(customer, 3, product);
      await openCart(customer, 3);
    },
  },
  {
    name: 'cart, choosing how to pay',
    showsProduct: false,
    open: async (customer) => {
      await place(customer, 1, usual);
      await openCart(customer, 1);
      await choosePayment(customer, methods.pays);
    },
  },
  {
    name: 'cart, offline',
    showsProduct: false,
    open: async (customer) => {
      await place(customer, 1, usual);
      await openCart(customer, 1);
      await customer.page.waitForLoadState('networkidle');
      await customer.context.setOffline(true);
      await customer.page.locator('.offline').waitFor();
    },
  },
  {
    name: 'order, pending',
    showsProduct: true,
    open: async (customer, product = usual) => {
      const [order = ''] = await place(customer, 1, product);
      await customer.goto(`/shop/orders/${order}`);
      await customer.page.getByRole('heading', { level: 1, name: product }).waitFor();
    },
  },
  {
    name: 'order, completed',
    showsProduct: true,
    open: async (customer, product = usual) => {
      const [order = ''] = await place(customer, 1, product);
      await customer.client.checkOut(crypto.randomUUID(), [order], 'pm_card_visa');
      await waitForStatus(customer, order, 'completed');
      await customer.goto(`/shop/orders/${order}`);
      await customer.page.locator('.timeline').getByText(customer.words.historyStates.completed).waitFor();
    },
  },
  {
    name: 'order that does not exist',
    showsProduct: false,
    open: async (customer) => {
      await customer.goto('/shop/orders/01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34');
    },
  },
  {
    name: 'sign-in',
    showsProduct: false,
    open: (customer) => customer.goto('/shop/sign-in'),
  },
  {
    name: 'a page that does not exist',
    showsProduct: false,
    open: (customer) => customer.goto('/shop/nothing'),
  },
  {
    name: 'payment, asking the bank',
    showsProduct: true,
    open: async (customer, product = usual) => {
      await place(customer, 1, product);
      await openCart(customer, 1);
      const held = await holdAnswers(customer.page, `${customer.shop.url}/checkouts`);
      await pay(customer, methods.pays);
      await held.arrived;
      await seesTitle(customer.page, customer.words.pay.asking.title);
    },
  },
  {
    name: 'payment, unknown',
    showsProduct: true,
    open: async (customer, product = usual) => {
      await place(customer, 1, product);
      await openCart(customer, 1);
      await holdAnswers(customer.page, `${customer.shop.url}/checkouts/0*`);
      await pay(customer, methods.lostPaid);
      await seesTitle(customer.page, customer.words.pay.confirming.title);
    },
  },
  ofPayment('payment, paid', methods.pays, ({ paid }) => paid.title),
  ofPayment('payment, declined', methods.declined, ({ declined }) => declined.title),
  ofPayment('payment, to be confirmed', methods.confirms, ({ action }) => action.title),
  ofPayment('payment, the bank cannot be reached', methods.down, ({ retrying }) => retrying.title),
  {
    name: 'payment that does not exist',
    showsProduct: false,
    open: async (customer) => {
      await customer.page.goto('/shop/checkouts/01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34');
      await seesTitle(customer.page, customer.words.pay.missing.title);
    },
  },
  {
    name: 'payment, the question of the bank open',
    showsProduct: false,
    open: async (customer) => {
      const { page, words } = customer;
      await place(customer, 1, usual);
      await openCart(customer, 1);
      await pay(customer, methods.confirms);
      await seesTitle(page, words.pay.action.title);
      await page.getByRole('button', { name: words.pay.action.confirm }).click();
      await page.locator('dialog[open]').waitFor();
    },
  },
  {
    name: 'payment, sold out',
    showsProduct: true,
    open: async (customer, product = usual) => {
      const { client, page, shop, words } = customer;
      const id = await shop.addProduct({ name: product, stock: 3 });
      await placeOrder(client, id, 3);
      const { body } = await shop.operator.get(`/products/${id}`);
      await shop.operator.patch(`/products/${id}`, { stock: { set: 1, was: valueAt(body, 'stock') } });
      await openCart(customer, 1);
      await pay(customer, methods.pays);
      await page.getByText(words.pay.stock.left(product, 1)).waitFor();
    },
  },
  {
    name: 'payment, paid on another device',
    showsProduct: true,
    open: async (customer, product = usual) => {
      const { client, page, words } = customer;
      const orders = await place(customer, 1, product);
      await openCart(customer, 1);
      const button = await choosePayment(customer, methods.pays);
      await client.checkOut(crypto.randomUUID(), orders, methods.pays);
      await button.click();
      await seesTitle(page, words.pay.conflict.paidTitle);
    },
  },
  {
    name: 'payment, the session has ended',
    showsProduct: false,
    open: async (customer) => {
      const { context, page, words } = customer;
      await place(customer, 1, usual);
      await openCart(customer, 1);
      await pay(customer, methods.confirms);
      await seesTitle(page, words.pay.action.title);
      await signOut(context);
      await page.reload();
      await page.locator('dialog[open]').waitFor();
    },
  },
  {
    name: 'products, on their way',
    showsProduct: false,
    open: async ({ page, shop }) => {
      const held = await holdAnswers(page, `${shop.url}/products?*`);
      await page.goto('/shop');
      await held.arrived;
    },
  },
  {
    name: 'products, lost on their way',
    showsProduct: false,
    open: async ({ page, shop, words }) => {
      const held = await holdAnswers(page, `${shop.url}/products?*`);
      await page.goto('/shop');
      await held.arrived;
      await held.lose();
      await page.getByRole('alert').getByText(words.state.lost).waitFor();
    },
  },
];
