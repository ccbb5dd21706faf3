import { beforeAll, describe, expect, test } from 'bun:test';
import type { OrderQuery } from '../../core/order.ts';
import type { ProductKey } from '../../core/product.ts';
import { parseQuery } from '../../core/search.ts';
import { listAll, unwrap } from './fixture.ts';
import { expectedMatches, type ProductName, searchedProducts } from './searchCases.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';
import { unfilteredQuery } from './unfilteredQuery.ts';

export const searchContract = (name: string, open: OpenStore): void => {
  describe(`${name}: search`, () => {
    const context = useSharedStore(open);
    const keys = Object.keys(searchedProducts) as ProductName[];
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
        for (const text of texts)
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
