import { expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import type { ConsoleTasksWords } from '../../../web/words/consoleEnTasks.ts';
import { consoleEnTasks } from '../../../web/words/consoleEnTasks.ts';
import { consoleViTasks } from '../../../web/words/consoleViTasks.ts';
import { chromiumPath, launchChromium, violationsOf } from './chromium.ts';
import { payOrders, waitForTasks } from './failedTasks.ts';
import { overflowOf, overflowsOnTablets } from './look.ts';
import { type Operator, withOperator } from './operator.ts';
import { dialogOf, failedPath, rowsOf, seeRows, tasksPath, tick, withTasks } from './taskGround.ts';

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

type State = readonly [
  name: string,
  open: (page: Page, words: ConsoleTasksWords, goto: Operator['goto']) => Promise<void>,
];

const openRows: State[1] = async (page, _, goto) => {
  await goto(failedPath);
  await seeRows(page, 3);
};
const chooseAll: State[1] = async (page, words, goto) => {
  await openRows(page, words, goto);
  for (const row of [0, 1, 2]) await tick(page, row);
};

/** With three failed mails and a pause of a fault. */
const states: readonly State[] = [
  ['failed', openRows],
  ['chosen', chooseAll],
  [
    'retry',
    async (page, words, goto) => {
      await chooseAll(page, words, goto);
      await page.getByRole('button', { name: words.retryChosen(3) }).click();
      await dialogOf(page).waitFor();
    },
  ],
  [
    'skip',
    async (page, words, goto) => {
      await chooseAll(page, words, goto);
      await page.getByRole('button', { name: words.skip }).click();
      await dialogOf(page).getByRole('button', { name: words.skip }).click();
      await dialogOf(page).getByText(words.reasonProblem).waitFor();
    },
  ],
  [
    'retry all',
    async (page, words, goto) => {
      await openRows(page, words, goto);
      await page.getByRole('button', { name: words.retryAll }).click();
      await dialogOf(page).getByText(words.retryAllAsk(3)).waitFor();
    },
  ],
  [
    'one task',
    async (page, words, goto) => {
      await openRows(page, words, goto);
      await rowsOf(page).getByRole('link', { name: words.steps.notify_customer }).first().click();
      await dialogOf(page).waitFor();
    },
  ],
  [
    'pause',
    async (page, words, goto) => {
      await goto(tasksPath);
      await page.locator('.pause').waitFor();
      await page.getByRole('button', { name: words.pauseTasks }).click();
      await dialogOf(page).waitFor();
    },
  ],
  [
    'nothing found',
    async (page, words, goto) => {
      await goto(`${tasksPath}?state=running&pipeline=refund&error=${'long '.repeat(40)}`);
      await page.getByRole('heading', { name: words.nothingFound }).waitFor();
    },
  ],
  [
    'keys',
    async (page, words, goto) => {
      await openRows(page, words, goto);
      await page.keyboard.press('?');
      await dialogOf(page).getByText(words.keys.retry).waitFor();
    },
  ],
];

const wordsOf = { en: consoleEnTasks, vi: consoleViTasks } as const;

await withTasks('The looks of the page of tasks', ({ shop, visit, failMails, stopMailServer }) => {
  const prepareOnce = async () => {
    await failMails(3, 'mailbox unavailable for <b>an@example.com</b>');
    await stopMailServer();
    await payOrders(shop(), 1);
    await waitForTasks(shop(), 'paused', 1);
  };
  let prepared: Promise<void> | undefined;
  const prepare = (): Promise<void> => {
    prepared ??= prepareOnce();
    return prepared;
  };

  test('In both languages axe finds no fault in either scheme, and nothing scrolls sideways', async () => {
    await prepare();
    const faults: string[] = [];
    for (const language of ['vi', 'en'] as const)
      await visit(
        async ({ page, goto }) => {
          for (const [name, open] of states) {
            await open(page, wordsOf[language], goto);
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              const where = `${name}, ${language}, ${colorScheme}, ${width} px`;
              const overflow = await overflowOf(page);
              if (overflow > 0) faults.push(`${where}: ${overflow} px too wide`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
            faults.push(...(await overflowsOnTablets(page, `${name}, ${language}`)));
          }
        },
        { language },
      );
    expect(faults).toEqual([]);
  });

  test('Text of twice the size fits in each state', async () => {
    await prepare();
    const large = await launchChromium(chromiumPath ?? '', ['--blink-settings=defaultFontSize=32']);
    const faults: string[] = [];
    try {
      await withOperator(
        large,
        shop(),
        async ({ page, goto }) => {
          for (const [name, open] of states) {
            await open(page, consoleViTasks, goto);
            const overflow = await overflowOf(page);
            if (overflow > 0) faults.push(`${name}: ${overflow} px too wide`);
          }
        },
        { language: 'vi', viewport: { width: 640, height: 900 } },
      );
    } finally {
      await large.close();
    }
    expect(faults).toEqual([]);
  });
});
