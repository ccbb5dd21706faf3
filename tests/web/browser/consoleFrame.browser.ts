import { describe, expect, test } from 'bun:test';
import { consoleViOverview } from '../../../web/words/consoleViOverview.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { violationsOf } from './chromium.ts';
import { withConsole } from './consoleGround.ts';
import { delayFrames } from './figures.ts';
import { isFocused, overflowOf } from './look.ts';
import { signInOperator, tokenOf } from './operator.ts';
import { focusReaches } from './taskGround.ts';

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

withConsole('The frame of the console', { createDatabase: createTestFile }, ({ shop, visit }) => {
  test('It says that all money is right, and leads to the checks', async () => {
    await visit(async ({ goto, page, words }) => {
      await goto('/console');
      await page.getByRole('link', { name: words.money.healthy }).waitFor();
      expect(await page.getByRole('link', { name: words.money.healthy }).getAttribute('href')).toBe(
        '/console/money',
      );
    });
  });

  test('A page that one may not see says which permission it needs, and asks for nothing', async () => {
    await visit(
      async ({ context, goto, page, words }) => {
        const asked: string[] = [];
        context.on('request', (request) => asked.push(new URL(request.url()).pathname));
        await goto('/console');
        await page.getByText(words.access.pageText('queue:read')).waitFor();
        await page.getByText(words.money.closed).waitFor();
        await page.waitForLoadState('networkidle');
        expect(asked.filter((path) => path === '/queue' || path === '/money')).toEqual([]);
        await page.getByRole('link', { name: words.areas.tasks }).focus();
        expect(await page.getByRole('link', { name: words.areas.tasks }).textContent()).toContain(
          words.access.unavailable,
        );
        // It leads on to what the account does see, and there is nothing live that one could pause.
        const instead = page.getByRole('navigation', { name: words.access.instead }).getByRole('link');
        expect(await instead.allTextContents()).toEqual([words.areas.orders, words.areas.products]);
        expect(await page.getByRole('button', { name: words.live.pauseLabel }).count()).toBe(0);
      },
      { permissions: ['orders:read'] },
    );
  });

  test('A page below a tab shows which tab it belongs to', async () => {
    await visit(async ({ goto, page, words }) => {
      await goto('/console/money/charged_twice');
      const tab = page.getByRole('link', { name: words.tabs.checks, exact: true });
      expect(await tab.getAttribute('aria-current')).toBe('true');
      await tab.click();
      await page.waitForURL('**/console/money');
      expect(await tab.getAttribute('aria-current')).toBe('page');
    });
  });

  test('A customer hears that this account is no operator', async () => {
    await visit(
      async ({ email, goto, page, words }) => {
        await goto('/console');
        await page.getByText(words.access.notOperatorText(email)).waitFor();
      },
      { permissions: [] },
    );
  });

  test('A session that ends is opened again over the page, and the page stays', async () => {
    await visit(
      async ({ context, email, goto, page, words }) => {
        await goto('/console');
        await context.clearCookies();
        // Back from another site.
        await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
        await page.getByRole('heading', { name: words.sessionEnd.title }).waitFor();
        expect(await page.getByRole('heading', { level: 1 }).textContent()).not.toBe('');
        await signInOperator(context, shop(), await tokenOf(email, null));
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
      },
      { expected: /401/ },
    );
  });

  test('After a change of pages its heading has the focus', async () => {
    await visit(async ({ goto, page, words }) => {
      await goto('/console');
      await page.goto('/console/nowhere');
      await page.getByRole('link', { name: words.frame.toOverview }).press('Enter');
      await page.getByRole('heading', { level: 1, name: words.areas.overview, exact: true }).waitFor();
      // The script of the page may come after its address, and the focus comes after both.
      expect(await focusReaches(page, '#main h1')).toBe(true);
      expect(new URL(page.url()).pathname).toBe('/console');
    });
  });

  test('A link and a key that are pressed as soon as they are seen are heard, however late the next frame is', async () => {
    await visit(async ({ context, goto, page, words }) => {
      await delayFrames(context);
      for (const press of [
        () => page.getByRole('link', { name: words.frame.toOverview }).press('Enter'),
        () => Promise.all(['g', 'o'].map((key) => page.keyboard.press(key))),
      ]) {
        await goto('/console/nowhere');
        await page.evaluate(() => Reflect.set(globalThis, 'isSameDocument', true));
        await press();
        await page.getByRole('heading', { level: 1, name: words.areas.overview, exact: true }).waitFor();
        expect(await page.evaluate(() => Reflect.has(globalThis, 'isSameDocument'))).toBe(true);
      }
    });
  });

  test('The other language is chosen without leaving the page, and the focus stays', async () => {
    await visit(async ({ goto, page }) => {
      await goto('/console');
      await page.getByRole('button', { name: 'Tiếng Việt' }).click();
      await page.getByRole('heading', { level: 1, name: consoleViOverview.title }).waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('vi');
      expect(await isFocused(page, '.top button')).toBe(true);
    });
  });

  test('Without a connection it says so and as of when, and it goes on when the connection is back', async () => {
    await visit(async ({ context, goto, page, words }) => {
      await goto('/console');
      await page.getByRole('link', { name: words.money.healthy }).waitFor();
      await context.setOffline(true);
      await page.locator('.offline').waitFor();
      // What was green is not said to be so now.
      await page.getByRole('link', { name: words.money.unknown }).waitFor();
      await context.setOffline(false);
      await page.locator('.offline').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: words.money.healthy }).waitFor();
    });
  });

  describe.each(['vi', 'en'] as const)('In the language “%s”', (language) => {
    test('Axe finds no fault in either scheme, and nothing scrolls sideways', async () => {
      const faults: string[] = [];
      const pages = [
        ['the frame', '/console', {}],
        ['an unknown page', '/console/nowhere', {}],
        ['a page that one may not see', '/console', { permissions: ['orders:read'] }],
        ['sign-in', '/console/tasks', { isSignedIn: false }],
      ] as const;
      for (const [name, path, options] of pages)
        await visit(
          async ({ goto, page }) => {
            await goto(path);
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              const where = `${name}, ${colorScheme}, ${width} px`;
              if ((await overflowOf(page)) > 0) faults.push(`${where}: scrolls sideways`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
          },
          { language, ...options },
        );
      expect(faults).toEqual([]);
    });
  });
});
