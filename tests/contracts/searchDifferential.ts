import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { ProductKey } from '../../core/product.ts';
import { parseQuery, type SearchQuery } from '../../core/search.ts';
import { anyText } from '../core/anyText.ts';
import { createTestWorld } from '../world.ts';
import { listAll, ttlMs, unwrap } from './fixture.ts';
import { shuffled } from './shuffled.ts';
import type { OpenedStore, OpenStore } from './testContext.ts';

/**
 * Writes the same products and orders into all stores and sends them the same queries. Each store must return the
 * same rows in the same order, page by page. The first store is the reference.
 */
export const searchDifferential = (
  stores: readonly { readonly name: string; readonly open: OpenStore }[],
): void => {
  describe(`search in ${stores.map(({ name }) => name).join(', ')}`, () => {
    const openedStores: { readonly name: string; readonly opened: OpenedStore }[] = [];

    beforeAll(async () => {
      for (const { name, open } of stores) {
        const opened = await open();
        openedStores.push({ name, opened });
        await fillStore(opened);
      }
    }, 120_000);

    afterAll(async () => {
      for (const { opened } of openedStores) await opened.close();
    });

    const expectSame = async (text: string, query: (opened: OpenedStore) => Promise<readonly string[]>) => {
      const results = [];
      for (const { name, opened } of openedStores) results.push({ name, text, found: await query(opened) });
      for (const { name, found } of results)
        expect({ name, text, found }).toEqual({ name, text, found: results[0]?.found ?? [] });
      return results[0]?.found ?? [];
    };

    test('All stores find the same products in the same order', async () => {
      let found = 0;
      for (const [index, text] of queries.entries()) {
        const limit = limitOf(index);
        found += (await expectSame(text, (opened) => productsBy(opened, parseQuery(text), limit))).length;
      }
      // Queries that find nothing would prove nothing.
      expect(found).toBeGreaterThan(queries.length);
    }, 120_000);

    test('All stores find the same archived products in the same order', async () => {
      let found = 0;
      for (const [index, text] of queries.entries()) {
        const limit = limitOf(index);
        found += (await expectSame(text, (opened) => productsBy(opened, parseQuery(text), limit, true)))
          .length;
      }
      expect(found).toBeGreaterThan(queries.length / 4);
    }, 120_000);

    test('All stores find the same orders in the same order', async () => {
      let found = 0;
      for (const [index, text] of queries.entries()) {
        const limit = limitOf(index);
        found += (await expectSame(text, (opened) => ordersBy(opened, parseQuery(text), limit))).length;
      }
      expect(found).toBeGreaterThan(queries.length);
    }, 120_000);
  });
};

/** Many page sizes. The search contract covers pages of one. */
const limitOf = (index: number): number => 3 + (index % 7) * 5;

/** Words that are difficult for at least one of the databases. */
const words = [
  ...['áo', 'ao', 'Áo', 'thun', 'nam', 'nữ', 'đồng', 'dong', 'hồ', 'bò', 'bố', 'bó', 'Đắk', 'phở', 'phố'],
  ...['łódź', 'Ørsted', 'straße', 'STRASSE', 'æther', 'œuvre', 'ırmak', 'İzmir', 'naïve', 'façade'],
  ...['8e6p', '8e6', '1e5', '0x1F', '12', '123', 'v2', 'ipv6', '½', '①', 'x86_64', '٣٤'],
  ...['กางเกง', 'ขายาว', 'กางเกงขายาว', 'หนังสือ', 'हिन्दी', 'किताब', 'क्ष', 'বাংলা'],
  ...['日本語', '日本', '中文', '中文书', 'テキスト', 'ﾃｷｽﾄ', 'が', 'か', '한국어', '책', '書籍'],
  ...['ΟΔΟΣ', 'οδος', 'ёлка', 'елка', 'й', 'שלום', 'مرحبا', 'ＡＢＣ', 'ﬁlter', 'ﷺ', '𝕏', '𠮷野'],
  ...[
    'パソコン',
    'ノートパソコン',
    '手机壳',
    '机',
    'iPhone手机',
    'ກິນເຂົ້າ',
    'ភាសាខ្មែរ',
    'មែរ',
    'မြန်မာစာ',
    'ใหม่',
    'ไหม',
  ],
  ...[
    'أحمر',
    'احمر',
    'شُفـاه',
    'کیف',
    'كيف',
    'שָׁלוֹם',
    `м'ята`,
    'мʼята',
    'Hawaiʻi',
    'hawaii',
    `L'Oréal`,
    'l’oreal',
  ],
  ...[
    'Nike™',
    'm²',
    'm2',
    '№5',
    '10㎏',
    'H₂O',
    '2½',
    'Wasch\u00admaschine',
    'waschmaschine',
    '🎁🎄',
    '🎁',
    '★',
    '***',
  ],
  ...['AND', 'OR', 'NOT', 'NEAR', 'the', 'a', 'name', 'code', 'null', 'x'.repeat(120)],
] as const;

/** Text between words and around them. */
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

/** A word in any case and any Unicode form. */
const spelledWord = fc
  .tuple(oneOf(words), oneOf(['as it is', 'upper', 'lower', 'nfd', 'nfc', 'upper nfd'] as const))
  .map(([word, how]) => {
    const cased = how.startsWith('upper') ? word.toUpperCase() : how === 'lower' ? word.toLowerCase() : word;
    return how.endsWith('nfd') ? cased.normalize('NFD') : cased.normalize('NFC');
  });

const text = (piece: fc.Arbitrary<string>, maxLength: number, between: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(piece, between), { minLength: 1, maxLength }).map((pieces) => pieces.flat().join(''));

const nameText = text(spelledWord, 6, oneOf(separators));

/** A word or a prefix of one. */
const wordPrefix = fc
  .tuple(spelledWord, fc.nat(4))
  .map(([word, cut]) => [...word].slice(0, Math.max(1, [...word].length - cut)).join(''));

/** Part of a word, which is found in scripts that are written without spaces. */
const insideWord = fc
  .tuple(spelledWord, fc.nat(3), fc.integer({ min: 1, max: 4 }))
  .map(([word, from, length]) => [...word].slice(from, from + length).join(''));

/** Signs between spaces. A name of them alone is found by them. */
const signs = fc
  .array(oneOf(['🎁🎄', '🎁', '★', '***', '🎄', '™', '👍🏽', '…']), { minLength: 1, maxLength: 3 })
  .map((words) => words.join(' '));

const queryText = fc.oneof(
  {
    weight: 6,
    arbitrary: text(fc.oneof(spelledWord, wordPrefix), 3, oneOf([...separators, '"', '" ', '”', '「'])),
  },
  { weight: 3, arbitrary: text(spelledWord, 3, fc.constant(' ')).map((phrase) => `"${phrase}"`) },
  { weight: 2, arbitrary: text(wordPrefix, 2, fc.constant(' ')).map((phrase) => `“${phrase.trim()}”`) },
  { weight: 2, arbitrary: insideWord },
  { weight: 3, arbitrary: wordPrefix },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: anyText({ maxLength: 200 }) },
);

const seed = 20_260_301;
const names = [
  ...fc.sample(nameText, { seed, numRuns: 200 }),
  ...fc.sample(signs, { seed: seed + 3, numRuns: 20 }),
];
const codes = fc.sample(nameText, { seed: seed + 1, numRuns: 220 });
const queries = [
  '',
  ' ',
  '"',
  '\0',
  ...fc.sample(queryText, { seed: seed + 2, numRuns: 320 }),
  ...fc.sample(signs, { seed: seed + 4, numRuns: 20 }),
];

const nowMs = Date.UTC(2026, 2, 1, 8);

/** Creates products and orders of them in a random sequence, and then renames and archives some products. */
const fillStore = async ({ store }: OpenedStore): Promise<void> => {
  const world = createTestWorld(nowMs, 7);
  const drafts = names.map((name, index) => ({
    name,
    // A code is short and unique.
    code: `${[...(codes[index] ?? '')].slice(0, 40).join('')} ${index}`,
    type: ['physical', 'digital', 'service'][index % 3] ?? 'physical',
    price: { amount: 1_000, currency: 'VND' },
    stock: null,
  }));
  await unwrap(store.products.upsert(drafts, nowMs, 'replace'));
  const listed = await listAll((after: ProductKey | null) =>
    store.products.list({ search: null, type: null, after, limit: 100 }),
  );
  const requests = shuffled([...listed, ...listed], world).map(({ id: productId }) => ({
    id: world.ids.next(nowMs),
    customerId: 'an',
    contact: { email: 'an@example.com', language: null },
    productId,
    quantity: 1,
    ttlMs,
  }));
  await unwrap(store.orders.place(requests, nowMs));
  const renamed = drafts.slice(0, 20).map((draft, index) => ({ ...draft, name: names[index + 40] ?? '' }));
  await unwrap(store.products.upsert(renamed, nowMs, 'replace'));
  for (const [index, { id }] of listed.entries()) {
    const archived = index % 4 === 0;
    if (index % 9 === 0)
      await unwrap(
        store.products.change(id, { name: names[(index * 7) % names.length] ?? '', archived }, nowMs),
      );
    else if (archived) await unwrap(store.products.change(id, { archived }, nowMs));
  }
};

/** Returns codes, because each store gives its products other ids. */
const productsBy = async (
  { store }: OpenedStore,
  search: SearchQuery | null,
  limit: number,
  archived = false,
) => {
  const rows = await listAll((after: ProductKey | null) =>
    store.products.list({ search, type: null, archived, after, limit }),
  );
  return rows.map(({ code }) => code);
};

const ordersBy = async ({ store }: OpenedStore, search: SearchQuery | null, limit: number) => {
  const rows = await listAll((after: string | null) =>
    store.orders.list({
      ...{
        search,
        after,
        limit,
        customerId: 'an',
        number: null,
        status: null,
        type: null,
        fromMs: null,
        toMs: null,
      },
    }),
  );
  return rows.map(({ id }) => id);
};
