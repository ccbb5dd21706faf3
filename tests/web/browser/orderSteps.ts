import type { Locator } from 'playwright-core';
import { expectStatus, itemsOf } from '../../processes/client.ts';
import { pageWordsOf } from './consoleMoneyStates.ts';
import { payOrders, settled } from './moneyGround.ts';
import type { Operator } from './operator.ts';
import type { Shop } from './shop.ts';

/** What operators do on the page of an order, by what they see. The tests read English. */

export const { orders: words } = pageWordsOf({ language: 'en' });

export const refundsOf = async ({ client }: Operator, orderId: string) =>
  itemsOf(expectStatus(await client.get(`/refunds?orderId=${orderId}`), 200));

export const openOrder = async ({ goto, page }: Operator, orderId: string): Promise<void> => {
  await goto(`/console/orders/${orderId}`);
  await page.locator('.timeline li').first().waitFor();
};

/** Opens the form, and fills in a part and a reason. Returns the button that sends it. */
export const fillRefund = async ({ page }: Operator, part: string, reason = 'damaged') => {
  await page.getByRole('button', { name: words.refund.open }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(words.refund.part).check();
  await dialog.getByLabel(words.refund.amount).fill(part);
  await dialog.getByLabel(words.refund.reason).fill(reason);
  return dialog.getByRole('button', { name: new RegExp(`^${words.refund.submitUnknown}`) }).last();
};

export const keysIn = (page: Operator['page']): readonly string[] => {
  const keys: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname === '/refunds')
      keys.push(request.headers()['idempotency-key'] ?? '');
  });
  return keys;
};

export const focusedText = ({ page }: Operator): Promise<string> =>
  page.evaluate(() => document.activeElement?.textContent ?? '');

/** An order of 120,000 ₫ whose work is done. Returns its id. */
export const payOne = async (shop: Shop, product: Parameters<typeof payOrders>[1] = {}): Promise<string> => {
  const {
    orderIds: [orderId = ''],
  } = await payOrders(shop, product);
  await settled(shop, orderId);
  return orderId;
};

/** Two presses before anything is drawn between them, as a page that is busy gets a double click. */
export const pressTwice = (button: Locator): Promise<void> =>
  button.evaluate((element: HTMLElement) => {
    element.click();
    element.click();
  });
