import { describe, expect, test } from 'bun:test';
import { orderAmountMax } from '../../core/money.ts';
import type { ProductKey } from '../../core/product.ts';
import { listAll, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

/** Writing and listing products. */
export const productsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: products`, () => {
    const context = useSharedStore(open);

    test('A draft becomes a product whose text is stored unchanged', async () => {
      const { fixture, store } = context();
      const draft = fixture.productDraft({
        name: 'Dong Ho "Áo" \\ %_ 👍🏽 กางเกง'.normalize('NFD'),
        stock: 0,
      });
      const written = await unwrap(store.products.upsert([draft], fixture.now(), 'replace'));
      expect(written).toEqual({ created: 1, updated: 0 });

      const [listed] = (await unwrap(store.products.list(unfilteredQuery(1)))).items;
      expect(listed).toEqual({
        ...draft,
        stock: 0,
        imageUrl: null,
        archived: false,
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        createdAtMs: fixture.now(),
        updatedAtMs: fixture.now(),
      });
      expect(await unwrap(store.products.find(listed?.id ?? ''))).toEqual(listed ?? null);
    });

    test('Unlimited stock, the highest price and a price of zero are stored', async () => {
      const { fixture } = context();
      const expensive = await fixture.createProduct({
        price: { amount: orderAmountMax, currency: 'USD' },
        stock: null,
      });
      const free = await fixture.createProduct({ price: { amount: 0, currency: 'EUR' } });
      expect(expensive).toMatchObject({ price: { amount: orderAmountMax, currency: 'USD' }, stock: null });
      expect(free).toMatchObject({ price: { amount: 0, currency: 'EUR' } });
    });

    test('An empty batch changes nothing, and an unknown product is not found', async () => {
      const { fixture, store } = context();
      expect(await unwrap(store.products.upsert([], fixture.now(), 'replace'))).toEqual({
        created: 0,
        updated: 0,
      });
      expect(await unwrap(store.products.find(fixture.newId()))).toBeNull();
    });

    test('A draft with a known code replaces the product under its id', async () => {
      const { fixture, store, world } = context();
      const before = await fixture.createProduct();
      world.advance(5);
      const draft = fixture.productDraft({
        code: before.code,
        name: 'Khoá học bơi',
        type: 'service',
        price: { amount: 5, currency: 'USD' },
        stock: null,
      });
      const written = await unwrap(store.products.upsert([draft], fixture.now(), 'replace'));
      expect(written).toEqual({ created: 0, updated: 1 });
      const after = await unwrap(store.products.find(before.id));
      expect(after).toEqual({ ...before, ...draft, stock: null, imageUrl: null, updatedAtMs: fixture.now() });
    });

    test('The mode keep leaves known codes unchanged and creates new ones', async () => {
      const { fixture, store, world } = context();
      const before = await fixture.createProduct({ stock: 7 });
      world.advance(5);
      const drafts = [
        fixture.productDraft({ code: before.code, stock: 100, name: 'Another' }),
        fixture.productDraft(),
      ];
      const written = await unwrap(store.products.upsert(drafts, fixture.now(), 'keep'));
      expect(written).toEqual({ created: 1, updated: 0 });
      expect(await unwrap(store.products.find(before.id))).toEqual(before);
    });

    test('The last of two drafts with one code wins', async () => {
      const { fixture, store } = context();
      const first = fixture.productDraft({ name: 'First' });
      const drafts = [first, fixture.productDraft(), { ...first, name: 'Last' }];
      for (const counts of [
        { created: 2, updated: 0 },
        { created: 0, updated: 2 },
      ])
        expect(await unwrap(store.products.upsert(drafts, fixture.now(), 'replace'))).toEqual(counts);
      const listed = await unwrap(store.products.list(unfilteredQuery(2)));
      expect(listed.items.map((product) => product.name)).toContain('Last');
      expect(listed.items.map((product) => product.name)).not.toContain('First');
    });

    test('Concurrent writes of one code create one product', async () => {
      const { fixture, store } = context();
      const drafts = [fixture.productDraft(), fixture.productDraft(), fixture.productDraft()];
      await fixture.openConnections();
      const written = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          unwrap(store.products.upsert(index % 2 ? drafts : drafts.toReversed(), fixture.now(), 'replace')),
        ),
      );
      expect(written.reduce((total, { created }) => total + created, 0)).toBe(3);
      expect(written.reduce((total, { updated }) => total + updated, 0)).toBe(21);
    });

    test('A product list is newest first and can be filtered by type', async () => {
      const { fixture, store } = context();
      const [a, b, c] = await fixture.createProducts([
        fixture.productDraft({ type: 'digital' }),
        fixture.productDraft({ type: 'service' }),
        fixture.productDraft({ type: 'digital' }),
      ]);
      const listed = await unwrap(store.products.list(unfilteredQuery(3)));
      expect(listed.items).toEqual([c, b, a].filter((product) => product !== undefined));
      const digital = await unwrap(store.products.list({ ...unfilteredQuery(2), type: 'digital' }));
      expect(digital.items.map(({ id }) => id)).toEqual([c?.id ?? '', a?.id ?? '']);
      expect(await unwrap(store.products.list({ ...unfilteredQuery(2), type: 'unknown' }))).toEqual({
        items: [],
        next: null,
      });
    });

    test('The last page of products has no next key, even when it is full', async () => {
      const { fixture, store } = context();
      const type = fixture.unique('type');
      await fixture.createProducts([fixture.productDraft({ type }), fixture.productDraft({ type })]);
      expect((await unwrap(store.products.list({ ...unfilteredQuery(1), type }))).next).not.toBeNull();
      expect((await unwrap(store.products.list({ ...unfilteredQuery(2), type }))).next).toBeNull();
    });

    test('Pages of products neither repeat nor skip a product while products are added', async () => {
      const { fixture, store } = context();
      const type = fixture.unique('type');
      const existing = await fixture.createProducts(
        Array.from({ length: 7 }, () => fixture.productDraft({ type })),
      );
      const paged = await listAll(async (after: ProductKey | null) => {
        const page = await store.products.list({ search: null, type, after, limit: 2 });
        await fixture.createProduct({ type });
        return page;
      });
      expect(paged).toEqual(existing.toReversed());
    });

    test('One call writes a thousand products', async () => {
      const { fixture, store } = context();
      const drafts = Array.from({ length: 1_000 }, () => fixture.productDraft());
      expect(await unwrap(store.products.upsert(drafts, fixture.now(), 'replace'))).toEqual({
        created: 1_000,
        updated: 0,
      });
    });
  });
};

const unfilteredQuery = (limit: number) => ({ search: null, type: null, after: null, limit });
