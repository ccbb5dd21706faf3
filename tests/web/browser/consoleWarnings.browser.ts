import { expect, test } from 'bun:test';
import { consoleEnMoney as words } from '../../../web/words/consoleEnMoney.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { violationsOf } from './chromium.ts';
import { withConsole } from './consoleGround.ts';
import { overflowOf } from './look.ts';

const warning = 'new orders of next month will be refused: run bun run partition as the owner of the tables';

withConsole('What an operator has to do soon', { createDatabase: createTestFile }, ({ visit }) => {
  test('The page of the money says what the readiness warns of, and nothing in a shop without warnings', async () => {
    await visit(async ({ goto, page }) => {
      await goto('/console/money');
      await page.getByText(words.overview.healthyText).waitFor();
      expect(await page.getByText(words.overview.warning).count()).toBe(0);
      await page.route('**/health/ready', (route) =>
        route.fulfill({ json: { status: 'ready', degraded: ['partitions'], warnings: [warning] } }),
      );
      await page.setViewportSize({ width: 320, height: 844 });
      await page.reload();
      await page.getByText(words.overview.warning).waitFor();
      await page.getByText(warning).waitFor();
      expect(await overflowOf(page)).toBe(0);
      expect(await violationsOf(page)).toEqual([]);
    });
  });
});
