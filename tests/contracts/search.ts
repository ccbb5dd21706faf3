import { beforeAll, describe, expect, test } from 'bun:test';
import type { OrderQuery } from '../../core/order.ts';
import type { ProductKey } from '../../core/product.ts';
import { parseQuery } from '../../core/search.ts';
import { type Open, sharedPlace } from './open.ts';
import { pagesOf, value } from './shop.ts';

/** Names and codes from the oldest to the newest. */
const catalogue = {
  at1: ['Áo thun nam', 'AT-001'],
  at2: ['Áo thun nữ'.normalize('NFD'), 'AT-002'],
  ao: ['Ao nuôi cá', 'NC-9'],
  kho: ['Bò kho', 'BK'],
  bo: ['Thịt bò khô', 'TBK'],
  vai: ['Vải bố', 'VB'],
  dong: ['Đồng hồ đeo tay', 'ĐH-01'],
  latin: ['Łódź Ørsted Straße Æther Œuvre ırmak', 'LAT'],
  slash: ['áo/quần trẻ em', '8e6p'],
  thai: ['กางเกง ขายาว', 'TH-1'],
  hindi: ['हिन्दी किताब', 'HI-1'],
  japan: ['日本語 テキスト 辞書', 'JA-1'],
  korea: ['한국어 책', 'KO-1'],
  quotes: [`O'Neill 100% "cotton" & lụa <-> :* | !`, 'Q\\1'],
  words: ['AND OR NOT NEAR', 'OP'],
  coffee: ['Cà phê sữa đá', 'CF-1'],
  milk: ['Sữa cà phê', 'CF-2'],
  twice: ['cà cà cà phê', 'CF-3'],
  split: ['Khăn mặt', 'phê-cà'],
  full: ['ＡＢＣ ﬁlter ① ½', 'NFKC'],
  emoji: ['👍🏽 🎁', 'EMOJI'],
  heart: ['Váy ❤️ hoa', 'TIM'],
  // Each of these is six letters in their plain form, so that the word is 1,200 letters long.
  long: ['㌖'.repeat(200), 'LONG'],
} as const satisfies Record<string, readonly [string, string]>;

type Key = keyof typeof catalogue;

/** What each query finds among products, best and newest first. */
const finds: readonly (readonly [string, readonly Key[]])[] = [
  // Case, accents and form.
  ['ao thun', ['at2', 'at1']],
  ['ÁO THUN', ['at2', 'at1']],
  ['áo thun', ['at2', 'at1']],
  ['áo thun'.normalize('NFD'), ['at2', 'at1']],
  ['ÁO THUN NỮ'.normalize('NFD'), ['at2']],
  ['dong ho', ['dong']],
  ['đồng hồ', ['dong']],
  ['ĐỒNG HỒ', ['dong']],
  ['lodz orsted strasse aether oeuvre irmak', ['latin']],
  ['ŁÓDŹ ØRSTED STRASSE ÆTHER ŒUVRE IRMAK', ['latin']],
  ['łódź ørsted straße æther œuvre ırmak', ['latin']],
  ['abc filter 1', ['full']],
  ['ﬁlter', ['full']],

  // Words of their own, whole.
  ['กางเกง', ['thai']],
  ['हिन्दी', ['hindi']],
  ['किताब', ['hindi']],
  ['日本語', ['japan']],
  ['テキスト', ['japan']],
  ['한국어 책', ['korea']],
  ['책 한국어', ['korea']],
  ['áo/quần', ['slash']],
  ['quần', ['slash']],
  ['8e6p', ['slash']],
  ['8E6', ['slash']],
  ['e6p', []],

  // All words, the last one as far as it is typed.
  ['thun nam', ['at1']],
  ['nam thun', ['at1']],
  ['áo th', ['at2', 'at1']],
  ['th ao', []],
  ['ao t', ['slash', 'at2', 'at1']],
  ['ao cotton', []],
  ['日本', ['japan']],
  ['日本 辞書', []],
  ['日本語 辞', ['japan']],

  // By name and code together.
  ['AT-00', ['at2', 'at1']],
  ['at 001', ['at1']],
  ['thun 002', ['at2']],
  ['dh 01', ['dong']],
  ['q\\1', ['quotes']],

  // Exact accents first; without accents in the query nothing is exact but names without any.
  ['bò', ['bo', 'kho', 'vai']],
  ['bố', ['vai', 'bo', 'kho']],
  ['bo', ['vai', 'bo', 'kho']],
  ['bò kho', ['kho', 'bo']],
  ['"bò kho"', ['kho', 'bo']],
  ['áo', ['slash', 'at2', 'at1', 'ao']],
  ['ao', ['ao', 'slash', 'at2', 'at1']],
  ['á', ['slash', 'at2', 'at1', 'full', 'words', 'latin', 'ao']],

  // Phrases: next to each other, in this order, within the name or within the code.
  ['"ao thun"', ['at2', 'at1']],
  ['"thun ao"', []],
  ['"áo nam"', []],
  ['"cà phê"', ['twice', 'milk', 'coffee']],
  ['"phê cà"', ['split']],
  ['"cà cà cà"', ['twice']],
  ['"cà cà cà cà"', []],
  ['"phê sữa" đá', ['coffee']],
  ['"phê sữa" d', ['coffee']],
  ['d "phê sữa"', []],
  ['sữa "cà phê"', ['milk', 'coffee']],
  ['"mặt phê"', []],
  ['"thun na"', []],
  ['"áo thun', ['at2', 'at1']],
  ['"áo thun" "na', []],
  ['áo" "thun', ['at2', 'at1']],
  ['"ao quan"', ['slash']],

  // No text is an operator, and nothing but words is looked for.
  ['cotton lụa', ['quotes']],
  [`o'neill`, ['quotes']],
  ['AND', ['words']],
  ['áo AND thun', []],
  ['ao & thun', ['at2', 'at1']],
  ['áo | bò', []],
  ['!áo', ['slash', 'at2', 'at1', 'ao']],
  ['-thun áo', ['at2', 'at1']],
  ['thun:*', ['at2', 'at1']],
  ['thun*', ['at2', 'at1']],
  ['thu* áo', []],
  ['name:thun', []],
  ['NEAR(áo thun)', []],
  ['(áo) <-> [thun]', ['at2', 'at1']],
  ['áo\0thun', ['at2', 'at1']],
  ['áo\ud800thun', ['at2', 'at1']],
  ['%', []],
  ['_', []],
  ['👍', []],
  ['❤️', []],
  ['"váy hoa"', ['heart']],
  ['váy ❤ hoa', ['heart']],
  ['hoa ❤️', ['heart']],
  ['""', []],
  ['"', []],
  ['\\', []],
  ["'", []],
  ["'; drop table product; --", []],
  ['x'.repeat(200), []],
  ['㌖'.repeat(200), ['long']],
  ['㌖㌖㌖', ['long']],
  ['áo '.repeat(60), ['slash', 'at2', 'at1', 'ao']],
  ['zzz', []],
];

export const searchContract = (name: string, open: Open): void => {
  describe(`${name}: search`, () => {
    const place = sharedPlace(open);
    const keys = Object.keys(catalogue) as Key[];
    const keyOf = new Map(Object.entries(catalogue).map(([key, [, code]]) => [code as string, key]));

    beforeAll(async () => {
      const { shop } = place();
      const drafts = Object.values(catalogue).map(([product, code]) => shop.draft({ name: product, code }));
      await shop.orders(await shop.products(drafts));
    });

    const productsBy = async (text: string, limit: number) => {
      const search = parseQuery(text);
      const rows = await pagesOf((after: ProductKey | null) =>
        place().store.products.list({ search, type: null, after, limit }),
      );
      return rows.map(({ code }) => keyOf.get(code));
    };

    const ordersBy = async (text: string, limit: number, changes: Partial<OrderQuery> = {}) => {
      const search = parseQuery(text);
      const rows = await pagesOf((after: string | null) =>
        place().store.orders.list({ ...everything, search, after, limit, ...changes }),
      );
      return rows.map(({ product }) => keyOf.get(product.code));
    };

    test.each(finds.map(([text, found]) => ({ text, found, shown: JSON.stringify(text.slice(0, 40)) })))(
      '$shown',
      async ({ text, found }) => {
        expect(await productsBy(text, 100)).toEqual([...found]);
        expect(await productsBy(text, 1)).toEqual([...found]);
        const newestFirst = keys.filter((key) => found.includes(key)).toReversed();
        expect(await ordersBy(text, 100)).toEqual(newestFirst);
        expect(await ordersBy(text, 2)).toEqual(newestFirst);
      },
    );

    test('each name and each code is found by itself, however it is written', async () => {
      for (const [key, texts] of Object.entries(catalogue))
        for (const text of texts.filter((one) => one !== catalogue.emoji[0]))
          for (const asked of spellingsOf(text.replaceAll('"', ' '))) {
            const found = await productsBy(asked, 100);
            expect({ asked, found }).toEqual({ asked, found: expect.arrayContaining([key]) });
          }
    });

    test('a blank text asks for nothing, so everything is there', async () => {
      for (const text of ['', '   ', '\t\n']) {
        expect(parseQuery(text)).toBeNull();
        expect(await productsBy(text, 7)).toEqual(keys.toReversed());
      }
    });

    test('a search is narrowed by all the rest', async () => {
      const { shop, store } = place();
      const digital = await shop.product({ name: 'Áo số', type: 'digital' });
      const order = await shop.order(digital);
      const search = parseQuery('áo');
      const listed = await value(store.products.list({ search, type: 'digital', after: null, limit: 10 }));
      expect(listed.items).toEqual([digital]);
      for (const changes of [
        { type: 'digital' },
        { customerId: order.customerId },
        { fromMs: shop.now(), type: 'digital', status: 'pending' as const },
      ]) {
        const found = await value(store.orders.list({ ...everything, search, ...changes }));
        expect(found.items).toEqual([order]);
      }
      for (const changes of [
        { type: 'service' },
        { customerId: 'nobody' },
        { toMs: shop.now() },
        { type: 'digital', status: 'paid' as const },
      ]) {
        const found = await value(store.orders.list({ ...everything, search, ...changes }));
        expect(found.items).toEqual([]);
      }
    });

    test('an order is found by what it was called when it was ordered, a product by what it is called now', async () => {
      const { shop, store } = place();
      const before = await shop.product({ name: 'Xeđạp cũ', code: shop.fresh('xe') });
      const old = await shop.order(before);
      const draft = shop.draft({ code: before.code, name: 'Ôtô mới' });
      await value(store.products.upsert([draft], shop.now(), 'replace'));
      const young = await shop.order(before);

      const orders = async (text: string) =>
        (await value(store.orders.list({ ...everything, search: parseQuery(text) }))).items;
      const products = async (text: string) =>
        (await value(store.products.list({ search: parseQuery(text), type: null, after: null, limit: 9 })))
          .items;
      expect(await orders('xedap')).toEqual([old]);
      expect(await orders('oto')).toEqual([young]);
      expect(await products('xedap')).toEqual([]);
      expect(await products('oto')).toMatchObject([{ id: before.id }]);
    });

    test('pages repeat and skip nothing while better and newer ones are added', async () => {
      const { shop, store } = place();
      const names = ['Nón lá', 'Non xanh', 'Nôn nao', 'Nón len', 'Non nước', 'Nón bảo hiểm'];
      const there = await shop.products(names.map((each) => shop.draft({ name: each })));
      const search = parseQuery('nón');
      const paged = await pagesOf(async (after: ProductKey | null) => {
        const page = await store.products.list({ search, type: null, after, limit: 2 });
        await shop.products([shop.draft({ name: 'Nón mới' }), shop.draft({ name: 'Non mới' })]);
        return page;
      });
      const ids = new Set(there.map(({ id }) => id));
      const first = paged.filter(({ id }) => ids.has(id)).map((product) => product.name);
      expect(first).toEqual(['Nón bảo hiểm', 'Nón len', 'Nón lá', 'Non nước', 'Nôn nao', 'Non xanh']);
      expect(new Set(paged.map(({ id }) => id)).size).toBe(paged.length);
    });
  });
};

/** Each once: most names are in one of these forms already. */
const spellingsOf = (text: string): ReadonlySet<string> =>
  new Set([text, text.normalize('NFC'), text.normalize('NFD'), text.toUpperCase(), text.toLowerCase()]);

const everything: OrderQuery = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  after: null,
  limit: 100,
};
