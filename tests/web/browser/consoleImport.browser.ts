import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import type { Download, Page, Request } from 'playwright-core';
import { parseCsv } from '../../../web/console/products/csv.ts';
import { consoleEnImport as words } from '../../../web/words/consoleEnImport.ts';
import { expectStatus, itemsOf } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { badRows, createImportFile, rowsOfFile } from './consoleImportFile.ts';
import { holdAnswers } from './customer.ts';
import { isFocused } from './look.ts';
import { until } from './shop.ts';

const path = '/console/products/import';
const good = rowsOfFile - badRows;
const heading = '#main h2[data-step]';

const choose = (page: Page, content: string | Buffer, name = 'products.csv'): Promise<void> =>
  page.setInputFiles('#main input[type=file]', {
    name,
    mimeType: 'text/csv',
    buffer: Buffer.from(content as string),
  });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const seesStep = (page: Page, text: string) => page.locator(heading, { hasText: text }).waitFor();
const isPost = (request: Request): boolean =>
  request.method() === 'POST' && new URL(request.url()).pathname === '/products';

const saved = async (download: Download): Promise<string> => readFileSync(await download.path(), 'utf8');

const csvOf = (prefix: string, count: number): string =>
  [
    'code,name,price,type,stock',
    ...Array.from({ length: count }, (_, row) => `${prefix}-${row},Món ${row},1000,digital,`),
  ].join('\n');

withConsole('An import of products', { createDatabase: createTestFile }, ({ shop, visit }) => {
  const count = async (query: string): Promise<number> => {
    const { body } = expectStatus(await shop().operator.get(`/products?q=${query}&limit=100`), 200);
    return itemsOf({ body }).length;
  };

  test('Of 5,000 rows with 60 bad ones, the good ones are taken and the bad ones come back as a file', async () => {
    await visit(async ({ commands, context, goto, page }) => {
      const sizes: number[] = [];
      context.on('request', (request) => {
        if (isPost(request)) sizes.push(request.postDataJSON().length);
      });
      await goto(path);
      await choose(page, createImportFile(), 'hàng hoá.csv');
      await seesStep(page, words.preview);
      expect(await isFocused(page, heading)).toBe(true);
      await page.getByText(words.file('hàng hoá.csv', '5,000')).waitFor();
      await page.getByText(words.bad('5,000')).waitFor();
      await page.getByLabel(words.type).selectOption('physical');
      await page.getByText(words.good('4,940')).waitFor();
      await page.getByText(words.bad('60')).waitFor();
      await page.getByText(words.stockReplaced).waitFor();
      await page.getByText(words.problems.not_a_price).first().waitFor();
      await page.getByText(words.range({ first: '1', last: '50', total: '60' })).waitFor();
      await button(page, words.later).click();
      await page.getByText(words.range({ first: '51', last: '60', total: '60' })).waitFor();
      await page.getByLabel(words.show).selectOption('all');
      await page.getByText(words.range({ first: '1', last: '50', total: '5,000' })).waitFor();
      expect(commands).toEqual([]);

      await button(page, words.send('4,940')).dblclick();
      await seesStep(page, words.done);
      expect(await isFocused(page, heading)).toBe(true);
      expect(sizes).toEqual([1_000, 1_000, 1_000, 1_000, 940]);
      await page.getByText(`${words.created}: 4,940`).waitFor();
      await page.getByText(`${words.notTaken}: 60`).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        button(page, words.download).click(),
      ]);
      expect(download.suggestedFilename()).toBe(words.fileName);
      const csv = await saved(download);
      const left = parseCsv(csv);
      expect([left?.rows.length, left?.headers.at(-1)]).toEqual([badRows, words.problem]);
      // The name that begins with a sign of a formula.
      expect(csv).toContain(`"'=HYPERLINK(`);

      // The file can be mended and imported again; as it is, each row has its problem still.
      await button(page, words.again).click();
      expect(await isFocused(page, heading)).toBe(true);
      await choose(page, csv);
      await page.getByText(words.bad('60')).waitFor();
      expect(commands).toHaveLength(sizes.length);
    });
    expect(await count('P-2000')).toBe(1);
    // Row 83 has no code, 166 no name, and 249 a price in words.
    expect(await count('%22sai 249%22')).toBe(0);
    expect(good).toBe(4_940);
  });

  test('It stops after what is on its way, goes on while another page is shown, and sends nothing twice', async () => {
    await visit(async ({ commands, goto, page }) => {
      await goto(path);
      await choose(page, csvOf('STOP', 2_500).replaceAll(/,$/gm, ',5'));
      await page.getByText(words.good('2,500')).waitFor();
      const held = await holdAnswers(page, '*/products');
      await button(page, words.send('2,500')).click();
      await held.arrived;
      await button(page, words.stop).click();
      await page.getByText(words.stopping).waitFor();
      await held.release();
      await seesStep(page, words.stopped);
      expect(await isFocused(page, heading)).toBe(true);
      await page.getByText(words.sent('1,000', '2,500')).waitFor();
      expect(commands).toHaveLength(1);

      await button(page, words.goOn('1,500')).dblclick();
      await page.getByRole('link', { name: 'Products', exact: true }).first().click();
      await page.waitForURL(/\/console\/products$/);
      await until(
        () => count('STOP-2499'),
        (found) => found === 1,
      );
      await page.goBack();
      await seesStep(page, words.done);
      await page.getByText(`${words.created}: 2,500`).waitFor();
      expect(commands).toHaveLength(3);
    });
  });

  test('New products without a stock are named by the shop, and all others of their slice are taken', async () => {
    await visit(async ({ goto, page }) => {
      await goto(path);
      const lines = csvOf('NEW', 30).split('\n');
      await choose(page, lines.map((line, row) => (row > 25 ? `${line}5` : line)).join('\n'));
      await button(page, words.send('30')).click();
      await seesStep(page, words.done);
      await page.getByText(`${words.notTaken}: 25`).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        button(page, words.download).click(),
      ]);
      expect((await saved(download)).split(words.problems.stock_needed)).toHaveLength(26);
      expect(await count('NEW')).toBe(5);
    });
  });

  test('A lost answer stops it, and going on sends the same rows again', async () => {
    await visit(async ({ commands, goto, page, words: around }) => {
      await goto(path);
      await choose(page, csvOf('LOST', 3).replaceAll(/,$/gm, ',5'));
      await page.getByText(words.good('3')).waitFor();
      const held = await holdAnswers(page, '*/products');
      await button(page, words.send('3')).click();
      await held.arrived;
      await held.lose();
      await page.getByText(around.state.lost).waitFor();
      await page.getByText(`${words.notTaken}: 3`).waitFor();
      await button(page, words.goOn('3')).click();
      await seesStep(page, words.done);
      // The shop had them already: they were changed, to what they were.
      await page.getByText(`${words.updated}: 3`).waitFor();
      expect(commands).toHaveLength(2);
      expect(await count('LOST')).toBe(3);
    });
  });

  test('A session that ends on the way stops it, and after sign-in it goes on', async () => {
    await visit(
      async ({ context, goto, page, words: around }) => {
        await goto(path);
        await choose(page, csvOf('SESSION', 3).replaceAll(/,$/gm, ',5'));
        await page.getByText(words.good('3')).waitFor();
        const cookies = await context.cookies();
        await context.clearCookies();
        await button(page, words.send('3')).click();
        await page.getByRole('heading', { name: around.sessionEnd.title }).waitFor();
        await context.addCookies(cookies);
        await page.keyboard.press('Escape');
        await button(page, words.goOn('3')).click();
        await seesStep(page, words.done);
        expect(await count('SESSION')).toBe(3);
      },
      { expected: /401/ },
    );
  });

  test('Pasted rows of a spreadsheet, JSON, UTF-16 and a dropped file are read', async () => {
    await visit(async ({ commands, goto, page }) => {
      await goto(path);
      await button(page, words.read).click();
      await page.getByText(words.nothingPasted).waitFor();
      expect(await isFocused(page, '#main textarea')).toBe(true);
      await page.getByLabel(words.paste).fill('Mã\tTên\tGiá\tLoại\nX-1\tÁo\t199.000\tphysical');
      await button(page, words.read).click();
      await page.getByText('₫199,000').waitFor();
      await button(page, words.another).click();

      const product = { code: 'X-2', name: 'Áo', type: 'digital', price: { amount: 990, currency: 'USD' } };
      await choose(page, JSON.stringify([product]), 'x.json');
      await page.getByText('$9.90').waitFor();
      await button(page, words.another).click();

      await choose(page, Buffer.from('\ufeffmã;tên;giá;loại\r\nX-3;Áo;1;digital\r\n', 'utf16le'));
      await page.getByRole('cell', { name: 'X-3' }).waitFor();
      await button(page, words.another).click();

      await page.locator('.drop').evaluate((zone) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['code,name,price,type\nX-4,Áo,1,digital'], 'x.csv'));
        zone.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      });
      await page.getByRole('cell', { name: 'X-4' }).waitFor();
      await button(page, words.another).click();

      await choose(page, 'a;b\n1;2');
      await page.getByText(words.missingColumns('code, name, price')).waitFor();
      await choose(page, Buffer.from([0x6d, 0xe3, 0x2c]));
      await page.getByText(words.files.not_text).waitFor();
      expect(commands).toEqual([]);
    });
  });

  test('A price that can be read in two ways waits for the sign that somebody chooses', async () => {
    await visit(async ({ goto, page }) => {
      await goto(path);
      await choose(page, 'code,name,price,type,currency\nY-1,Áo,1.299,digital,USD\n');
      await page.getByText(words.problems.ambiguous_price).waitFor();
      await button(page, words.send('0')).click({ force: true });
      await page.getByText(words.nothingToSend).waitFor();
      await page.getByLabel(words.decimals).selectOption(',');
      await page.getByText('$1,299.00').waitFor();
      await page.getByText(words.allGood).waitFor();
    });
  });
});
