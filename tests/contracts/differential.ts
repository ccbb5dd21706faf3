import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { ProductKey } from '../../core/product.ts';
import { parseQuery, type SearchQuery } from '../../core/search.ts';
import { anyText } from '../core/anyText.ts';
import { testWorld } from '../world.ts';
import type { Open, Opened } from './open.ts';
import { pagesOf, shuffled, value } from './shop.ts';

/**
 * Writes the same products and orders into all stores, and asks them the same: each must answer the same rows
 * in the same order, page by page. The first store is the one that the others are measured by.
 */
export const searchDifferential = (
  stores: readonly { readonly name: string; readonly open: Open }[],
): void => {
  describe(`${stores.map(({ name }) => name).join(', ')} find the same`, () => {
    const opened: { readonly name: string; readonly at: Opened }[] = [];

    beforeAll(async () => {
      for (const { name, open } of stores) {
        const at = await open();
        opened.push({ name, at });
        await stock(at);
      }
    }, 60_000);

    afterAll(async () => {
      for (const { at } of opened) await at.close();
    });

    const expectSame = async (text: string, ask: (at: Opened) => Promise<readonly string[]>) => {
      const answers = [];
      for (const { name, at } of opened) answers.push({ name, text, found: await ask(at) });
      for (const { name, found } of answers)
        expect({ name, text, found }).toEqual({ name, text, found: answers[0]?.found ?? [] });
      return answers[0]?.found ?? [];
    };

    test('among products, best and newest first', async () => {
      let found = 0;
      for (const [index, text] of queries.entries()) {
        const limit = limitOf(index);
        found += (await expectSame(text, (at) => productsBy(at, parseQuery(text), limit))).length;
      }
      // A generator that asks for what is not there would prove nothing.
      expect(found).toBeGreaterThan(queries.length);
    }, 60_000);

    test('among orders, newest first', async () => {
      let found = 0;
      for (const [index, text] of queries.entries()) {
        const limit = limitOf(index);
        found += (await expectSame(text, (at) => ordersBy(at, parseQuery(text), limit))).length;
      }
      expect(found).toBeGreaterThan(queries.length);
    }, 60_000);
  });
};

/** Pages of many sizes. Pages of one are what the contract of search asks for. */
const limitOf = (index: number): number => 3 + (index % 7) * 5;

/** Words that one database or the other is known to trip over. */
const words = [
  ...['áo', 'ao', 'Áo', 'thun', 'nam', 'nữ', 'đồng', 'dong', 'hồ', 'bò', 'bố', 'bó', 'Đắk', 'phở', 'phố'],
  ...['łódź', 'Ørsted', 'straße', 'STRASSE', 'æther', 'œuvre', 'ırmak', 'İzmir', 'naïve', 'façade'],
  ...['8e6p', '8e6', '1e5', '0x1F', '12', '123', 'v2', 'ipv6', '½', '①', 'x86_64', '٣٤'],
  ...['กางเกง', 'ขายาว', 'กางเกงขายาว', 'หนังสือ', 'हिन्दी', 'किताब', 'क्ष', 'বাংলা'],
  ...['日本語', '日本', '中文', '中文书', 'テキスト', 'ﾃｷｽﾄ', 'が', 'か', '한국어', '책', '書籍'],
  ...['ΟΔΟΣ', 'οδος', 'ёлка', 'елка', 'й', 'שלום', 'مرحبا', 'ＡＢＣ', 'ﬁlter', 'ﷺ', '𝕏', '𠮷野'],
  ...['AND', 'OR', 'NOT', 'NEAR', 'the', 'a', 'name', 'code', 'null', 'x'.repeat(120)],
] as const;

/** What may stand between two words, or around them. */
const separators = [
  ...[' ', ' ', ' ', ' ', '  ', '-', '/', '.', ',', '_', '&', '|', '!', ':*', '<->', '(', ')', '*', '^', '+'],
  ...[
    "'",
    '\\',
    ';',
    '%',
    '\t',
    '\u00a0',
    '\u200b',
    '\u200d',
    '👍',
    '👍🏽',
    '❤️',
    '…',
    '。',
    '、',
    '、',
    '@',
    '#',
    '={}',
  ],
] as const;

const oneOf = <T>(from: readonly T[]) => fc.constantFrom(...from);

/** A word as people write it: in any case and any Unicode form. */
const spelt = fc
  .tuple(oneOf(words), oneOf(['as it is', 'upper', 'lower', 'nfd', 'nfc', 'upper nfd'] as const))
  .map(([word, how]) => {
    const cased = how.startsWith('upper') ? word.toUpperCase() : how === 'lower' ? word.toLowerCase() : word;
    return how.endsWith('nfd') ? cased.normalize('NFD') : cased.normalize('NFC');
  });

const text = (piece: fc.Arbitrary<string>, maxLength: number, between: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(piece, between), { minLength: 1, maxLength }).map((pieces) => pieces.flat().join(''));

const nameText = text(spelt, 6, oneOf(separators));

/** A word, or the beginning of one. */
const begun = fc
  .tuple(spelt, fc.nat(4))
  .map(([word, cut]) => [...word].slice(0, Math.max(1, [...word].length - cut)).join(''));

const queryText = fc.oneof(
  { weight: 6, arbitrary: text(fc.oneof(spelt, begun), 3, oneOf([...separators, '"', '" '])) },
  { weight: 3, arbitrary: text(spelt, 3, fc.constant(' ')).map((phrase) => `"${phrase}"`) },
  { weight: 3, arbitrary: begun },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: anyText({ maxLength: 200 }) },
);

const seed = 20_260_301;
const names = fc.sample(nameText, { seed, numRuns: 160 });
const codes = fc.sample(nameText, { seed: seed + 1, numRuns: 160 });
const queries = ['', ' ', '"', '\0', ...fc.sample(queryText, { seed: seed + 2, numRuns: 240 })];

const nowMs = Date.UTC(2026, 2, 1, 8);

/** Products, of which some are renamed, and orders of them in an order of their own. */
const stock = async ({ store }: Opened): Promise<void> => {
  const world = testWorld(nowMs, 7);
  const drafts = names.map((name, index) => ({
    name,
    // A code is short, and there is one of each.
    code: `${[...(codes[index] ?? '')].slice(0, 40).join('')} ${index}`,
    type: ['physical', 'digital', 'service'][index % 3] ?? 'physical',
    price: { amount: 1_000, currency: 'VND' },
    stock: null,
  }));
  await value(store.products.upsert(drafts, nowMs, 'replace'));
  const listed = await pagesOf((after: ProductKey | null) =>
    store.products.list({ search: null, type: null, after, limit: 100 }),
  );
  const requests = shuffled([...listed, ...listed], world).map(({ id: productId }) => ({
    id: world.ids.next(nowMs),
    customerId: 'an',
    contact: { email: 'an@example.com', language: null },
    productId,
    quantity: 1,
  }));
  await value(store.orders.place(requests, nowMs));
  const renamed = drafts.slice(0, 20).map((draft, index) => ({ ...draft, name: names[index + 40] ?? '' }));
  await value(store.products.upsert(renamed, nowMs, 'replace'));
};

/** Codes, since each store gives its products ids of its own. */
const productsBy = async ({ store }: Opened, search: SearchQuery | null, limit: number) => {
  const rows = await pagesOf((after: ProductKey | null) =>
    store.products.list({ search, type: null, after, limit }),
  );
  return rows.map(({ code }) => code);
};

const ordersBy = async ({ store }: Opened, search: SearchQuery | null, limit: number) => {
  const rows = await pagesOf((after: string | null) =>
    store.orders.list({
      ...{ search, after, limit, customerId: 'an', status: null, type: null, fromMs: null, toMs: null },
    }),
  );
  return rows.map(({ id }) => id);
};
