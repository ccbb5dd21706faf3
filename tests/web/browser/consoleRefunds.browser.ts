import { afterAll, expect, test } from 'bun:test';
import { textAt, valueAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { refundByAnother } from './consoleMoneyStates.ts';
import { holdAnswers } from './customer.ts';
import { delayFrames } from './figures.ts';
import { openBank } from './moneyGround.ts';
import { signInOperator, tokenOf } from './operator.ts';
import {
  fillRefund,
  focusedText,
  keysIn,
  openOrder,
  payOne,
  pressTwice,
  refundsOf,
  words,
} from './orderSteps.ts';
import { until } from './shop.ts';

const bank = await openBank();
afterAll(() => bank.close());

/** Intl sets amounts apart with a space that does not break. */
const plain = (text: string) => text.replaceAll(/\s/g, ' ');

withConsole(
  'A refund in the console',
  { createDatabase: createTestFile, env: bank.env },
  ({ shop, visit }) => {
    test('A part is refunded once, however fast one presses, and the order shows what is left', async () => {
      const orderId = await payOne(shop());
      await visit(async (operator) => {
        const { page } = operator;
        const keys = keysIn(page);
        await openOrder(operator, orderId);
        const submit = await fillRefund(operator, '50,000');
        await pressTwice(submit);
        await page.getByRole('status').getByText('50,000').waitFor();
        expect(keys.length).toBe(1);
        expect(await focusedText(operator)).toBe(words.refund.open);
        await page.getByRole('definition').filter({ hasText: '70,000' }).waitFor();
        expect(await refundsOf(operator, orderId)).toMatchObject([
          { amount: { amount: 50_000 }, reason: 'damaged', origin: 'operator' },
        ]);
        // The timeline says who it was, and in which request.
        await page.getByText(words.timeline.by(operator.email)).waitFor();
      });
    });

    test('What is chosen as soon as the form is seen stays chosen, however late the next frame is', async () => {
      const orderId = await payOne(shop());
      await visit(async (operator) => {
        const { context, page } = operator;
        await delayFrames(context);
        await openOrder(operator, orderId);
        await fillRefund(operator, '50,000', 'a stain');
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
        const dialog = page.getByRole('dialog');
        expect(await dialog.getByLabel(words.refund.amount).inputValue()).toBe('50,000');
        expect(await dialog.getByLabel(words.refund.reason).inputValue()).toBe('a stain');
      });
    });

    test('An answer from before the refund that comes late does not hide what was refunded', async () => {
      const orderId = await payOne(shop());
      await visit(async (operator) => {
        const { page } = operator;
        await openOrder(operator, orderId);
        const early = await holdAnswers(page, `${shop().url}/orders/${orderId}`, 1);
        await early.arrived;
        await (await fillRefund(operator, '50,000')).click();
        const left = page.getByRole('definition').filter({ hasText: '70,000' });
        await left.waitFor();
        const isAskedAgain = Promise.withResolvers<void>();
        const isOver = Promise.withResolvers<void>();
        await page.route('**/refunds?**', async (route) => {
          isAskedAgain.resolve();
          await isOver.promise;
          await route.continue();
        });
        await early.release();
        // The page asks again only when it has read the late answer.
        await isAskedAgain.promise;
        expect(await left.count()).toBe(1);
        isOver.resolve();
      });
    });

    test('A reload while the answer is awaited goes on under the same key: one refund', async () => {
      const orderId = await payOne(shop());
      await visit(async (operator) => {
        const { page } = operator;
        const keys = keysIn(page);
        await openOrder(operator, orderId);
        const held = await holdAnswers(page, `${shop().url}/refunds`);
        await (await fillRefund(operator, '40,000')).click();
        await held.arrived;
        await page.getByText(plain(words.refund.asking('₫40,000'))).waitFor();
        await page.reload();
        await held.lose();
        await page.getByRole('status').getByText('40,000').waitFor();
        expect(keys.length).toBeGreaterThanOrEqual(2);
        expect(new Set(keys).size).toBe(1);
        expect((await refundsOf(operator, orderId)).length).toBe(1);
        expect(
          await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('cw.refund'))),
        ).toEqual([]);
      });
    });

    test('A lost answer is asked for again, visibly and under the same key', async () => {
      const orderId = await payOne(shop());
      await visit(async (operator) => {
        const { page } = operator;
        const keys = keysIn(page);
        await openOrder(operator, orderId);
        const held = await holdAnswers(page, `${shop().url}/refunds`);
        await (await fillRefund(operator, '30,000')).click();
        await held.arrived;
        // The page asks again by itself after a moment, and the words are to be seen before its answer.
        const isSeen = Promise.withResolvers<void>();
        await page.route('**/refunds', (route) => isSeen.promise.then(() => route.fallback()));
        await held.lose();
        await page.getByText(words.refund.again(1)).waitFor();
        isSeen.resolve();
        await page.getByRole('status').getByText('30,000').waitFor();
        expect(new Set(keys).size).toBe(1);
        expect((await refundsOf(operator, orderId)).length).toBe(1);
      });
    });

    test('The end of the session keeps it, and it goes on after a new sign-in', async () => {
      const orderId = await payOne(shop());
      await visit(
        async (operator) => {
          const { context, email, page } = operator;
          const keys = keysIn(page);
          await openOrder(operator, orderId);
          const submit = await fillRefund(operator, '20,000');
          // The look before it is answered; the session ends just then.
          await page.route('**/refunds', async (route) => {
            if (route.request().method() === 'POST' && keys.length === 1) await context.clearCookies();
            await route.fallback();
          });
          await submit.click();
          await page.getByText(words.refund.signedOut).waitFor();
          await signInOperator(context, shop(), await tokenOf(email, null));
          await page.getByRole('status').getByText('20,000').waitFor();
          expect(new Set(keys).size).toBe(1);
          expect((await refundsOf(operator, orderId)).length).toBe(1);
        },
        { expected: /401/ },
      );
    });

    test('An old refund without an answer is settled before another one is asked for', async () => {
      const orderId = await payOne(shop());
      await visit(async (operator) => {
        const { commands, page } = operator;
        await openOrder(operator, orderId);
        const refund = page.getByRole('button', { name: words.refund.open });
        await refund.waitFor();
        await page.evaluate(async (orderId) => {
          const { customerId } = await (await fetch('/session')).json();
          const body = { orderId, reason: 'of long ago' };
          const kept = { key: crypto.randomUUID(), body, startedAtMs: Date.now() - 3_600_000 };
          localStorage.setItem(`cw.refund ${customerId} ${orderId}`, JSON.stringify(kept));
        }, orderId);
        await page.reload();
        await page.getByText(words.refund.old).first().waitFor();
        await refund.click({ force: true });
        expect(await page.locator('dialog[open]').count()).toBe(0);
        await page.getByRole('button', { name: words.refund.oldForget }).click();
        await refund.click();
        await page.locator('dialog[open]').waitFor();
        expect(commands).toEqual([]);
      });
    });

    test('What another operator has refunded meanwhile is said first, and nothing is sent over it', async () => {
      const orderId = await payOne(shop());
      await visit(async (operator) => {
        const { commands, page } = operator;
        await openOrder(operator, orderId);
        const submit = await fillRefund(operator, '60,000');
        await refundByAnother(operator, orderId, { amount: 45_000 });
        await submit.click();
        const news = page.getByRole('dialog').getByRole('alert');
        await news.getByText('a scratch').waitFor();
        expect(await news.textContent()).toContain('operator@');
        expect(plain((await news.textContent()) ?? '')).toContain(words.refund.meanwhileText('₫75,000'));
        expect(commands).toEqual([]);
        await submit.click();
        await page.getByRole('status').getByText('60,000').waitFor();
        expect(commands).toEqual(['POST /refunds']);
      });
    });

    test('All that is left is refunded with the goods back in stock, and then there is nothing to refund', async () => {
      const orderId = await payOne(shop(), { type: 'digital', stock: 5 });
      const productId = textAt(await shop().operator.get(`/orders/${orderId}`), 'product', 'id');
      await visit(async (operator) => {
        const { page } = operator;
        await openOrder(operator, orderId);
        await page.getByRole('button', { name: words.refund.open }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel(words.refund.reason).fill('sent back');
        await dialog.getByLabel(words.refund.goods).selectOption('yes');
        await dialog.getByRole('button', { name: words.refund.submit('₫120,000') }).click();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByText(words.statuses.refunded, { exact: true }).first().waitFor();
        const stock = async () =>
          valueAt((await shop().operator.get(`/products/${productId}`)).body, 'stock');
        await until(stock, (left) => left === 5);
        const button = page.getByRole('button', { name: words.refund.open });
        expect(await button.getAttribute('aria-disabled')).toBe('true');
        await button.click({ force: true });
        await page.getByText(words.refund.blocked.nothing_left).first().waitFor();
      });
    });
  },
);
