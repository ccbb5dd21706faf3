import { afterAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Language } from '../../../web/shared/language.ts';
import { consoleEnOverview, type OverviewWords } from '../../../web/words/consoleEnOverview.ts';
import { consoleViOverview } from '../../../web/words/consoleViOverview.ts';
import { expectStatus, valueAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { startHttpService } from '../../services/httpService.ts';
import { chromiumPath, launchChromium, violationsOf } from './chromium.ts';
import { withConsole } from './consoleGround.ts';
import { isFocused, overflowOf } from './look.ts';
import { withOperator } from './operator.ts';
import { placeOrder, until } from './shop.ts';

/** A carrier that takes no parcel, and a mail server that is not there. */
const carrier = await startHttpService((response) => {
  response.writeHead(422, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: 'no such street' }));
});
afterAll(() => carrier.stop());

const badDay = {
  SHIPMENT_SERVICE_URL: carrier.url,
  SERVICE_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  SMTP_URL: 'smtp://127.0.0.1:1',
};

const wordsOf: Readonly<Record<Language, OverviewWords>> = { en: consoleEnOverview, vi: consoleViOverview };
const en = wordsOf.en;

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

withConsole(
  'The overview of the console',
  { createDatabase: createTestFile, env: badDay },
  ({ shop, visit }) => {
    /** Two parcels that the carrier refuses, and a mail that cannot be sent. */
    let isSeeded = false;
    const seed = async (): Promise<void> => {
      if (isSeeded) return;
      isSeeded = true;
      const { client } = await shop().customer('lan@example.com');
      for (const type of ['physical', 'physical', 'digital']) {
        const order = await placeOrder(client, await shop().addProduct({ type }));
        expectStatus(await client.checkOut(randomUUID(), [order], 'pm_card_visa'), 202);
      }
      await until(
        async () => expectStatus(await shop().operator.get('/queue'), 200).body,
        (queue) => {
          const [totals, pauses] = [valueAt(queue, 'totals'), valueAt(queue, 'pauses')];
          return valueAt(totals, 'failed') === 2 && Array.isArray(pauses) && pauses.length > 0;
        },
      );
    };

    test('Each number leads to the tasks that it counts', async () => {
      await seed();
      await visit(async ({ goto, page }) => {
        await goto('/console');
        const failed = page.getByRole('link', { name: `${en.numbers.failed} 2` });
        await failed.waitFor();
        expect(await failed.getAttribute('href')).toBe('/console/tasks?state=failed');
        const hrefs = await page
          .locator('.numbers a')
          .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
        expect(hrefs).toEqual(
          ['ready', 'running', 'waiting', 'paused', 'failed', 'ready'].map(
            (state) => `/console/tasks?state=${state}`,
          ),
        );
      });
    });

    test('Failures are groups that lead to their tasks, and a pause says why', async () => {
      await seed();
      await visit(async ({ goto, page }) => {
        await goto('/console');
        const { pipelines, steps } = en.names;
        const group = page.getByRole('link', {
          name: en.failures.show('2', pipelines.physical, steps.request_shipment),
        });
        await group.waitFor();
        const href = new URL((await group.getAttribute('href')) ?? '', shop().url);
        expect(Object.fromEntries(href.searchParams)).toMatchObject({
          state: 'failed',
          pipeline: 'physical',
          step: 'request_shipment',
        });
        await page.getByText('ECONNREFUSED').first().waitFor();
        await page.getByText(en.pauses.origins.fault).first().waitFor();
      });
    });

    test('The money line is red, and the numbers change by themselves', async () => {
      await seed();
      await visit(async ({ client, goto, page, words }) => {
        await goto('/console');
        await page.getByRole('link', { name: words.money.red(2) }).waitFor();
        const pause = expectStatus(
          await client.post('/queue/pauses', { pipeline: 'service', reason: 'the calendar is being moved' }),
          201,
        );
        await page.getByText('the calendar is being moved').waitFor();
        expectStatus(await client.remove(`/queue/pauses/${valueAt(pause.body, 'id')}`), 204);
        await page.getByText('the calendar is being moved').waitFor({ state: 'hidden' });
      });
    });

    test('The chart has a table of the same numbers, which opens by the keyboard', async () => {
      await visit(async ({ goto, page }) => {
        await goto('/console');
        await page.locator('.chart canvas').waitFor();
        await page.getByText(en.chart.table).focus();
        await page.keyboard.press('Enter');
        await page.getByRole('table', { name: en.chart.caption }).waitFor();
        expect(
          await page.getByRole('table', { name: en.chart.caption }).getByRole('row').count(),
        ).toBeGreaterThan(10);
        expect(await isFocused(page, 'summary')).toBe(true);
      });
    });

    test('A question that fails says so in its place, and the rest of the page stays', async () => {
      await seed();
      await visit(async ({ goto, page, words }) => {
        await page.route('**/queue/history', (route) => route.abort());
        await goto('/console');
        await page.getByText(words.state.lostText).waitFor();
        await page.getByRole('link', { name: `${en.numbers.failed} 2` }).waitFor();
        await page.unroute('**/queue/history');
        await page.getByRole('button', { name: words.state.tryAgain }).click();
        await page.locator('.chart canvas').waitFor();
      });
    });

    test('Without the permission for money there is no stream of it and no question', async () => {
      await seed();
      await visit(
        async ({ context, goto, page, words }) => {
          const asked: string[] = [];
          context.on('request', (request) => asked.push(new URL(request.url()).pathname));
          await goto('/console');
          await page.getByRole('link', { name: `${en.numbers.failed} 2` }).waitFor();
          await page.getByText(words.money.closed).waitFor();
          expect(asked).not.toContain('/money');
        },
        { permissions: ['queue:read'] },
      );
    });

    describe.each(['vi', 'en'] as const)('In the language “%s”', (language) => {
      test('Axe finds no fault in either scheme, and nothing scrolls sideways', async () => {
        await seed();
        const faults: string[] = [];
        await visit(
          async ({ goto, page }) => {
            await goto('/console');
            await page.locator('.chart canvas').waitFor();
            await page.getByText('ECONNREFUSED').first().waitFor();
            await page.getByText(wordsOf[language].chart.table).click();
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              // The chart follows a moment later.
              await page.waitForFunction(
                () =>
                  document.querySelector('.uplot')?.clientWidth ===
                  document.querySelector('.chart')?.clientWidth,
              );
              const where = `${colorScheme}, ${width} px`;
              if ((await overflowOf(page)) > 0) faults.push(`${where}: scrolls sideways`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
          },
          { language },
        );
        expect(faults).toEqual([]);
      });
    });

    test('Text of twice the size fits', async () => {
      await seed();
      const large = await launchChromium(chromiumPath ?? '', ['--blink-settings=defaultFontSize=32']);
      try {
        await withOperator(
          large,
          shop(),
          async ({ goto, page }) => {
            await goto('/console');
            await page.getByText('ECONNREFUSED').first().waitFor();
            expect(await overflowOf(page)).toBe(0);
          },
          { language: 'vi', viewport: { width: 640, height: 900 } },
        );
      } finally {
        await large.close();
      }
    });
  },
);
