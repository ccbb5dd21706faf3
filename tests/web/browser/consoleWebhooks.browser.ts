import { expect, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { consoleEnWebhooks as words } from '../../../web/words/consoleEnWebhooks.ts';
import { type Client, expectStatus, itemsOf, placeOrder, textAt } from '../../processes/client.ts';
import { holdAnswers } from './customer.ts';
import { isFocused } from './look.ts';
import { until } from './shop.ts';
import { dialogCloses, dialogOf, focusReaches, toastOf } from './taskGround.ts';
import { withWebhooks } from './webhookGround.ts';

const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole('button', { name, exact: true });
const newsOf = (page: Page): Locator => page.locator('#main section .note');

const endpointsAt = async (client: Client, url: string): Promise<readonly unknown[]> =>
  itemsOf(expectStatus(await client.get('/webhook-endpoints?limit=100'), 200)).filter(
    (item) => textAt({ body: item }, 'url') === url,
  );

withWebhooks('Webhook endpoints on the console', ({ shop, visit, answer, heardAt, makeEndpoint, urlOf }) => {
  /** An order that an endpoint hears of. */
  const order = async (): Promise<string> => {
    const { client } = await shop().customer('webhook@example.com');
    return placeOrder(client, await shop().addProduct());
  };

  test('An endpoint is made once, its secret is shown once, and a test event comes signed with it', async () => {
    await visit(async ({ client, commands, goto, page }) => {
      await goto('/console/webhooks');
      await button(page, words.list.create).click();
      await button(dialogOf(page), words.form.none).click();
      await button(dialogOf(page), words.form.submit).click();
      await dialogOf(page).getByText(words.form.noUrl).waitFor();
      await dialogOf(page).getByText(words.form.noEvents).waitFor();
      expect(await isFocused(page, 'dialog[open] input[name=url]')).toBe(true);
      expect(commands).toEqual([]);
      // The server says no, and it stands at the field.
      await button(dialogOf(page), words.form.all).click();
      await dialogOf(page).getByLabel(words.form.url).fill('http://169.254.169.254/latest');
      await button(dialogOf(page), words.form.submit).click();
      await dialogOf(page).locator('.problem').getByText(/https/).waitFor();
      expect(await dialogOf(page).getByLabel(words.form.url).getAttribute('aria-invalid')).toBe('true');
      expect(await isFocused(page, 'dialog[open] input[name=url]')).toBe(true);
      await dialogOf(page).getByLabel(words.form.url).fill(urlOf('/made'));
      await button(dialogOf(page), words.form.submit).dblclick();
      await dialogOf(page).getByRole('heading', { name: words.secret.shown }).waitFor();
      const secret = (await dialogOf(page).locator('.copy code').textContent()) ?? '';
      expect(secret).toStartWith('whsec_');
      expect(commands).toEqual(['POST /webhook-endpoints', 'POST /webhook-endpoints']);
      // Nothing closes it by mistake.
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      expect(await dialogOf(page).locator('.copy code').textContent()).toBe(secret);
      await button(dialogOf(page), words.secret.stored).click();
      await page.waitForURL(/\/console\/webhooks\/[\w-]+$/);
      expect(await focusReaches(page, '#main h1')).toBe(true);
      expect(await page.locator('body').textContent()).not.toContain(secret);
      expect(await endpointsAt(client, urlOf('/made'))).toHaveLength(1);

      await button(page, words.endpoint.test).click();
      await newsOf(page).getByText(words.sent.taken('204')).waitFor();
      await page.getByRole('row').filter({ hasText: words.events.test }).waitFor();
      const [event] = heardAt('/made');
      if (event === undefined) throw new Error('the receiver heard nothing');
      expect(new Webhook(secret).verify(event.body, event.headers as Record<string, string>)).toMatchObject({
        type: 'test',
      });
    });
  });

  test('After a lost answer a second press makes no second endpoint, and says that the secret is lost', async () => {
    await visit(async ({ client, goto, page, words: around }) => {
      await goto('/console/webhooks');
      await button(page, words.list.create).click();
      await dialogOf(page).getByLabel(words.form.url).fill(urlOf('/lost'));
      const held = await holdAnswers(page, '*/webhook-endpoints');
      await button(dialogOf(page), words.form.submit).click();
      await held.arrived;
      await held.lose();
      await dialogOf(page).getByText(around.state.lost).waitFor();
      await button(dialogOf(page), words.form.submit).click();
      await dialogOf(page).getByRole('heading', { name: words.secret.lost }).waitFor();
      expect(await endpointsAt(client, urlOf('/lost'))).toHaveLength(1);
    });
  });

  test('What a receiver does not take is seen, filtered, and sent again by hand', async () => {
    const id = await makeEndpoint(shop().operator, '/failing');
    answer('/failing', 500);
    const orderId = await order();
    await until(
      async () => heardAt('/failing').length,
      (count) => count > 0,
    );
    await visit(async ({ commands, goto, page }) => {
      await goto('/console/webhooks');
      const row = page.getByRole('row').filter({ hasText: urlOf('/failing') });
      await row.getByText('the receiver answered 500').waitFor();
      await row.getByRole('link').click();
      await page.waitForURL(new RegExp(id));
      await page.getByRole('link', { name: words.deliveries.outcomes.failed, exact: true }).click();
      await page.waitForURL(/outcome=failed/);
      const failed = page.getByRole('row').filter({ hasText: 'order.placed' });
      await failed.getByText(words.deliveries.states.failed, { exact: true }).waitFor();
      await failed.getByRole('link', { name: words.deliveries.order }).waitFor();
      expect(await failed.getByRole('link').getAttribute('href')).toBe(`/console/orders/${orderId}`);
      answer('/failing', 204);
      await failed.getByRole('button').press('Enter');
      await newsOf(page)
        .getByText(/^The receiver took it/)
        .waitFor();
      await failed.waitFor({ state: 'detached' });
      expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
      expect(commands).toHaveLength(1);
      await page.getByRole('link', { name: words.deliveries.all, exact: true }).click();
      await page
        .getByRole('row')
        .filter({ hasText: 'order.placed' })
        .getByText(words.deliveries.states.delivered, { exact: true })
        .waitFor();
    });
  });

  test('A pause holds events back and says so; what waited comes after it', async () => {
    const id = await makeEndpoint(shop().operator, '/paused');
    await visit(async ({ goto, page }) => {
      await goto(`/console/webhooks/${id}`);
      await button(page, words.endpoint.pause).click();
      await page.getByText(words.endpoint.pausedText).waitFor();
      await order();
      await button(page, words.endpoint.test).click();
      await newsOf(page).getByText(words.sent.whenResumed).waitFor();
      expect(heardAt('/paused')).toEqual([]);
      await button(page, words.endpoint.resume).click();
      await toastOf(page).getByText(words.endpoint.resumed).waitFor();
      await until(
        async () => heardAt('/paused').length,
        (count) => count >= 2,
      );
      await page.getByText(words.endpoint.pausedText).waitFor({ state: 'detached' });
    });
  });

  test('A changed secret and the one before both sign', async () => {
    const made = expectStatus(
      await shop().operator.post('/webhook-endpoints', { url: urlOf('/rotated'), events: ['order.placed'] }),
      201,
    );
    const before = textAt(made, 'secret');
    await visit(async ({ commands, goto, page }) => {
      await goto(`/console/webhooks/${textAt(made, 'id')}`);
      await button(page, words.endpoint.rotate).click();
      await button(dialogOf(page), words.rotate.keep).click();
      await dialogCloses(page);
      expect(commands).toEqual([]);
      await button(page, words.endpoint.rotate).click();
      await button(dialogOf(page), words.rotate.act).dblclick();
      await dialogOf(page).getByRole('heading', { name: words.secret.shown }).waitFor();
      const secret = (await dialogOf(page).locator('.copy code').textContent()) ?? '';
      expect(commands).toHaveLength(1);
      await button(dialogOf(page), words.secret.stored).click();
      await dialogCloses(page);
      await button(page, words.endpoint.test).click();
      await newsOf(page).getByText(words.sent.taken('204')).waitFor();
      const [event] = heardAt('/rotated');
      if (event === undefined) throw new Error('the receiver heard nothing');
      for (const each of [before, secret])
        expect(new Webhook(each).verify(event.body, event.headers as Record<string, string>)).toMatchObject({
          type: 'test',
        });
    });
  });

  test('Without an answer to a change of the secret, it says why not to press again', async () => {
    const id = await makeEndpoint(shop().operator, '/unsure');
    await visit(async ({ goto, page }) => {
      await goto(`/console/webhooks/${id}`);
      await button(page, words.endpoint.rotate).click();
      await page.route(`**/webhook-endpoints/${id}`, (route) =>
        route.request().method() === 'PATCH' ? route.abort() : route.continue(),
      );
      await button(dialogOf(page), words.rotate.act).click();
      await dialogOf(page).getByText(words.rotate.lost).waitFor();
    });
  });

  test('Other events are saved, and an endpoint is deleted after a question', async () => {
    const id = await makeEndpoint(shop().operator, '/changed');
    await visit(async ({ client, commands, goto, page }) => {
      await goto(`/console/webhooks/${id}`);
      await button(page, words.endpoint.edit).click();
      await dialogOf(page).getByLabel(words.events['order.paid']).check();
      await button(dialogOf(page), words.form.save).click();
      await toastOf(page).getByText(words.form.saved).waitFor();
      await dialogCloses(page);
      expect((await client.get(`/webhook-endpoints/${id}`)).body).toMatchObject({
        events: ['order.placed', 'order.paid'],
      });
      await button(page, words.endpoint.end).click();
      await dialogOf(page).getByText(words.end.text).waitFor();
      await button(dialogOf(page), words.end.act).dblclick();
      await page.waitForURL(/\/console\/webhooks$/);
      await toastOf(page).getByText(words.end.done).waitFor();
      expect(commands).toHaveLength(2);
      expect((await client.get(`/webhook-endpoints/${id}`)).status).toBe(404);
      await goto(`/console/webhooks/${id}`);
      await page.getByText(words.endpoint.missingText).waitFor();
    });
  });

  test('Deleted again after a lost answer, an endpoint is gone, and that is what it says', async () => {
    const id = await makeEndpoint(shop().operator, '/gone-meanwhile');
    await visit(async ({ goto, page, words: around }) => {
      await goto(`/console/webhooks/${id}`);
      // The page would notice by itself that the endpoint is gone.
      await button(page, around.live.pauseLabel).click();
      await button(page, words.endpoint.end).click();
      const held = await holdAnswers(page, `*/webhook-endpoints/${id}`);
      await button(dialogOf(page), words.end.act).click();
      await held.arrived;
      await held.lose();
      await dialogOf(page).getByText(around.state.lost).waitFor();
      await button(dialogOf(page), words.end.act).click();
      await page.waitForURL(/\/console\/webhooks$/);
      await toastOf(page).getByText(words.end.done).waitFor();
    });
  });

  test('Offline, nothing is sent, and each command says why', async () => {
    const id = await makeEndpoint(shop().operator, '/offline');
    await visit(async ({ commands, context, goto, page, words: around }) => {
      await goto(`/console/webhooks/${id}`);
      await button(page, words.endpoint.test).waitFor();
      await context.setOffline(true);
      await page.getByText(/You are offline. This is as of/).waitFor();
      await button(page, words.endpoint.test).click({ force: true });
      await page.getByText(around.state.offlineCommand).first().waitFor();
      expect(commands).toEqual([]);
      await context.setOffline(false);
    });
  });

  test('By the keyboard alone an endpoint is made and tried', async () => {
    await visit(async ({ goto, page }) => {
      await goto('/console/webhooks');
      const { keyboard } = page;
      await button(page, words.list.create).focus();
      await keyboard.press('Enter');
      await dialogOf(page).waitFor();
      // Past the cross, to the field.
      await keyboard.press('Tab');
      await keyboard.press('Tab');
      await keyboard.type(urlOf('/keys'));
      await keyboard.press('Enter');
      await dialogOf(page).getByRole('heading', { name: words.secret.shown }).waitFor();
      // Past the button that copies.
      await keyboard.press('Tab');
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await page.waitForURL(/\/console\/webhooks\/[\w-]+$/);
      await button(page, words.endpoint.test).waitFor();
      expect(await focusReaches(page, '#main h1')).toBe(true);
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await newsOf(page).getByText(words.sent.taken('204')).waitFor();
    });
  });

  test('Who may not manage endpoints hears which permission that needs', async () => {
    await visit(
      async ({ goto, page, words: around }) => {
        await goto('/console/webhooks');
        await page.getByText(around.access.pageText('webhooks:write')).waitFor();
      },
      { permissions: ['activity:read'] },
    );
  });
});
