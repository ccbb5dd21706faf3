import { describe, expect, test } from 'bun:test';
import { orderAmountMax } from '../../core/money.ts';
import type { ProductKey } from '../../core/product.ts';
import { type Open, sharedPlace } from './open.ts';
import { pagesOf, value } from './shop.ts';

export const productsContract = (name: string, open: Open): void => {
  describe(`${name}: products`, () => {
    const place = sharedPlace(open);

    test('a draft becomes a product that can be read again, letter by letter', async () => {
      const { shop, store } = place();
      const draft = shop.draft({ name: 'Dong Ho "Áo" \\ %_ 👍🏽 กางเกง'.normalize('NFD'), stock: 0 });
      const written = await value(store.products.upsert([draft], shop.now(), 'replace'));
      expect(written).toEqual({ created: 1, updated: 0 });

      const [listed] = (await value(store.products.list(everything(1)))).items;
      expect(listed).toEqual({
        ...draft,
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        createdAtMs: shop.now(),
        updatedAtMs: shop.now(),
      });
      expect(await value(store.products.find(listed?.id ?? ''))).toEqual(listed ?? null);
    });

    test('a stock without an end, the highest price and a price of nothing are kept', async () => {
      const { shop } = place();
      const dear = await shop.product({ price: { amount: orderAmountMax, currency: 'USD' }, stock: null });
      const free = await shop.product({ price: { amount: 0, currency: 'EUR' } });
      expect(dear).toMatchObject({ price: { amount: orderAmountMax, currency: 'USD' }, stock: null });
      expect(free).toMatchObject({ price: { amount: 0, currency: 'EUR' } });
    });

    test('nothing comes of no drafts, and nothing is found under an unknown id', async () => {
      const { shop, store } = place();
      expect(await value(store.products.upsert([], shop.now(), 'replace'))).toEqual({
        created: 0,
        updated: 0,
      });
      expect(await value(store.products.find(shop.freshId()))).toBeNull();
    });

    test('a known code is replaced under its id', async () => {
      const { shop, store, world } = place();
      const before = await shop.product();
      world.advance(5);
      const draft = shop.draft({
        code: before.code,
        name: 'Khoá học bơi',
        type: 'service',
        price: { amount: 5, currency: 'USD' },
        stock: null,
      });
      const written = await value(store.products.upsert([draft], shop.now(), 'replace'));
      expect(written).toEqual({ created: 0, updated: 1 });
      const after = await value(store.products.find(before.id));
      expect(after).toEqual({ ...before, ...draft, updatedAtMs: shop.now() });
    });

    test('with keep a known code is left as it is, and a new one is created', async () => {
      const { shop, store, world } = place();
      const before = await shop.product({ stock: 7 });
      world.advance(5);
      const drafts = [shop.draft({ code: before.code, stock: 100, name: 'Another' }), shop.draft()];
      const written = await value(store.products.upsert(drafts, shop.now(), 'keep'));
      expect(written).toEqual({ created: 1, updated: 0 });
      expect(await value(store.products.find(before.id))).toEqual(before);
    });

    test('of two drafts with one code the last wins', async () => {
      const { shop, store } = place();
      const first = shop.draft({ name: 'First' });
      const drafts = [first, shop.draft(), { ...first, name: 'Last' }];
      for (const counts of [
        { created: 2, updated: 0 },
        { created: 0, updated: 2 },
      ])
        expect(await value(store.products.upsert(drafts, shop.now(), 'replace'))).toEqual(counts);
      const listed = await value(store.products.list(everything(2)));
      expect(listed.items.map((product) => product.name)).toContain('Last');
      expect(listed.items.map((product) => product.name)).not.toContain('First');
    });

    test('of many that write one code at once, one creates it', async () => {
      const { shop, store } = place();
      const drafts = [shop.draft(), shop.draft(), shop.draft()];
      await shop.crowd();
      const written = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          value(store.products.upsert(index % 2 ? drafts : drafts.toReversed(), shop.now(), 'replace')),
        ),
      );
      expect(written.reduce((total, { created }) => total + created, 0)).toBe(3);
      expect(written.reduce((total, { updated }) => total + updated, 0)).toBe(21);
    });

    test('the newest come first, and a type narrows them', async () => {
      const { shop, store } = place();
      const [a, b, c] = await shop.products([
        shop.draft({ type: 'digital' }),
        shop.draft({ type: 'service' }),
        shop.draft({ type: 'digital' }),
      ]);
      const listed = await value(store.products.list(everything(3)));
      expect(listed.items).toEqual([c, b, a].filter((product) => product !== undefined));
      const digital = await value(store.products.list({ ...everything(2), type: 'digital' }));
      expect(digital.items.map(({ id }) => id)).toEqual([c?.id ?? '', a?.id ?? '']);
      expect(await value(store.products.list({ ...everything(2), type: 'unheard of' }))).toEqual({
        items: [],
        next: null,
      });
    });

    test('the last page says so, even where it is full', async () => {
      const { shop, store } = place();
      const type = shop.fresh('type');
      await shop.products([shop.draft({ type }), shop.draft({ type })]);
      expect((await value(store.products.list({ ...everything(1), type }))).next).not.toBeNull();
      expect((await value(store.products.list({ ...everything(2), type }))).next).toBeNull();
    });

    test('pages repeat and skip nothing while products are added', async () => {
      const { shop, store } = place();
      const type = shop.fresh('type');
      const there = await shop.products(Array.from({ length: 7 }, () => shop.draft({ type })));
      const paged = await pagesOf(async (after: ProductKey | null) => {
        const page = await store.products.list({ search: null, type, after, limit: 2 });
        await shop.product({ type });
        return page;
      });
      expect(paged).toEqual(there.toReversed());
    });

    test('a whole catalogue goes in at once', async () => {
      const { shop, store } = place();
      const drafts = Array.from({ length: 1_000 }, () => shop.draft());
      expect(await value(store.products.upsert(drafts, shop.now(), 'replace'))).toEqual({
        created: 1_000,
        updated: 0,
      });
    });
  });
};

const everything = (limit: number) => ({ search: null, type: null, after: null, limit });
