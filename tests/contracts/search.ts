import { beforeAll, describe, expect, test } from 'bun:test';
import type { OrderQuery } from '../../core/order.ts';
import type { ProductKey } from '../../core/product.ts';
import { parseQuery } from '../../core/search.ts';
import { listAll, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';
import { unfilteredQuery } from './unfilteredQuery.ts';

/** Product names and codes, oldest first. */
const searchedProducts = {
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
  // Each of these characters folds to six letters, so the token is 1,200 letters long.
  long: ['㌖'.repeat(200), 'LONG'],
} as const satisfies Record<string, readonly [string, string]>;

type Key = keyof typeof searchedProducts;

/** The products that each query finds, best match first, then newest first. */
const expectedMatches: readonly (readonly [string, readonly Key[]])[] = [
  // Case, accents and Unicode form do not matter.
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

  // Tokens match as a whole.
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

  // Every token must match. The last one matches as a prefix.
  ['thun nam', ['at1']],
  ['nam thun', ['at1']],
  ['áo th', ['at2', 'at1']],
  ['th ao', []],
  ['ao t', ['slash', 'at2', 'at1']],
  ['ao cotton', []],
  ['日本', ['japan']],
  ['日本 辞書', []],
  ['日本語 辞', ['japan']],

  // Name and code are searched together.
  ['AT-00', ['at2', 'at1']],
  ['at 001', ['at1']],
  ['thun 002', ['at2']],
  ['dh 01', ['dong']],
  ['q\\1', ['quotes']],

  // Matches with the same accents come first. A query without accents is exact only for names without accents.
  ['bò', ['bo', 'kho', 'vai']],
  ['bố', ['vai', 'bo', 'kho']],
  ['bo', ['vai', 'bo', 'kho']],
  ['bò kho', ['kho', 'bo']],
  ['"bò kho"', ['kho', 'bo']],
  ['áo', ['slash', 'at2', 'at1', 'ao']],
  ['ao', ['ao', 'slash', 'at2', 'at1']],
  ['á', ['slash', 'at2', 'at1', 'full', 'words', 'latin', 'ao']],

  // The tokens of a phrase are adjacent and in order, within the name or within the code.
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

  // No text is an operator, and only tokens are searched.
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

export const searchContract = (name: string, open: OpenStore): void => {
  describe(`${name}: search`, () => {
    const context = useSharedStore(open);
    const keys = Object.keys(searchedProducts) as Key[];
    const keyOf = new Map(Object.entries(searchedProducts).map(([key, [, code]]) => [code as string, key]));

    beforeAll(async () => {
      const { fixture } = context();
      const drafts = Object.values(searchedProducts).map(([product, code]) =>
        fixture.productDraft({ name: product, code }),
      );
      await fixture.placeOrders(await fixture.createProducts(drafts));
    });

    const productsBy = async (text: string, limit: number) => {
      const search = parseQuery(text);
      const rows = await listAll((after: ProductKey | null) =>
        context().store.products.list({ search, type: null, after, limit }),
      );
      return rows.map(({ code }) => keyOf.get(code));
    };

    const ordersBy = async (text: string, limit: number, changes: Partial<OrderQuery> = {}) => {
      const search = parseQuery(text);
      const rows = await listAll((after: string | null) =>
        context().store.orders.list({ ...unfilteredQuery, search, after, limit, ...changes }),
      );
      return rows.map(({ product }) => keyOf.get(product.code));
    };

    test.each(
      expectedMatches.map(([text, found]) => ({ text, found, shown: JSON.stringify(text.slice(0, 40)) })),
    )('The query $shown finds the expected products and orders', async ({ text, found }) => {
      expect(await productsBy(text, 100)).toEqual([...found]);
      expect(await productsBy(text, 1)).toEqual([...found]);
      const newestFirst = keys.filter((key) => found.includes(key)).toReversed();
      expect(await ordersBy(text, 100)).toEqual(newestFirst);
      expect(await ordersBy(text, 2)).toEqual(newestFirst);
    });

    test('Every product is found by its name and code in every spelling', async () => {
      for (const [key, texts] of Object.entries(searchedProducts))
        for (const text of texts.filter((one) => one !== searchedProducts.emoji[0]))
          for (const spelling of spellingsOf(text.replaceAll('"', ' '))) {
            const found = await productsBy(spelling, 100);
            expect({ spelling, found }).toEqual({ spelling, found: expect.arrayContaining([key]) });
          }
    });

    test('A blank query is no filter, so the list has all products', async () => {
      for (const text of ['', '   ', '\t\n']) {
        expect(parseQuery(text)).toBeNull();
        expect(await productsBy(text, 7)).toEqual(keys.toReversed());
      }
    });

    test('A search can be combined with all other filters', async () => {
      const { fixture, store } = context();
      const digital = await fixture.createProduct({ name: 'Áo số', type: 'digital' });
      const order = await fixture.placeOrder(digital);
      const search = parseQuery('áo');
      const listed = await unwrap(store.products.list({ search, type: 'digital', after: null, limit: 10 }));
      expect(listed.items).toEqual([digital]);
      for (const changes of [
        { type: 'digital' },
        { customerId: order.customerId },
        { fromMs: fixture.now(), type: 'digital', status: 'pending' as const },
      ]) {
        const found = await unwrap(store.orders.list({ ...unfilteredQuery, search, ...changes }));
        expect(found.items).toEqual([order]);
      }
      for (const changes of [
        { type: 'service' },
        { customerId: 'nobody' },
        { toMs: fixture.now() },
        { type: 'digital', status: 'paid' as const },
      ]) {
        const found = await unwrap(store.orders.list({ ...unfilteredQuery, search, ...changes }));
        expect(found.items).toEqual([]);
      }
    });

    test('A search finds an order by its product’s name at the time of the order, and a product by its current name', async () => {
      const { fixture, store } = context();
      const before = await fixture.createProduct({ name: 'Xeđạp cũ', code: fixture.unique('xe') });
      const old = await fixture.placeOrder(before);
      const draft = fixture.productDraft({ code: before.code, name: 'Ôtô mới' });
      await unwrap(store.products.upsert([draft], fixture.now(), 'replace'));
      const recent = await fixture.placeOrder(before);

      const orders = async (text: string) =>
        (await unwrap(store.orders.list({ ...unfilteredQuery, search: parseQuery(text) }))).items;
      const products = async (text: string) =>
        (await unwrap(store.products.list({ search: parseQuery(text), type: null, after: null, limit: 9 })))
          .items;
      expect(await orders('xedap')).toEqual([old]);
      expect(await orders('oto')).toEqual([recent]);
      expect(await products('xedap')).toEqual([]);
      expect(await products('oto')).toMatchObject([{ id: before.id }]);
    });

    test('Pages of a search neither repeat nor skip a product while better and newer matches are added', async () => {
      const { fixture, store } = context();
      const names = ['Nón lá', 'Non xanh', 'Nôn nao', 'Nón len', 'Non nước', 'Nón bảo hiểm'];
      const existing = await fixture.createProducts(names.map((name) => fixture.productDraft({ name })));
      const search = parseQuery('nón');
      const paged = await listAll(async (after: ProductKey | null) => {
        const page = await store.products.list({ search, type: null, after, limit: 2 });
        await fixture.createProducts([
          fixture.productDraft({ name: 'Nón mới' }),
          fixture.productDraft({ name: 'Non mới' }),
        ]);
        return page;
      });
      const ids = new Set(existing.map(({ id }) => id));
      const first = paged.filter(({ id }) => ids.has(id)).map((product) => product.name);
      expect(first).toEqual(['Nón bảo hiểm', 'Nón len', 'Nón lá', 'Non nước', 'Nôn nao', 'Non xanh']);
      expect(new Set(paged.map(({ id }) => id)).size).toBe(paged.length);
    });
  });
};

/** The different spellings of a text. It is a set because most names already are in one of these forms. */
const spellingsOf = (text: string): ReadonlySet<string> =>
  new Set([text, text.normalize('NFC'), text.normalize('NFD'), text.toUpperCase(), text.toLowerCase()]);
