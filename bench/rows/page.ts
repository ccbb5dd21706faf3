import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { demoProducts } from '../../demo/loadProducts.ts';
import { chromiumPath, launchChromium } from '../../tests/web/browser/chromium.ts';
import { countFigures, figuresOf, slowDown } from '../../tests/web/browser/figures.ts';
import { buildPages } from '../../web/build.ts';
import { startApp } from '../app.ts';
import type { Row, Sample } from '../row.ts';

/** Visits in a round, each in a browser that has nothing of the shop. The median counts. */
const visits = 5;

export const page: Row = {
  name: 'page',
  about: 'a first visit to the shop on a slow phone: processor ÷4, 1.6 Mbit/s, 150 ms; needs Chromium',
  run: async (bench) => {
    if (chromiumPath === null)
      return { matches: [], notes: ['There is no Chromium, so no page was measured.'] };
    const path = chromiumPath;
    await buildPages(join(import.meta.dirname, '../../web/dist'), { onlyIfStale: true });
    const file = join(bench.createFolder(), 'shop.db');
    await addProducts(file);
    const match = await bench.runMatch({
      name: 'first-visit',
      title: 'First visit to the shop on a slow phone, until its largest part is there',
      figure: 'lcpMs',
      unit: 'ms',
      better: 'less',
      goal: null,
      limits: [
        { figure: 'lcpMs', most: 1_800 },
        { figure: 'inpMs', most: 200 },
        { figure: 'longestTaskMs', most: 200 },
        { figure: 'cls', most: 0.02 },
        { figure: 'readyMs', most: 400 },
      ],
      ours: {
        name: 'Cartwright on SQLite',
        configuration: { visits, processorSlowedBy: 4, kilobitsPerSecond: 1_600, latencyMs: 150 },
        round: () => visitShop(path, `sqlite:${file}`),
      },
      peers: [],
    });
    return { matches: [match] };
  },
};

const addProducts = async (file: string): Promise<void> => {
  const world = createSystemWorld();
  const store = await openSqliteStore(world, { path: file });
  const added = await store.products.upsert(demoProducts, world.clock.nowMs(), 'keep');
  if (added.isErr()) throw new Error(`the products were refused: ${added.error.kind}`);
  await store.close();
};

const visitShop = async (path: string, databaseUrl: string): Promise<Sample> => {
  const server = await startApp(databaseUrl);
  const browser = await launchChromium(path);
  try {
    const samples: { lcpMs: number; inpMs: number; longestTaskMs: number; cls: number }[] = [];
    for (let visit = 0; visit < visits; visit++) {
      const context = await browser.newContext({
        locale: 'vi-VN',
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        hasTouch: true,
      });
      await countFigures(context);
      const tab = await context.newPage();
      await slowDown(tab);
      await tab.goto(`http://localhost:${server.port}/shop`, { waitUntil: 'networkidle' });
      await searchAsOneTypes(tab);
      const { lcp, cls, inp, longestTask } = await figuresOf(tab);
      samples.push({ lcpMs: lcp, inpMs: inp, longestTaskMs: longestTask, cls });
      await context.close();
    }
    const median = (name: keyof (typeof samples)[number]) =>
      samples.map((sample) => sample[name]).toSorted((one, other) => one - other)[Math.floor(visits / 2)] ??
      Number.NaN;
    return {
      lcpMs: median('lcpMs'),
      inpMs: median('inpMs'),
      longestTaskMs: median('longestTaskMs'),
      cls: median('cls'),
      readyMs: server.readyMs,
    };
  } finally {
    await browser.close();
    await server.stop();
  }
};

/** Throws if the page does not find what is there. */
const searchAsOneTypes = async (tab: Page): Promise<void> => {
  await tab.getByRole('combobox').pressSequentially('dong ho');
  await tab.getByRole('option').first().waitFor();
  await tab.getByRole('combobox').press('Enter');
  await tab
    .getByRole('heading', { level: 2, name: /Đồng hồ/ })
    .first()
    .waitFor();
};
