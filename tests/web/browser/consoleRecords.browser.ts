import { describe, expect, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { consoleEnRecords as words } from '../../../web/words/consoleEnRecords.ts';
import { type Client, createClient, expectStatus, itemsOf, textAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { holdAnswers } from './customer.ts';
import { isFocused } from './look.ts';

const dialogOf = (page: Page): Locator => page.locator('dialog[open]');
const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole('button', { name, exact: true });
const says = (page: Page, text: string): Promise<void> =>
  page.locator('.toast.floating', { hasText: text }).waitFor();

const keysNamed = async (client: Client, name: string): Promise<readonly unknown[]> =>
  itemsOf(expectStatus(await client.get('/keys?limit=100'), 200)).filter(
    (item) => textAt({ body: item }, 'name') === name,
  );

const makeKey = (client: Client, name: string) => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  return client.post('/keys', { name, permissions: ['orders:read'], expiresAt });
};

/** Words of letters alone that the tables of the page show in two parts, and tables that are wider than their place. */
const brokenIn = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const faults: string[] = [];
    for (const table of document.querySelectorAll('table')) {
      const place = table.parentElement?.getBoundingClientRect().right ?? 0;
      if (table.getBoundingClientRect().right > place + 1) faults.push('the table is too wide');
      const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
        for (const { 0: word, index } of (node.nodeValue ?? '').matchAll(/(?<=^|\s)\p{L}{2,16}(?=$|\s)/gu)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          if (range.getClientRects().length > 1) faults.push(word);
        }
    }
    return faults;
  });

withConsole('Keys and activity', { createDatabase: createTestFile }, ({ shop, visit }) => {
  describe('A key', () => {
    test('It is made once, shown once, and works with what was chosen', async () => {
      await visit(async ({ client, commands, goto, page }) => {
        await goto('/console/keys');
        await button(page, words.keys.create).click();
        await button(dialogOf(page), words.newKey.submit).click();
        await page.getByText(words.newKey.noName).waitFor();
        await page.getByText(words.newKey.noPermission).waitFor();
        expect(await isFocused(page, 'dialog[open] input[name=name]')).toBe(true);
        await dialogOf(page).getByLabel(words.newKey.name).fill('stock sync');
        await dialogOf(page).getByLabel(words.permissions['activity:read']).check();
        await button(dialogOf(page), words.newKey.submit).dblclick();
        await dialogOf(page).getByRole('heading', { name: words.newKey.shown }).waitFor();
        const secret = (await dialogOf(page).locator('.copy code').textContent()) ?? '';
        expect(secret).toStartWith('cwk_');
        expect(commands).toEqual(['POST /keys']);
        // Nothing closes it by mistake.
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        expect(await dialogOf(page).locator('.copy code').textContent()).toBe(secret);
        await button(dialogOf(page), words.newKey.stored).click();
        await dialogOf(page).waitFor({ state: 'detached' });
        expect(await page.locator('body').textContent()).not.toContain(secret);
        expect((await createClient(shop().url, secret).get('/activity')).status).toBe(200);
        expect((await createClient(shop().url, secret).get('/money')).status).toBe(403);
        await page.getByRole('cell', { name: 'stock sync', exact: true }).waitFor();
        expect(await keysNamed(client, 'stock sync')).toHaveLength(1);
        await page.reload();
        await page.getByRole('cell', { name: 'stock sync', exact: true }).waitFor();
        expect(await page.locator('body').textContent()).not.toContain(secret);
      });
    });

    test('No word is broken in two, on any screen', async () => {
      await visit(async ({ client, goto, page }) => {
        expectStatus(await makeKey(client, 'Nightly report'), 201);
        for (const path of ['/console/keys', '/console/activity'])
          for (const width of [360, 660, 832, 960, 1280, 1600]) {
            await page.setViewportSize({ width, height: 800 });
            await goto(path);
            await page.locator('td').first().waitFor();
            expect([path, width, await brokenIn(page)]).toEqual([path, width, []]);
          }
      });
    });

    test('After a lost answer a second press makes no second key, and says that the secret is lost', async () => {
      await visit(async ({ client, commands, goto, page, words: around }) => {
        await goto('/console/keys?open=new');
        await dialogOf(page).getByLabel(words.newKey.name).fill('lost');
        await dialogOf(page).getByLabel(words.permissions['orders:read']).check();
        const held = await holdAnswers(page, '*/keys');
        await button(dialogOf(page), words.newKey.submit).click();
        await held.arrived;
        await held.lose();
        await dialogOf(page).getByText(around.state.lost).waitFor();
        await button(dialogOf(page), words.newKey.submit).click();
        await dialogOf(page).getByRole('heading', { name: words.newKey.withoutSecret }).waitFor();
        await button(dialogOf(page), words.newKey.understood).click();
        expect(commands).toHaveLength(2);
        expect(await keysNamed(client, 'lost')).toHaveLength(1);
      });
    });

    test('It is ended after a question, and the focus is not lost', async () => {
      await makeKey(shop().operator, 'to end');
      await visit(async ({ client, commands, goto, page }) => {
        await goto('/console/keys');
        const row = page.getByRole('row').filter({ hasText: 'to end' });
        await row.getByRole('button').click();
        await dialogOf(page).getByText(words.keys.endText).waitFor();
        await button(dialogOf(page), words.keys.keep).click();
        await dialogOf(page).waitFor({ state: 'detached' });
        expect(await row.getByRole('button').evaluate((end) => end === document.activeElement)).toBe(true);
        expect(commands).toEqual([]);
        await row.getByRole('button').press('Enter');
        await button(dialogOf(page), words.keys.end).dblclick();
        await says(page, words.keys.ended('to end'));
        await row.waitFor({ state: 'detached' });
        expect(commands).toHaveLength(1);
        await dialogOf(page).waitFor({ state: 'detached' });
        expect(await isFocused(page, '#main h1')).toBe(true);
        expect(await keysNamed(client, 'to end')).toEqual([]);
      });
    });

    test('A second press while the list is asked for ends nothing again', async () => {
      await makeKey(shop().operator, 'to end once');
      await visit(async ({ commands, goto, page }) => {
        await goto('/console/keys');
        const row = page.getByRole('row').filter({ hasText: 'to end once' });
        await row.getByRole('button').click();
        const list = await holdAnswers(page, '*/keys?limit*');
        await button(dialogOf(page), words.keys.end).click();
        await list.arrived;
        await button(dialogOf(page), words.keys.end).click({ force: true });
        await list.release();
        await dialogOf(page).waitFor({ state: 'detached' });
        await row.waitFor({ state: 'detached' });
        expect(commands).toHaveLength(1);
      });
    });

    test('Nobody can give what they do not have, and it says so', async () => {
      await visit(
        async ({ goto, page }) => {
          await goto('/console/keys?open=new');
          const money = dialogOf(page).getByLabel(words.permissions['money:read']);
          expect(await money.isDisabled()).toBe(true);
          expect(await dialogOf(page).getByText(words.newKey.lacking).count()).toBe(9);
          expect(await dialogOf(page).getByLabel(words.permissions['orders:read']).isEnabled()).toBe(true);
          expect(await dialogOf(page).getByText('keys:write').count()).toBe(0);
        },
        { permissions: ['keys:write', 'orders:read'] },
      );
    });

    test('Who may not see the keys hears which permission that needs', async () => {
      await visit(
        async ({ goto, page, words: around }) => {
          await goto('/console/keys');
          await page.getByText(around.access.pageText('keys:write')).waitFor();
        },
        { permissions: ['activity:read'] },
      );
    });
  });

  describe('The activity', () => {
    test('It says who did what on what, and each filter stands in the address', async () => {
      const id = await shop().addProduct({ name: 'Ấm trà' });
      await visit(async ({ client, email, goto, page }) => {
        await client.patch(`/products/${id}`, { stock: { set: 7, was: null } });
        expectStatus(await makeKey(client, 'seen'), 201);
        await goto('/console/activity');
        await page.getByLabel(words.activity.actor, { exact: true }).fill(email);
        await button(page, words.activity.apply).click();
        await page.waitForURL(/actor=/);
        // Until the answer comes, the rows are those of all actors.
        await page.locator('tbody tr').nth(2).waitFor({ state: 'detached' });
        await page.getByRole('cell', { name: words.activity.actions['key.create'] }).waitFor();
        await page.getByRole('cell', { name: 'stock: set 7, was null' }).waitFor();
        expect(await page.locator('tbody tr').count()).toBe(2);
        await page.getByLabel(words.activity.action, { exact: true }).selectOption('product.change');
        await page.getByLabel(words.activity.target, { exact: true }).fill(id);
        await page.getByLabel(words.activity.from, { exact: true }).fill('2026-01-01');
        await button(page, words.activity.apply).press('Enter');
        await page.waitForURL(new RegExp(`action=product.change&target=${id}&from=2026-01-01`));
        await page
          .getByRole('cell', { name: words.activity.actions['key.create'] })
          .waitFor({ state: 'detached' });
        await page.reload();
        await page.getByRole('cell', { name: words.activity.actions['product.change'] }).waitFor();
        expect(await page.locator('tbody tr').count()).toBe(1);
        await page.getByRole('cell').getByText(id).click();
        await page.waitForURL(new RegExp(`/console/products\\?open=${id}`));
        await page.goBack();
        await page.getByRole('link', { name: words.activity.clear }).click();
        await page.waitForURL(/\/console\/activity$/);
        expect(await page.getByLabel(words.activity.actor, { exact: true }).inputValue()).toBe('');
      });
    });

    test('A day before any command is empty, and a filter that is no day is explained', async () => {
      await visit(async ({ goto, page }) => {
        await goto('/console/activity?to=2020-01-01');
        await page.getByText(words.activity.nothingFound).waitFor();
        await goto('/console/activity?from=yesterday');
        await page.getByText('/from: ').waitFor();
        expect(await page.getByLabel(words.activity.from, { exact: true }).inputValue()).toBe('yesterday');
      });
    });
  });
});
