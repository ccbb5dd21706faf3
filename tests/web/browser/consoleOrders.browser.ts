import { afterAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { expectStatus, itemsOf, textAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { openBank, payOrders, payWithFailedMail, settled } from './moneyGround.ts';
import { focusedText, openOrder, payOne, words } from './orderSteps.ts';
import { until } from './shop.ts';
import { focusReaches } from './taskGround.ts';

const bank = await openBank();
afterAll(() => bank.close());

withConsole('Orders in the console', { createDatabase: createTestFile, env: bank.env }, ({ shop, visit }) => {
  describe('The list', () => {
    test('Its text and filters stand in the address, and Back brings them back', async () => {
      const name = `Ấm trà ${randomUUID().slice(0, 8)}`;
      const {
        orderIds: [orderId = ''],
        customerId,
      } = await payOrders(shop(), { name });
      await settled(shop(), orderId);
      const number = textAt(await shop().operator.get(`/orders/${orderId}`), 'number');
      await visit(async ({ goto, page }) => {
        await goto('/console/orders');
        const rows = page.locator('tbody tr');
        await page.getByLabel(words.list.search).fill(name.toLowerCase().replace('ấm trà', 'am tra'));
        await page.waitForURL(/q=am\+tra/);
        await until(
          () => rows.count(),
          (count) => count === 1,
        );
        await page.getByLabel(words.list.status, { exact: true }).selectOption('pending');
        await page.getByText(words.list.nothingFoundText).waitFor();
        await page.goBack();
        await rows.first().waitFor();
        expect(await page.getByLabel(words.list.status, { exact: true }).inputValue()).toBe('');

        await page.goto('/console/orders');
        await page.getByText(words.list.more).click();
        await page.getByLabel(words.list.number).fill(number);
        await page.getByLabel(words.list.number).press('Enter');
        await page.waitForURL(/number=/);
        await page.getByLabel(words.list.customerId).fill(customerId);
        await page.getByLabel(words.list.customerId).blur();
        await page.waitForURL(/customerId=/);
        await page.reload();
        await rows.first().waitFor();
        expect(await rows.count()).toBe(1);
        expect(await page.getByLabel(words.list.number).inputValue()).toBe(number);
        await page.getByRole('link', { name }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
        expect(await focusReaches(page, 'h1')).toBe(true);
      });
    });
  });

  test('A corrected address is stored, and the mail is sent again', async () => {
    const orderId = await payOne(shop());
    await visit(async (operator) => {
      const { commands, page } = operator;
      await openOrder(operator, orderId);
      await page.getByRole('button', { name: words.contact.open }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.contact.email).fill('not an address');
      await dialog.getByRole('button', { name: words.contact.submit }).click();
      // The focus is still on the button, so the words have to be heard by themselves.
      await dialog.getByRole('alert').getByText(words.contact.problem).waitFor();
      await dialog.getByLabel(words.contact.email).fill('right@example.com');
      await dialog.getByText(words.contact.resend).click();
      await dialog.getByRole('button', { name: words.contact.submit }).dblclick();
      await page.getByRole('status').getByText(words.contact.done('right@example.com', 1)).waitFor();
      expect(commands.filter((each) => each.endsWith('/contact')).length).toBe(2);
      expect(await focusedText(operator)).toBe(words.contact.open);
      await page.getByText(words.states.contact_changed).first().waitFor();
    });
  });

  test('A failed task is retried, and a second operator hears that it was', async () => {
    const orderId = await payWithFailedMail(shop(), bank);
    await visit(async (operator) => {
      const { page } = operator;
      await openOrder(operator, orderId);
      await page.getByText(words.tasks.failed).waitFor();
      await page.getByText('no such user here').waitFor();
      const [task] = itemsOf(await operator.client.get(`/queue/tasks?orderId=${orderId}`));
      const taskIds = [textAt({ body: task }, 'id')];
      // The other one is quicker.
      await page.route('**/queue/retries', async (route) => {
        expectStatus(await shop().operator.post('/queue/retries', { taskIds }), 202);
        await settled(shop(), orderId);
        await route.fallback();
      });
      await page.getByRole('button', { name: words.retry.open }).click();
      await page.getByRole('status').getByText(words.retry.nothing).waitFor();
      await page.getByText(words.timeline.mailSent).waitFor();
      expect(await page.getByRole('button', { name: words.retry.open }).getAttribute('aria-disabled')).toBe(
        'true',
      );
    });
  });

  test('What a person may not do is not sent, and says which permission it needs', async () => {
    const orderId = await payWithFailedMail(shop(), bank);
    await visit(
      async (operator) => {
        const { commands, page, words: frame } = operator;
        await openOrder(operator, orderId);
        for (const [name, permission] of [
          [words.refund.open, 'refunds:write'],
          [words.contact.open, 'customers:write'],
          [words.retry.open, 'queue:write'],
        ] as const) {
          const button = page.getByRole('button', { name });
          expect(await button.getAttribute('aria-disabled')).toBe('true');
          await button.click({ force: true });
          await page.getByText(frame.access.needs(permission)).first().waitFor();
        }
        expect(commands).toEqual([]);
        expect(await page.getByRole('dialog').count()).toBe(0);
      },
      { permissions: ['orders:read'] },
    );
  });

  test('A timeline of several pages is shown whole', async () => {
    const orderId = await payOne(shop());
    for (let each = 0; each < 60; each++)
      expectStatus(
        await shop().operator.post(`/orders/${orderId}/contact`, { email: `a${each}@example.com` }),
        200,
      );
    await visit(async (operator) => {
      await openOrder(operator, orderId);
      expect(await operator.page.locator('.timeline li').count()).toBeGreaterThan(120);
    });
  });
});
