import { expect, test } from 'bun:test';
import { chromiumPath, launchChromium, violationsOf } from './chromium.ts';
import { webhookStates } from './consoleWebhookStates.ts';
import { overflowOf, overflowsOnTablets } from './look.ts';
import { withOperator } from './operator.ts';
import { createScriptBytes } from './scriptBytes.ts';
import { withWebhooks } from './webhookGround.ts';

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

/** The first state is a shop without endpoints, and the two languages share one shop. */
const statesOf = (language: string) => (language === 'vi' ? webhookStates : webhookStates.slice(1));

withWebhooks('Each page of webhooks, in each state', (ground) => {
  const { makeEndpoint, shop, visit } = ground;

  test.each(['vi', 'en'] as const)(
    'In the language “%s” axe finds no fault in either scheme, and nothing scrolls sideways',
    async (language) => {
      const faults: string[] = [];
      for (const { name, open } of statesOf(language))
        await visit(
          async (operator) => {
            const { page } = operator;
            await open(operator, ground);
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              const where = `${name}, ${colorScheme}, ${width} px`;
              const overflow = await overflowOf(page);
              if (overflow > 0) faults.push(`${where}: ${overflow} px too wide`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
            faults.push(...(await overflowsOnTablets(page, name)));
            if ((await page.locator('[style]').count()) > 0) faults.push(`${name}: a style attribute`);
          },
          { language },
        );
      expect(faults).toEqual([]);
    },
  );

  test('Text of twice the size fits on each of them', async () => {
    const large = await launchChromium(chromiumPath ?? '', ['--blink-settings=defaultFontSize=32']);
    const faults: string[] = [];
    try {
      for (const { name, open } of statesOf('en'))
        await withOperator(
          large,
          shop(),
          async (operator) => {
            await open(operator, ground);
            const overflow = await overflowOf(operator.page);
            if (overflow > 0) faults.push(`${name}: ${overflow} px too wide`);
          },
          { language: 'vi', viewport: { width: 640, height: 900 } },
        );
    } finally {
      await large.close();
    }
    expect(faults).toEqual([]);
  });

  test('Each page loads at most 10 kB of script beside the frame', async () => {
    const id = await makeEndpoint(shop().operator, '/cost');
    const scriptOf = createScriptBytes(visit);
    const frame = await scriptOf('/console/nowhere', '#main h1');
    const costs: string[] = [];
    for (const [path, seen] of [
      ['/console/webhooks', 'tbody tr'],
      [`/console/webhooks/${id}`, '.facts'],
    ] as const) {
      const own = (await scriptOf(path, seen)) - frame;
      if (own > 10_000) costs.push(`${path}: ${own} bytes`);
    }
    expect(costs).toEqual([]);
  });
});
