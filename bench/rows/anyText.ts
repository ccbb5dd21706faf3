import { join } from 'node:path';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import type { Store } from '../../core/store.ts';
import { startApp } from '../app.ts';
import type { Bench, Contender, Row, Sample } from '../row.ts';
import { longestBlock, type Search, searchOrders, searchProducts } from '../search/blocked.ts';
import { createHostileTexts, hostileProducts } from '../search/hostileTexts.ts';
import { placeOrders, unwrapOrThrow } from '../shop.ts';

const products = 5_000;
const connections = 8;
const lightReads = 300;

export const anyText: Row = {
  name: 'any-text',
  about: 'SQLite: how long the worst of 10,000 texts takes the event loop, and a light read beside it',
  run: async (bench) => {
    const orders = bench.scaleCount(1_000_000);
    const path = join(bench.createFolder(), 'shop.db');
    const store = await openSqliteStore(createSystemWorld(), { path });
    await fill(bench, store, orders);
    const productTexts = createHostileTexts(bench.scaleCount(10_000));
    // A search of all orders takes longer, so fewer texts.
    const orderTexts = createHostileTexts(bench.scaleCount(1_000));
    const common = { figure: 'blockedMs', unit: 'ms', better: 'less', goal: null, peers: [] } as const;
    const limits = [
      { figure: 'blockedMs', most: 20 },
      { figure: 'ofAllowed', most: 1 },
    ];
    const matches = [
      await bench.runMatch({
        ...common,
        limits,
        name: 'any-text-products',
        title: `The longest block of the event loop, ${products} products`,
        ours: createContender(path, store, { texts: productTexts, search: searchProducts, rows: products }),
      }),
      await bench.runMatch({
        ...common,
        limits: limits.slice(0, 1),
        name: 'any-text-orders',
        title: `The longest block of the event loop, ${orders} orders`,
        ours: createContender(path, store, { texts: orderTexts, search: searchOrders, rows: orders }),
      }),
    ];
    await store.close();
    return { matches };
  },
};

const fill = async (bench: Bench, store: Store, orders: number): Promise<void> => {
  bench.progress(`writing ${orders} orders`);
  await placeOrders(store, orders);
  const drafts = hostileProducts(products);
  const nowMs = createSystemWorld().clock.nowMs();
  for (let from = 0; from < products; from += 1_000)
    await unwrapOrThrow(store.products.upsert(drafts.slice(from, from + 1_000), nowMs, 'replace'));
};

const createContender = (
  path: string,
  store: Store,
  {
    texts,
    search,
    rows,
  }: { readonly texts: readonly string[]; readonly search: Search; readonly rows: number },
): Contender => ({
  name: 'Cartwright',
  configuration: { rows, texts: texts.length, connections, lightReads },
  round: async () => {
    const worst = await longestBlock(store, texts, search);
    const light = search === searchProducts ? await measureLightRead(path, store, worst.slowestText) : {};
    return { blockedMs: worst.blockedMs, slowestMs: worst.slowestMs, ...light };
  },
});

/** The median of `GET /products/{id}`, quiet and beside connections that send the slowest text. */
const measureLightRead = async (path: string, store: Store, text: string): Promise<Sample> => {
  const page = await unwrapOrThrow(store.products.list({ search: null, type: null, after: null, limit: 1 }));
  const app = await startApp(`sqlite:${path}`, { ROLE: 'read' });
  const get = async (query: string): Promise<number> => {
    const startMs = performance.now();
    const response = await fetch(`http://127.0.0.1:${app.port}/products${query}`);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`expected 200, got ${response.status}`);
    return performance.now() - startMs;
  };
  const light = async (): Promise<number> => {
    const times: number[] = [];
    while (times.length < lightReads) times.push(await get(`/${page.items[0]?.id}`));
    return times.toSorted((a, b) => a - b)[lightReads / 2] ?? Number.NaN;
  };
  await light();
  const quietMs = await light();
  let isOver = false;
  const send = async (): Promise<void> => {
    while (!isOver) await get(`?limit=100&q=${encodeURIComponent(text)}`);
  };
  const senders = Array.from({ length: connections }, send);
  const besideMs = await light();
  isOver = true;
  await Promise.all(senders);
  await app.stop();
  return { quietMs, besideMs, ofAllowed: besideMs / Math.max(15, 8 * quietMs) };
};
