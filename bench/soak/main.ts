/**
 * The soak: the product as it starts by default, at half of the load that it can bear, for hours. It passes if memory,
 * the tables that come and go, and latencies are flat, if no request fails, and if each order that was bought is completed.
 *
 *   bun bench/soak/main.ts --database sqlite|postgres [--hours 6] [--rate purchases-a-second]
 *
 * Each sample is a line of `results/soak.<database>.ndjson`, written at once. The charts are drawn at the end, also after
 * an interrupt. A purchase leaves about 6 kB, so the rate is lowered if it would fill more than half of the free disk.
 */
import { appendFileSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createScratchFolder } from '../../tests/processes/cleanup.ts';
import { drawCharts } from '../chart.ts';
import { residentBytes } from '../processes.ts';
import { createTokens, startBuyers } from './buyers.ts';
import { judgeSoak } from './judge.ts';
import { drawn, type SoakSample } from './plan.ts';
import { openSoakShop, type SoakShop } from './shop.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    hours: { type: 'string', default: '6' },
    rate: { type: 'string' },
  },
});
const { database } = values;
const hours = Number(values.hours);
if ((database !== 'postgres' && database !== 'sqlite') || !(hours > 0)) {
  console.error(
    'usage: bun bench/soak/main.ts --database sqlite|postgres [--hours 6] [--rate purchases-a-second]',
  );
  process.exit(2);
}

const results = join(import.meta.dirname, '../results');
const name = `soak.${database}`;
const bytesEach = 6_000;
const warmUpSeconds = 30;

const run = async (): Promise<boolean> => {
  mkdirSync(results, { recursive: true });
  const folder = createScratchFolder('soak');
  const shop = await openSoakShop(database, folder);
  try {
    const tokens = await createTokens();
    const burst = startBuyers(shop.url, shop.productIds, tokens, Number.POSITIVE_INFINITY);
    await sleep(warmUpSeconds * 1_000);
    burst.take();
    await sleep(warmUpSeconds * 1_000);
    const most = burst.take().bought / warmUpSeconds;
    await burst.stop();
    await shop.checkBought(burst.bought());
    const perSecond = rateOf(most, folder);
    console.log(`at most ${most.toFixed(0)} purchases a second; ${perSecond.toFixed(0)} for ${hours} hours`);

    const buyers = startBuyers(shop.url, shop.productIds, tokens, perSecond);
    const samples = await takeSamples(shop, buyers);
    await buyers.stop();
    draw(samples);
    await shop.checkBought(burst.bought() + buyers.bought());
    const found = judgeSoak(samples);
    for (const line of found) console.log(`NOT FLAT ${line}`);
    console.log(
      `${buyers.bought()} purchases in ${(samples.at(-1)?.minute ?? 0).toFixed(0)} minutes, all completed; ${found.length === 0 ? 'all is flat' : `${found.length} not flat`}`,
    );
    return found.length === 0;
  } finally {
    await shop.close();
  }
};

const rateOf = (most: number, folder: string): number => {
  if (values.rate !== undefined) return Number(values.rate);
  const { bavail, bsize } = statfsSync(folder);
  const byDisk = (bavail * bsize) / 2 / bytesEach / (hours * 3_600);
  if (byDisk < most / 2)
    console.log(`the free disk bears ${byDisk.toFixed(0)} purchases a second for ${hours} hours`);
  return Math.min(most / 2, byDisk);
};

/** At least 60 in all, and at most one a minute. */
const takeSamples = async (
  shop: SoakShop,
  buyers: ReturnType<typeof startBuyers>,
): Promise<readonly SoakSample[]> => {
  const everyMs = Math.min(60_000, hours * 60_000);
  const file = join(results, `${name}.ndjson`);
  writeFileSync(file, '');
  const samples: SoakSample[] = [];
  const startedMs = performance.now();
  let lastMs = startedMs;
  while (!isInterrupted && performance.now() - startedMs < hours * 3_600_000) {
    await Promise.race([sleep(everyMs), interrupted]);
    const { bought, failed, purchaseMs, searchMs } = buyers.take();
    const nowMs = performance.now();
    const sample: SoakSample = {
      minute: (nowMs - startedMs) / 60_000,
      boughtPerSecond: bought / ((nowMs - lastMs) / 1_000),
      failed,
      p50Ms: quantile(purchaseMs, 0.5),
      p99Ms: quantile(purchaseMs, 0.99),
      searchP99Ms: quantile(searchMs, 0.99),
      residentMb: residentBytes(shop.app.pid) / 1_000_000,
      orders: buyers.bought(),
      ...(await shop.readContents()),
    };
    lastMs = nowMs;
    samples.push(sample);
    appendFileSync(file, `${JSON.stringify(sample)}\n`);
    console.log(
      `${sample.minute.toFixed(0)} min: ${sample.boughtPerSecond.toFixed(0)}/s, p99 ${sample.p99Ms.toFixed(0)} ms, ${sample.residentMb.toFixed(0)} MB, ${sample.tasks} tasks, ${failed} failed`,
    );
  }
  return samples;
};

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

const draw = (samples: readonly SoakSample[]): void => {
  const curves = drawn.map(({ name: figure, title, unit }) => ({
    name: figure,
    title: `${title}, ${database}`,
    x: { label: 'minutes', logarithmic: false },
    y: { label: unit },
    lines: [
      {
        name: figure,
        points: thin(samples).map((sample) => {
          const value = sample[figure];
          return { x: sample.minute, y: { min: value, median: value, max: value } };
        }),
      },
    ],
  }));
  drawCharts(results, name, { matches: [], curves });
};

/** A chart has room for so many marks on its axis. */
const marksMax = 12;

const thin = (samples: readonly SoakSample[]): readonly SoakSample[] => {
  const every = Math.ceil(samples.length / marksMax);
  return samples.filter((_, index) => index % every === every - 1 || index === samples.length - 1);
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let isInterrupted = false;
let interrupt = () => {};
const interrupted = new Promise<void>((resolve) => {
  interrupt = resolve;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    isInterrupted = true;
    interrupt();
  });

process.exit((await run()) ? 0 : 1);
