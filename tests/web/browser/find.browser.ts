import { expect, test } from 'bun:test';
import { createTestFile } from '../../processes/sqlite.ts';
import type { Customer } from './customer.ts';
import { withShop } from './shopGround.ts';
import { seesTitle } from './steps.ts';

withShop('Finding and adding products', { createDatabase: createTestFile }, ({ shop, visit }) => {
  const search = async ({ goto, page, words }: Customer, typed: string) => {
    await goto('/shop');
    const field = page.getByRole('combobox', { name: words.catalogue.search });
    await field.fill(typed);
    await field.press('Enter');
    // Until the answer comes, the list is the one of before.
    await page.locator('.products:not([aria-busy]), .empty').first().waitFor();
    return field;
  };
  const hasFocus = ({ page }: Customer, selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => element.contains(document.activeElement));

  test('What is added is in the cart, is said, and is ticked', async () => {
    const name = 'Tranh Đông Hồ thử';
    await shop().addProduct({ name, stock: 5 });
    await visit(async (customer) => {
      const { page, words } = customer;
      await search(customer, name);
      const card = page.locator('.product').filter({ hasText: name });
      await card.getByRole('button', { name: words.catalogue.more(name) }).click();
      await card.getByRole('button', { name: words.catalogue.addNamed(name) }).click();
      await page.getByText(words.catalogue.added(2, name)).waitFor();
      // The button that was pressed keeps the focus, so that Tab goes on from there.
      expect(await hasFocus(customer, '.product .product-add')).toBe(true);
      await page.getByText(words.catalogue.inCart(2)).waitFor();
      await page.getByRole('link', { name: words.frame.toCart }).click();
      await seesTitle(page, words.cartPage.title);
      expect(await page.getByRole('checkbox', { name: words.cartPage.tick(name) }).isChecked()).toBe(true);
      expect(await hasFocus(customer, 'h1')).toBe(true);
    });
  });

  test('Two presses of Add in one moment make one order', async () => {
    const name = 'Mứt gừng hai lần';
    await shop().addProduct({ name });
    await visit(async (customer) => {
      const { client, page, words } = customer;
      await search(customer, name);
      const add = page.getByRole('button', { name: words.catalogue.addNamed(name) });
      await add.evaluate((element) => {
        if (!(element instanceof HTMLElement)) return;
        element.click();
        element.click();
      });
      await page.getByText(words.catalogue.added(1, name)).waitFor();
      expect(Reflect.get(Object((await client.get('/orders')).body), 'items')).toHaveLength(1);
    });
  });

  test('A wrong quantity is said by its field, and changes nothing', async () => {
    const name = 'Gạo ST25 thử';
    await shop().addProduct({ name, stock: 3 });
    await visit(async (customer) => {
      const { page, words } = customer;
      await search(customer, name);
      const quantity = page.getByRole('textbox', { name: words.catalogue.quantityOf(name) });
      for (const [typed, problem] of [
        ['0', 'too_few'],
        ['4', 'too_many'],
        ['hai', 'not_a_number'],
        ['1.5', 'not_a_number'],
      ] as const) {
        await quantity.fill(typed);
        await quantity.press('Tab');
        await page.getByText(words.catalogue.quantityProblem(problem, { min: 1, max: 3 })).waitFor();
        expect(await quantity.inputValue()).toBe(typed);
      }
    });
  });

  test('What cannot be had any more is said by the button that was pressed', async () => {
    const name = 'Vé cuối cùng thử';
    const product = await shop().addProduct({ name, stock: 1 });
    await visit(async (customer) => {
      const { page, words } = customer;
      await search(customer, name);
      const card = page.locator('.product').filter({ hasText: name });
      await card.waitFor();
      await shop().operator.patch(`/products/${product}`, { archived: true });
      await card.getByRole('button', { name: words.catalogue.addNamed(name) }).click();
      await card.getByRole('alert').waitFor();
      expect(await hasFocus(customer, '.product .product-add')).toBe(true);
    });
  });

  test('The address of a search leads to the same list, and Back to the one before', async () => {
    const name = 'Trống đồng tìm lại';
    await shop().addProduct({ name });
    await visit(async (customer) => {
      const { page, words } = customer;
      await search(customer, 'trong dong tim lai');
      await page.getByRole('heading', { level: 2, name }).waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 2, name }).waitFor();
      const field = page.getByRole('combobox', { name: words.catalogue.search });
      expect(await field.inputValue()).toBe('trong dong tim lai');
    });
  });

  test('A customer who is not signed in is asked to, and comes back to where they were', async () => {
    const name = 'Quạt giấy chưa đăng nhập';
    await shop().addProduct({ name });
    await visit(
      async (customer) => {
        const { page, words, email } = customer;
        await search(customer, name);
        await page.getByRole('button', { name: words.catalogue.addNamed(name) }).click();
        await seesTitle(page, words.signIn.title);
        await page.getByRole('textbox', { name: words.signIn.email }).fill('not an address');
        await page.getByRole('button', { name: words.signIn.signIn }).click();
        await page.getByText(words.signIn.problem).waitFor();
        expect(await hasFocus(customer, 'input[name=email]')).toBe(true);
        await page.getByRole('textbox', { name: words.signIn.email }).fill(email);
        await page.getByRole('button', { name: words.signIn.signIn }).click();
        await page.getByRole('heading', { level: 2, name }).waitFor();
      },
      { isSignedIn: false },
    );
  });

  test('The language changes at once, and stays', async () => {
    await visit(async (customer) => {
      const { goto, page, words } = customer;
      await goto('/shop');
      await page.getByRole('button', { name: words.frame.otherLanguage }).click();
      await seesTitle(page, 'Sản phẩm');
      await page.reload();
      await seesTitle(page, 'Sản phẩm');
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('vi');
    });
  });

  test('By the keyboard alone one finds, adds, pays and sees the timeline', async () => {
    const name = 'Sáo trúc bàn phím';
    await shop().addProduct({ name });
    await visit(async (customer) => {
      const { page, words } = customer;
      const { keyboard } = page;
      /** Tab until what is wanted has the focus. */
      const tabTo = async (selector: string, text: RegExp | null = null) => {
        for (let tabs = 0; tabs < 60; tabs++) {
          await keyboard.press('Tab');
          const found = await page.evaluate((wanted) => {
            const here = document.activeElement;
            return here?.matches(wanted) === true
              ? `${here.textContent} ${here.getAttribute('aria-label')}`
              : null;
          }, selector);
          if (found !== null && (text === null || text.test(found))) return;
        }
        throw new Error(`the Tab key does not reach ${selector} ${text}`);
      };
      await customer.goto('/shop');
      await tabTo('input[role=combobox]');
      await keyboard.type('sao truc ban phim');
      await page.getByRole('option', { name }).waitFor();
      await keyboard.press('Enter');
      await page.getByRole('heading', { level: 2, name }).waitFor();
      await tabTo('.product button', new RegExp(words.catalogue.addNamed(name)));
      await keyboard.press('Enter');
      await page.getByText(words.catalogue.added(1, name)).waitFor();
      await tabTo('a', new RegExp(words.frame.toCart));
      await keyboard.press('Enter');
      await seesTitle(page, words.cartPage.title);
      await tabTo('.pay-bar button');
      await keyboard.press('Enter');
      await page.locator('dialog[open]').waitFor();
      await tabTo('dialog button', new RegExp(`^${words.cartPage.pay}`));
      await keyboard.press('Enter');
      await seesTitle(page, words.pay.paid.title);
      await tabTo('a', new RegExp(words.pay.seeOrders));
      await keyboard.press('Enter');
      await seesTitle(page, words.cartPage.title);
      await page.locator('.lines a', { hasText: name }).waitFor();
      await tabTo('.lines a', new RegExp(name));
      await keyboard.press('Enter');
      await page.locator('.timeline').getByText(words.historyStates.completed, { exact: true }).waitFor();
    });
  });
});
