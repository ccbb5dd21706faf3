import { parseQuery } from '../../core/search.ts';
import type { Store } from '../../core/store.ts';
import { unwrapOrThrow } from '../shop.ts';

/** Reads the first page for a text. */
export type Search = (store: Store, text: string) => Promise<unknown>;

export const searchProducts: Search = ({ products }, text) =>
  unwrapOrThrow(products.list({ search: parseQuery(text), type: null, after: null, limit: 100 }));

export const searchOrders: Search = ({ orders }, text) =>
  unwrapOrThrow(
    orders.list({
      search: parseQuery(text),
      type: null,
      after: null,
      limit: 100,
      status: null,
      customerId: null,
      number: null,
      fromMs: null,
      toMs: null,
    }),
  );

type Block = { readonly text: string; readonly blockedMs: number; readonly totalMs: number };

/** The texts that are measured again, so that a disturbance of the machine does not count. */
const candidates = 20;
const repetitions = 5;

/** The longest time that one of the texts takes the event loop of this process, and the text that takes longest in all. */
export const longestBlock = async (store: Store, texts: readonly string[], search: Search) => {
  const first: Block[] = [];
  for (const text of texts) first.push(await measureBlock(store, text, search));
  const again: Block[] = [];
  for (const { text } of first.toSorted((a, b) => b.blockedMs - a.blockedMs).slice(0, candidates)) {
    const blocks: Block[] = [];
    while (blocks.length < repetitions) blocks.push(await measureBlock(store, text, search));
    again.push(...blocks.toSorted((a, b) => a.blockedMs - b.blockedMs).slice(0, 1));
  }
  const slowest = first.toSorted((a, b) => b.totalMs - a.totalMs)[0];
  return {
    blockedMs: Math.max(...again.map(({ blockedMs }) => blockedMs)),
    slowestMs: slowest?.totalMs ?? 0,
    slowestText: slowest?.text ?? '',
  };
};

const measureBlock = async (store: Store, text: string, search: Search): Promise<Block> => {
  const startMs = performance.now();
  let lastMs = startMs;
  let blockedMs = 0;
  let isOver = false;
  const look = (): void => {
    const nowMs = performance.now();
    blockedMs = Math.max(blockedMs, nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await search(store, text);
  isOver = true;
  await new Promise((resolve) => setImmediate(resolve));
  return { text, blockedMs, totalMs: performance.now() - startMs };
};
