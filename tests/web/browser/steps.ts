import { expect } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import type { Customer } from './customer.ts';
import { statusOf, until } from './shop.ts';

/** What people do in the shop, by what they see: names of buttons, fields and headings. */

/** The methods of the simulated provider. */
export const methods = {
  pays: 'pm_card_visa',
  declined: 'pm_card_chargeDeclined',
  confirms: 'pm_card_authenticationRequired',
  slow: 'pm_sim_slow',
  lostPaid: 'pm_sim_lost_ok',
  down: 'pm_sim_down',
} as const;
export type Method = (typeof methods)[keyof typeof methods];

/** Waits until the page says this, however often it changes before. */
export const seesTitle = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();

/** The heading has the focus: readers of the screen hear what is new, and the Tab key goes on from there. */
export const hasFocusedTitle = (page: Page): Promise<boolean> =>
  page.locator('h1').evaluate((heading) => heading === document.activeElement);

/** The cart, with this many orders that can be paid. */
export const openCart = async (customer: Customer, rows: number, page = customer.page): Promise<void> => {
  await customer.goto('/shop/orders', page);
  await page
    .locator('.cart-row')
    .nth(rows - 1)
    .waitFor();
  expect(await page.locator('.cart-row').count()).toBe(rows);
};

const sheetOf = (page: Page): Locator => page.locator('dialog[open]');

/** Opens the sheet and chooses how to pay. Returns the button that pays, which is not pressed yet. */
export const choosePayment = async (
  { words, page: own }: Customer,
  method: Method,
  page = own,
): Promise<Locator> => {
  await page.locator('.pay-bar').getByRole('button', { name: words.cartPage.pay }).click();
  await sheetOf(page).locator(`input[type=radio][value=${method}]`).check();
  return sheetOf(page).getByRole('button', { name: new RegExp(`^${words.cartPage.pay}\\b`) });
};

export const pay = async (customer: Customer, method: Method, page = customer.page): Promise<void> => {
  const button = await choosePayment(customer, method, page);
  await button.click();
};

/** One key for all requests, and one charge. No other customer buys for the same sum. */
export const expectOneCharge = async (customer: Customer): Promise<void> => {
  expect(new Set(customer.keys).size).toBe(1);
  expect(await chargesOf(customer)).toEqual(['succeeded']);
};

/** The states of all charges for the sum of what the customer has ordered. */
export const chargesOf = async ({ shop, sum }: Customer): Promise<readonly string[]> =>
  (await shop.charges()).filter(({ amount }) => amount === sum()).map(({ status }) => status);

export const waitForStatus = ({ client }: Customer, orderId: string, status: string): Promise<string> =>
  until(
    () => statusOf(client, orderId),
    (found) => found === status,
  );

/** Every attempt to pay that the browser keeps. */
export const keptKeys = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('cw.pay ')));
