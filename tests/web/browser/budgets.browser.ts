import { describe, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';
import { createTestFile } from '../../processes/sqlite.ts';
import { type Customer, holdAnswers } from './customer.ts';
import { countFigures, figuresOf } from './figures.ts';
import { withShop } from './shopGround.ts';
import { methods, openCart, pay, seesTitle } from './steps.ts';

/** What a page may cost: bytes, requests, and how much may move. Speed is measured by the bench's row `page`. */

/** The longer one of the two dictionaries. */
const vietnamese = { language: 'vi' } as const;

type Cost = {
  readonly script: number;
  readonly style: number;
  readonly document: number;
  /** Without pictures, which load after the page and hold nothing up, and without the calls of the API. */
  readonly files: readonly string[];
};

/** A visit by a browser that has nothing of the shop yet. Bytes as gzip makes them. */
const costOf = async (page: Page, work: () => Promise<void>): Promise<Cost> => {
  const responses: Response[] = [];
  const take = (response: Response) => void responses.push(response);
  page.on('response', take);
  await work();
  page.off('response', take);
  const sizeOf = async (type: string) => {
    const bodies = await Promise.all(
      responses.filter((each) => each.request().resourceType() === type).map((each) => each.body()),
    );
    return bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).byteLength, 0);
  };
  return {
    script: await sizeOf('script'),
    style: await sizeOf('stylesheet'),
    document: await sizeOf('document'),
    files: responses
      .filter((each) => ['document', 'script', 'stylesheet'].includes(each.request().resourceType()))
      .map((each) => new URL(each.url()).pathname),
  };
};

withShop('The cost of a page', { createDatabase: createTestFile }, ({ visit }) => {
  type PageCost = readonly [name: string, most: number, open: (customer: Customer) => Promise<void>];
  const first = 25_000;
  /** A further page, and the rest of the words, which all further pages share. */
  const further = first + 10_000 + 5_000;
  const pages: readonly PageCost[] = [
    ['products', first, ({ goto }) => goto('/shop')],
    ['cart', further, (customer) => openCart(customer, 3)],
    [
      'order',
      further,
      async ({ client, goto, page }) => {
        const [order] = Reflect.get(Object((await client.get('/orders?limit=1')).body), 'items');
        await goto(`/shop/orders/${order.id}`);
        await page.waitForSelector('.timeline li');
      },
    ],
    ['sign-in', further, ({ goto }) => goto('/shop/sign-in')],
  ];

  test.each(pages)(
    'A first visit to the page “%s” takes at most %d bytes of script',
    async (_, most, open) => {
      await visit(async (customer) => {
        await customer.placeOrders(3);
        const cost = await costOf(customer.page, async () => {
          await open(customer);
          await customer.page.waitForLoadState('networkidle');
        });
        expect(cost.script).toBeLessThanOrEqual(most);
        expect(cost.style).toBeLessThanOrEqual(6_000);
        expect(cost.document).toBeLessThanOrEqual(1_000);
        // The document, its styles and scripts, and the words.
        if (most === first) expect(cost.files.length, cost.files.join(' ')).toBeLessThanOrEqual(6);
      }, vietnamese);
    },
  );

  test('The page of a payment is within its bytes too', async () => {
    await visit(async (customer) => {
      const { page, words } = customer;
      await customer.placeOrders(1);
      await openCart(customer, 1);
      await pay(customer, methods.pays);
      await seesTitle(page, words.pay.paid.title);
      const cost = await costOf(page, async () => {
        await page.reload();
        await seesTitle(page, words.pay.paid.title);
        await page.waitForLoadState('networkidle');
      });
      expect(cost.script).toBeLessThanOrEqual(further);
    });
  });

  describe.each([390, 1280])('In a window of %d px', (width) => {
    test('Nothing moves while a page loads', async () => {
      await visit(
        async (customer) => {
          await countFigures(customer.context);
          await customer.placeOrders(3);
          for (const [name, , open] of pages) {
            await open(customer);
            await customer.page.waitForLoadState('networkidle');
            const { cls, moved } = await figuresOf(customer.page);
            expect({ name, isStill: cls <= 0.02, moved: cls <= 0.02 ? [] : moved }).toEqual({
              name,
              isStill: true,
              moved: [],
            });
          }
        },
        { viewport: { width, height: 844 } },
      );
    });

    test('What is in the cart moves no product when it comes', async () => {
      await visit(
        async (customer) => {
          const { goto, page, words } = customer;
          await countFigures(customer.context);
          await customer.placeOrders(3);
          const cart = await holdAnswers(page, '*/orders?*');
          await goto('/shop');
          await page.locator('.product').first().waitFor();
          await cart.arrived;
          await cart.release();
          await page.getByText(words.catalogue.inCart(1)).first().waitFor();
          const { cls, moved } = await figuresOf(page);
          expect(cls <= 0.02 ? [] : moved).toEqual([]);
        },
        { viewport: { width, height: 844 } },
      );
    });

    test('Nothing moves while one pays', async () => {
      await visit(
        async (customer) => {
          const { page, words } = customer;
          await countFigures(customer.context);
          await customer.placeOrders(2);
          await openCart(customer, 2);
          await pay(customer, methods.pays);
          await seesTitle(page, words.pay.paid.title);
          await page.reload();
          await seesTitle(page, words.pay.paid.title);
          const { cls, moved } = await figuresOf(page);
          expect(cls <= 0.02 ? [] : moved).toEqual([]);
        },
        { viewport: { width, height: 844 } },
      );
    });
  });
});
