import { afterAll, expect, test } from 'bun:test';
import { createTestFile } from '../../processes/sqlite.ts';
import { chromiumPath, launchChromium, violationsOf } from './chromium.ts';
import { withConsole } from './consoleGround.ts';
import { consoleMoneyStates, pageWordsOf } from './consoleMoneyStates.ts';
import { holdAnswers } from './customer.ts';
import { overflowOf, overflowsOnTablets } from './look.ts';
import { openBank, payOrders } from './moneyGround.ts';
import { withOperator } from './operator.ts';
import { createScriptBytes } from './scriptBytes.ts';

const bank = await openBank();
afterAll(() => bank.close());

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

const options = { createDatabase: createTestFile, env: bank.env };

withConsole('Each page of orders and money, in each state', options, ({ shop, visit }) => {
  test.each(['vi', 'en'] as const)(
    'In the language “%s” axe finds no fault in either scheme, and nothing scrolls sideways',
    async (language) => {
      const faults: string[] = [];
      for (const { name, open } of consoleMoneyStates)
        await visit(
          async (operator) => {
            const { page } = operator;
            await open(operator, bank);
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              const where = `${name}, ${colorScheme}, ${width} px`;
              const overflow = await overflowOf(page);
              if (overflow > 0) faults.push(`${where}: ${overflow} px too wide`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
            faults.push(...(await overflowsOnTablets(page, name)));
            if ((await page.locator('[style]').count()) > 0) faults.push(`${name}: a style attribute`);
          },
          { language },
        );
      expect(faults).toEqual([]);
    },
  );

  test('Text of twice the size fits on each of them', async () => {
    const large = await launchChromium(chromiumPath ?? '', ['--blink-settings=defaultFontSize=32']);
    const faults: string[] = [];
    try {
      for (const { name, open } of consoleMoneyStates)
        await withOperator(
          large,
          shop(),
          async (operator) => {
            await open(operator, bank);
            const overflow = await overflowOf(operator.page);
            if (overflow > 0) faults.push(`${name}: ${overflow} px too wide`);
          },
          { language: 'vi', viewport: { width: 640, height: 900 } },
        );
    } finally {
      await large.close();
    }
    expect(faults).toEqual([]);
  });

  test('A name that is HTML is text in the list, on the page of its order and in a case', async () => {
    const name = '<img src=x onerror=alert(1)>';
    const {
      orderIds: [orderId],
    } = await payOrders(shop(), { name });
    await visit(async ({ goto, page }) => {
      for (const path of ['/console/orders', `/console/orders/${orderId}`]) {
        await goto(path);
        await page.getByText(name).first().waitFor();
        expect(await page.locator('img[src="x"]').count()).toBe(0);
      }
    });
  });
});

withConsole('A page of orders or money that is not as usual', options, ({ shop, visit }) => {
  const { orders: words } = pageWordsOf({ language: 'en' });

  test.each([
    ['/console/orders', '/orders*', 'tbody tr'],
    ['/console/refunds', '/refunds*', '.empty'],
    ['/console/reconciliations', '/money/reconciliations*', '.empty'],
    ['/console/money/unknown', '/money/unknown*', '.empty'],
  ] as const)(
    'The list of %s that did not come says so, and comes when asked for again',
    async (path, asked, seen) => {
      await payOrders(shop());
      await visit(async ({ page, words: frame }) => {
        const held = await holdAnswers(page, `${shop().url}${asked}`);
        await page.goto(path);
        await held.arrived;
        await page.getByRole('heading', { level: 1 }).waitFor();
        await held.lose();
        await page.getByRole('alert').getByText(frame.state.lost).waitFor();
        await page.getByRole('button', { name: frame.state.tryAgain }).click();
        await page.locator(seen).first().waitFor();
        expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
      });
    },
  );

  test('Offline, a command is not sent and says why; what is shown stays', async () => {
    const {
      orderIds: [orderId],
    } = await payOrders(shop());
    await visit(async ({ commands, context, goto, page, words: frame }) => {
      await goto(`/console/orders/${orderId}`);
      await page.locator('.timeline li').first().waitFor();
      await context.setOffline(true);
      await page.getByText(/You are offline. This is as of/).waitFor();
      await page.getByRole('button', { name: words.refund.open }).click({ force: true });
      await page.getByText(frame.state.offlineCommand).first().waitFor();
      expect(await page.locator('.timeline li').count()).toBeGreaterThan(0);
      await context.setOffline(false);
      await page.getByText(/You are offline. This is as of/).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: words.refund.open }).click();
      await page.getByRole('dialog').waitFor();
      expect(commands).toEqual([]);
    });
  });

  test('Each page loads at most 10 kB of script beside the frame', async () => {
    const {
      orderIds: [orderId],
    } = await payOrders(shop());
    const scriptOf = createScriptBytes(visit);
    const frame = await scriptOf('/console/nowhere', '#main h1');
    const costs: string[] = [];
    for (const [path, seen] of [
      ['/console/orders', 'tbody tr'],
      [`/console/orders/${orderId}`, '.timeline li'],
      ['/console/money', '.checks a'],
      ['/console/money/unknown', '.empty'],
      ['/console/refunds', '.empty'],
      ['/console/reconciliations', '.empty'],
    ] as const) {
      const own = (await scriptOf(path, seen)) - frame;
      if (own > 10_000) costs.push(`${path}: ${own} bytes`);
    }
    expect(costs).toEqual([]);
  });
});
