import { describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { violationsOf } from './chromium.ts';
import { isFocused, look, phone, withGallery } from './look.ts';

withGallery('The parts', () => {
  describe('The dialog', () => {
    const openDialog = async (page: Page, name = 'Open a dialog') => {
      await page.getByRole('button', { name }).click();
      const dialog = page.getByRole('dialog', { name: 'Remove this order?' });
      await dialog.waitFor();
      return dialog;
    };

    test('It takes the focus to its title, keeps it inside, and gives it back', async () => {
      await look('parts', async (page) => {
        await openDialog(page);
        expect(await isFocused(page, 'dialog[open] h2')).toBe(true);
        for (const _ of Array.from({ length: 8 })) {
          await page.keyboard.press('Tab');
          const isOutside = await page.evaluate(
            () =>
              document.activeElement !== document.body && !document.activeElement?.closest('dialog[open]'),
          );
          expect(isOutside).toBe(false);
        }
        expect(await violationsOf(page)).toEqual([]);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
        expect(await isFocused(page, 'button:text("Open a dialog")')).toBe(true);
      });
    });

    test('Escape twice, a press beside it and the cross close it, and it opens again', async () => {
      await look('parts', async (page) => {
        const dialog = await openDialog(page);
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'hidden' });
        await openDialog(page);
        await page.mouse.click(5, 5);
        await dialog.waitFor({ state: 'hidden' });
        await openDialog(page);
        await dialog.getByRole('button', { name: 'Close' }).click();
        await dialog.waitFor({ state: 'hidden' });
        await (await openDialog(page)).waitFor();
      });
    });

    test('A press of Enter that comes too late does nothing', async () => {
      await look('parts', async (page) => {
        const dialog = await openDialog(page);
        await page.keyboard.press('Enter');
        expect(await dialog.count()).toBe(1);
      });
    });

    test('A sheet stands at the foot of a phone', async () => {
      await look(
        'parts',
        async (page) => {
          const box = await (await openDialog(page, 'Open a sheet')).boundingBox();
          expect(box === null ? null : [box.x, box.width, box.y + box.height]).toEqual([0, 390, 844]);
        },
        phone,
      );
    });
  });

  test('A blocked button keeps its place for the keys, says why, and does nothing', async () => {
    await look('cart-offline', async (page) => {
      const pay = page.getByRole('button', { name: 'Pay', exact: true });
      const reason = await pay.getAttribute('aria-describedby');
      expect(await page.locator(`[id="${reason}"]`).textContent()).toContain('offline');
      await pay.focus();
      await page.keyboard.press('Enter');
      expect(await page.getByRole('dialog').count()).toBe(0);
    });
  });

  test('A text is copied, or the reader is asked to select it', async () => {
    const copy = async (page: Page) => {
      await page.getByRole('button', { name: /^Copy: / }).click();
      return page.locator('.copy [role=status]').filter({ hasText: /./ }).textContent();
    };
    await look(
      'order',
      async (page) => {
        expect(await copy(page)).toBe('Copied');
        expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('7F3K-9QMD-22XA-P0LW');
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    );
    await look('order', async (page) => {
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
      expect(await copy(page)).toBe('Select the text to copy it');
    });
  });

  test('A table becomes cards on a phone and stays a table for readers of the screen', async () => {
    await look(
      'parts',
      async (page) => {
        expect(await page.getByRole('table', { name: 'Orders' }).getByRole('row').count()).toBe(3);
        // Some browsers forget what a row or a cell is once it is laid out otherwise, so each has its role written out.
        expect(await page.locator('.table tr:not([role=row]), .table td:not([role=cell])').count()).toBe(0);
        const widths = await page
          .locator('.table tbody tr')
          .evaluateAll((rows) => rows.map((row) => row.scrollWidth - row.clientWidth));
        expect(widths.every((width) => width <= 0)).toBe(true);
      },
      phone,
    );
  });

  test('The menu of the account opens by keys, closes by Escape, and has no fault for axe', async () => {
    await look('cart', async (page) => {
      const button = page.getByRole('button', { name: 'Account' });
      await button.focus();
      await page.keyboard.press('Enter');
      expect(await page.getByText('an.nguyen@example.vn').isVisible()).toBe(true);
      expect(await violationsOf(page)).toEqual([]);
      await page.keyboard.press('Escape');
      expect(await page.getByText('an.nguyen@example.vn').isVisible()).toBe(false);
      expect(await isFocused(page, 'button[popovertarget]')).toBe(true);
    });
  });

  test('The first Tab leads past the bar to the content', async () => {
    await look('cart', async (page) => {
      await page.keyboard.press('Tab');
      expect(await isFocused(page, '.skip')).toBe(true);
      await page.keyboard.press('Enter');
      expect(await isFocused(page, 'main')).toBe(true);
    });
  });
});
