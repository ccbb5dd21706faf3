import { randomUUID } from 'node:crypto';
import { consoleEnMoney } from '../../../web/words/consoleEnMoney.ts';
import { consoleEnOrderList } from '../../../web/words/consoleEnOrderList.ts';
import { consoleEnOrders } from '../../../web/words/consoleEnOrders.ts';
import { consoleEnRefunds } from '../../../web/words/consoleEnRefunds.ts';
import { consoleViMoney } from '../../../web/words/consoleViMoney.ts';
import { consoleViOrderList } from '../../../web/words/consoleViOrderList.ts';
import { consoleViOrders } from '../../../web/words/consoleViOrders.ts';
import { consoleViRefunds } from '../../../web/words/consoleViRefunds.ts';
import { expectStatus } from '../../processes/client.ts';
import {
  type Bank,
  dispute,
  payOrders,
  payWithFailedMail,
  refundAtProvider,
  settled,
  strangeCharge,
} from './moneyGround.ts';
import type { Operator } from './operator.ts';
import { placeOrder, until } from './shop.ts';

/** The words of the pages of orders and money, in the language of the operator. */
export const pageWordsOf = ({ language }: Pick<Operator, 'language'>) => ({
  orders:
    language === 'vi'
      ? { ...consoleViOrders, ...consoleViOrderList }
      : { ...consoleEnOrders, ...consoleEnOrderList },
  money: language === 'vi' ? consoleViMoney : consoleEnMoney,
  refunds: language === 'vi' ? consoleViRefunds : consoleEnRefunds,
});

type State = {
  readonly name: string;
  readonly open: (operator: Operator, bank: Bank) => Promise<void>;
};

/** Requests a refund as another operator would. */
export const refundByAnother = async (
  { shop }: Pick<Operator, 'shop'>,
  orderId: string,
  body: Readonly<Record<string, unknown>> = {},
) =>
  expectStatus(
    await shop.operator.post(
      '/refunds',
      { orderId, reason: 'a scratch', ...body },
      { 'idempotency-key': randomUUID() },
    ),
    202,
  );

const openOrder = async ({ goto, page }: Operator, orderId: string): Promise<void> => {
  await goto(`/console/orders/${orderId}`);
  await page.locator('.timeline li').first().waitFor();
};

/** Amounts that no other test uses. */
let amounts = 3_000_000;
const nextAmount = (): number => {
  amounts += 1_000;
  return amounts;
};

/** Every page of orders and money, in the states that an operator meets. */
export const consoleMoneyStates: readonly State[] = [
  {
    name: 'orders',
    open: async (operator) => {
      await payOrders(operator.shop, { count: 2, name: 'Máy pha cà phê tự động có tay cầm bằng gỗ sồi' });
      await operator.goto('/console/orders');
      await operator.page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'orders, none found',
    open: async (operator) => {
      await operator.goto('/console/orders?q=zzzz&status=paid');
      await operator.page.getByText(pageWordsOf(operator).orders.list.nothingFoundText).waitFor();
    },
  },
  {
    name: 'order, its mail failed',
    open: async (operator, bank) => {
      await openOrder(operator, await payWithFailedMail(operator.shop, bank));
    },
  },
  {
    name: 'order, declined and refunded',
    open: async (operator) => {
      const { shop } = operator;
      const { client } = await shop.customer(`${randomUUID().slice(0, 8)}@example.com`);
      const orderId = await placeOrder(client, await shop.addProduct({ name: 'Đồng hồ đeo tay' }));
      await client.checkOut(randomUUID(), [orderId], 'pm_card_chargeDeclinedExpiredCard');
      expectStatus(await client.checkOut(randomUUID(), [orderId], 'pm_card_visa'), 202);
      await settled(shop, orderId);
      await refundByAnother(operator, orderId, { amount: 20_000 });
      await openOrder(operator, orderId);
    },
  },
  {
    name: 'order, disputed',
    open: async (operator, bank) => {
      const paid = await dispute(operator.shop, bank);
      await openOrder(operator, paid.orderIds[0] ?? '');
      await operator.page.getByText(pageWordsOf(operator).orders.order.disputed).waitFor();
    },
  },
  {
    name: 'order, missing',
    open: async (operator) => {
      await operator.goto(`/console/orders/${randomUUID()}`);
      await operator.page.getByText(pageWordsOf(operator).orders.order.missingText).waitFor();
    },
  },
  {
    name: 'refund form with problems',
    open: async (operator) => {
      const { orders } = pageWordsOf(operator);
      const {
        orderIds: [orderId = ''],
      } = await payOrders(operator.shop);
      await settled(operator.shop, orderId);
      await openOrder(operator, orderId);
      await operator.page.getByRole('button', { name: orders.refund.open }).click();
      const dialog = operator.page.getByRole('dialog');
      await dialog.getByLabel(orders.refund.part).check();
      await dialog.getByLabel(orders.refund.amount).fill('999999999');
      await dialog
        .getByRole('button', { name: new RegExp(`^${orders.refund.submit('').trim()}`) })
        .last()
        .click();
      await dialog.getByText(orders.refund.problems.too_large).waitFor();
    },
  },
  {
    name: 'contact form',
    open: async (operator) => {
      const { orders } = pageWordsOf(operator);
      const {
        orderIds: [orderId = ''],
      } = await payOrders(operator.shop);
      await openOrder(operator, orderId);
      await operator.page.getByRole('button', { name: orders.contact.open }).click();
      await operator.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'refunds',
    open: async (operator, bank) => {
      bank.connect(operator.shop);
      const {
        orderIds: [orderId = ''],
      } = await payOrders(operator.shop, { method: 'pm_card_refundFail' });
      await settled(operator.shop, orderId);
      await refundByAnother(operator, orderId);
      await until(
        async () => JSON.stringify((await operator.client.get(`/refunds?orderId=${orderId}`)).body),
        (text) => text.includes('"failed"'),
      );
      await operator.goto('/console/refunds');
      await operator.page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'money',
    open: async (operator) => {
      await operator.goto('/console/money');
      await operator.page.locator('.checks a').first().waitFor();
    },
  },
  {
    name: 'cases, disputes',
    open: async (operator, bank) => {
      const { checkoutId } = await dispute(operator.shop, bank);
      const cases = await operator.client.get('/money/disputes_open?limit=100');
      const caseId = JSON.stringify(cases.body).match(
        new RegExp(`"id":"([^"]+)"[^}]*"paymentId":"${checkoutId}"`),
      )?.[1];
      await operator.goto(`/console/money/disputes_open?open=${caseId}`);
      await operator.page.locator('article a[href*="/console/orders/"]').first().waitFor();
    },
  },
  {
    name: 'cases, assign',
    open: async (operator, bank) => {
      const { refundId } = await refundAtProvider(operator.shop, bank);
      const { money } = pageWordsOf(operator);
      await operator.goto('/console/money/refunds_unassigned');
      await cardOf(operator, refundId).getByRole('button', { name: money.cases.assign }).click();
      await operator.page.getByRole('dialog').getByRole('radio').first().waitFor();
    },
  },
  {
    name: 'cases, differences',
    open: async (operator, bank) => {
      await strangeCharge(operator.shop, bank, nextAmount());
      await operator.goto('/console/money/ledger_differences');
      await operator.page.locator('article').first().waitFor();
    },
  },
  {
    name: 'cases, none',
    open: async (operator) => {
      await operator.goto('/console/money/charged_twice');
      await operator.page.getByText(pageWordsOf(operator).money.cases.noneText).waitFor();
    },
  },
  {
    name: 'reconciliations',
    open: async (operator, bank) => {
      await strangeCharge(operator.shop, bank, nextAmount());
      await operator.goto('/console/reconciliations');
      await operator.page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'reconciliation',
    open: async (operator, bank) => {
      const { reconciliationId } = await strangeCharge(operator.shop, bank, nextAmount());
      await operator.goto(`/console/reconciliations/${reconciliationId}`);
      await operator.page.locator('tbody tr').first().waitFor();
    },
  },
];

/** The card of a case, by a refund or an order that it links to. */
export const cardOf = ({ page }: Pick<Operator, 'page'>, id: string) =>
  page.locator('article', { has: page.locator(`a[href*="${id}"]`) });
