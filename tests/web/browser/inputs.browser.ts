import { describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { violationsOf } from './chromium.ts';
import { isFocused, look, withGallery } from './look.ts';

withGallery('The fields', () => {
  describe('The combobox', () => {
    const search = async (page: Page) => {
      const input = page.getByRole('combobox', { name: 'Find a product' });
      await input.fill('a');
      return input;
    };

    test('The arrow keys choose a row while the focus stays in the text', async () => {
      await look('parts', async (page) => {
        const input = await search(page);
        await input.press('ArrowDown');
        await input.press('ArrowDown');
        const active = await input.getAttribute('aria-activedescendant');
        expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true');
        expect(await isFocused(page, 'input[role=combobox]')).toBe(true);
        await input.press('Enter');
        expect(await page.locator('#chosen').textContent()).toBe('PM-100');
        expect(await page.getByRole('listbox').count()).toBe(0);
      });
    });

    test('It points at a list and a row only while they are there, and axe finds no fault with the list open', async () => {
      await look('parts', async (page) => {
        const input = await search(page);
        await input.press('ArrowDown');
        const list = await input.getAttribute('aria-controls');
        expect(await page.locator(`[id="${list}"]`).count()).toBe(1);
        expect(await violationsOf(page)).toEqual([]);
        await input.press('Escape');
        expect(await input.getAttribute('aria-controls')).toBeNull();
        expect(await input.getAttribute('aria-activedescendant')).toBeNull();
        expect(await input.inputValue()).toBe('a');
        await input.press('Escape');
        expect(await input.inputValue()).toBe('');
      });
    });

    test('It says how many were found, and that nothing was', async () => {
      await look('parts', async (page) => {
        const input = await search(page);
        const status = page.locator('.combobox [role=status]');
        expect(await status.textContent()).toMatch(/^\d+ products$/);
        await input.fill('zzz');
        expect(await status.textContent()).toBe('No product found');
        expect(await input.getAttribute('aria-expanded')).toBe('false');
      });
    });

    test('Enter without a row means what was typed', async () => {
      await look('parts', async (page) => {
        await (await search(page)).press('Enter');
        expect(await page.locator('#chosen').textContent()).toBe('“a”');
      });
    });

    test('Keys of an unfinished word belong to the input method', async () => {
      await look('parts', async (page) => {
        const input = await search(page);
        await input.evaluate((element) =>
          element.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }),
          ),
        );
        expect(await page.locator('#chosen').textContent()).toBe('');
      });
    });

    test('A press on a row chooses it, and a press elsewhere closes the list', async () => {
      await look('parts', async (page) => {
        await search(page);
        await page.getByRole('listbox').getByRole('option').first().click();
        expect(await page.locator('#chosen').textContent()).not.toBe('');
        expect(await isFocused(page, 'input[role=combobox]')).toBe(true);
        await search(page);
        await page.getByRole('heading', { level: 1 }).click();
        expect(await page.getByRole('listbox').count()).toBe(0);
      });
    });
  });

  describe('The stepper', () => {
    const stepper = (page: Page) => page.getByRole('textbox', { name: 'Quantity: A' }).first();
    const value = (page: Page) => page.locator('#quantity').textContent();

    test('Buttons and arrow keys step within the limits', async () => {
      await look('parts', async (page) => {
        const less = page.getByRole('button', { name: 'One less: A' }).first();
        expect(await less.getAttribute('aria-disabled')).toBe('true');
        await less.click({ force: true });
        expect(await value(page)).toBe('1');
        await page.getByRole('button', { name: 'One more: A' }).first().click();
        expect(await value(page)).toBe('2');
        for (const _ of Array.from({ length: 5 })) await stepper(page).press('ArrowUp');
        expect(await value(page)).toBe('5');
      });
    });

    test('A wrong quantity stays as it was typed, is explained, and changes nothing', async () => {
      await look('parts', async (page) => {
        await stepper(page).fill('1,5');
        await stepper(page).press('Tab');
        expect(await stepper(page).inputValue()).toBe('1,5');
        expect(await stepper(page).getAttribute('aria-invalid')).toBe('true');
        const problem = await stepper(page).getAttribute('aria-describedby');
        expect(await page.locator(`[id="${problem}"]`).textContent()).toContain('whole number');
        expect(await value(page)).toBe('1');
        await stepper(page).press('Escape');
        expect(await stepper(page).inputValue()).toBe('1');
        expect(await stepper(page).getAttribute('aria-describedby')).toBeNull();
      });
    });

    test('The largest quantity of an order can be read whole', async () => {
      await look('parts', async (page) => {
        await stepper(page).fill('10000');
        const hidden = await stepper(page).evaluate((input) => input.scrollWidth - input.clientWidth);
        expect(hidden).toBe(0);
      });
    });

    test('A typed quantity counts on Enter, and when one leaves the field', async () => {
      await look('parts', async (page) => {
        await stepper(page).fill('3');
        expect(await value(page)).toBe('1');
        await stepper(page).press('Enter');
        expect(await value(page)).toBe('3');
        await stepper(page).fill('４');
        await stepper(page).press('Tab');
        expect(await value(page)).toBe('4');
      });
    });
  });
});
