import { describe, expect, test } from 'bun:test';
import type { Product, ProductChange, ProductQuery } from '../../core/product.ts';
import { parseQuery } from '../../core/search.ts';
import { declined, defined, succeeded, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

/** Changing a product: its fields, its stock, and whether it is archived. */
export const productChangesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: changes of products`, () => {
    const context = useSharedStore(open);

    const change = (id: string, changes: ProductChange) => {
      const { fixture, store } = context();
      return store.products.change(id, changes, fixture.now());
    };
    const find = async (id: string): Promise<Product> =>
      defined(await unwrap(context().store.products.find(id)));
    const ids = async (query: Partial<ProductQuery>) => {
      const all = { search: null, type: null, after: null, limit: 100 };
      const page = await unwrap(context().store.products.list({ ...all, ...query }));
      return page.items.map(({ id }) => id);
    };
    const orderIds = async (text: string) => {
      const all = {
        status: null,
        type: null,
        fromMs: null,
        toMs: null,
        customerId: null,
        number: null,
        after: null,
      };
      const query = { ...all, search: parseQuery(text), limit: 100 };
      return (await unwrap(context().store.orders.list(query))).items.map(({ id }) => id);
    };

    test('A change writes the fields that it names and no others', async () => {
      const { fixture, world } = context();
      const before = await fixture.createProduct({ stock: 7 });
      world.advance(5);
      const imageUrl = 'https://example.com/a.jpg';
      const changed = { name: 'Đồng hồ', type: 'digital', price: { amount: 3, currency: 'USD' }, imageUrl };
      expect(await unwrap(change(before.id, changed))).toEqual({
        ...before,
        ...changed,
        updatedAtMs: fixture.now(),
      });
      world.advance(5);
      const after = await unwrap(change(before.id, { imageUrl: null, stock: { add: -2 } }));
      expect(after).toEqual({ ...before, ...changed, imageUrl: null, stock: 5, updatedAtMs: fixture.now() });
      expect(await find(before.id)).toEqual(after);
    });

    test('A change of an unknown product is refused', async () => {
      expect((await change(context().fixture.newId(), { name: 'x' }))._unsafeUnwrapErr()).toEqual({
        kind: 'not_found',
      });
    });

    test('A change whose stock is refused changes nothing', async () => {
      const before = await context().fixture.createProduct({ stock: 7 });
      for (const stock of [{ add: -8 }, { set: 1, was: 6 }, { set: 1, was: null }]) {
        const refused = await change(before.id, { name: 'Other', archived: true, stock });
        expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'stock_changed', stock: 7 });
      }
      expect(await find(before.id)).toEqual(before);
    });

    test('Changes of one stock at the same time lose nothing, and one of two equal settings wins', async () => {
      const { fixture } = context();
      await fixture.openConnections();
      const { id } = await fixture.createProduct({ stock: 10 });
      const added = await Promise.all(Array.from({ length: 16 }, () => change(id, { stock: { add: -1 } })));
      expect(added.filter((result) => result.isOk())).toHaveLength(10);
      expect((await find(id)).stock).toBe(0);
      const set = await Promise.all(
        Array.from({ length: 8 }, (_, index) => change(id, { stock: { set: index + 1, was: 0 } })),
      );
      expect(set.filter((result) => result.isOk())).toHaveLength(1);
    });

    test('An upsert without a stock leaves the stock and the picture alone', async () => {
      const { fixture, store } = context();
      const imageUrl = 'https://example.com/a.jpg';
      const before = await fixture.createProduct({ stock: 5, imageUrl });
      const [limited, unlimited] = [before, await fixture.createProduct({ stock: null })];
      const drafts = [limited, unlimited].map(({ code }) =>
        fixture.productDraft({ code, name: 'Áo mới', stock: undefined }),
      );
      expect(await unwrap(store.products.upsert(drafts, fixture.now(), 'replace'))).toEqual({
        created: 0,
        updated: 2,
      });
      expect(await find(limited.id)).toMatchObject({ name: 'Áo mới', stock: 5, imageUrl });
      expect(await find(unlimited.id)).toMatchObject({ name: 'Áo mới', stock: null, imageUrl: null });
      const cleared = fixture.productDraft({ code: before.code, stock: 0, imageUrl: null });
      await unwrap(store.products.upsert([cleared], fixture.now(), 'replace'));
      expect(await find(before.id)).toMatchObject({ stock: 0, imageUrl: null });
    });

    test('An upsert of a new product without a stock is refused, and nothing of its batch is written', async () => {
      const { fixture, store } = context();
      const known = await fixture.createProduct();
      const { stock: _, ...incomplete } = fixture.productDraft();
      const drafts = [
        fixture.productDraft({ code: known.code, name: 'Other' }),
        fixture.productDraft({ code: fixture.unique('complete') }),
        incomplete,
      ];
      for (const existing of ['replace', 'keep'] as const) {
        const refused = await store.products.upsert(drafts, fixture.now(), existing);
        expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'stock_missing', codes: [incomplete.code] });
      }
      expect(await find(known.id)).toEqual(known);
      expect(await ids({ search: parseQuery('complete') })).toEqual([]);
    });

    test('An upsert without a stock and a change of the stock at the same time lose nothing', async () => {
      const { fixture, store } = context();
      await fixture.openConnections();
      const { id, code } = await fixture.createProduct({ stock: 20 });
      const draft = fixture.productDraft({ code, name: 'Áo mới', stock: undefined });
      await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          index % 2 === 0
            ? unwrap(store.products.upsert([draft], fixture.now(), 'replace'))
            : unwrap(change(id, { stock: { add: -1 } })),
        ),
      );
      expect((await find(id)).stock).toBe(12);
    });

    test('A renamed product is found by its new name, and its orders by the name that they were placed with', async () => {
      const { fixture } = context();
      const word = (prefix: string) => fixture.unique(prefix).replaceAll('-', '');
      const [old, recent] = [word('cu'), word('moi')];
      const product = await fixture.createProduct({ name: old });
      const before = await fixture.placeOrder(product);
      await unwrap(change(product.id, { name: recent }));
      const after = await fixture.placeOrder(product);
      expect(after.product.name).toBe(recent);
      expect(await ids({ search: parseQuery(old) })).toEqual([]);
      expect(await ids({ search: parseQuery(recent) })).toEqual([product.id]);
      expect([await orderIds(old), await orderIds(recent)]).toEqual([[before.id], [after.id]]);
    });

    test('An order is found under the type that its product had when it was placed', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct({ type: 'physical', name: fixture.unique('loai') });
      const before = await fixture.placeOrder(product);
      await unwrap(change(product.id, { type: 'service' }));
      const after = await fixture.placeOrder(product);
      const find = async (type: string) => {
        const all = { status: null, fromMs: null, toMs: null, customerId: null, number: null, after: null };
        const query = { ...all, type, search: parseQuery(`"${product.name}"`), limit: 9 };
        return (await unwrap(store.orders.list(query))).items.map(({ id }) => id);
      };
      expect([await find('physical'), await find('service')]).toEqual([[before.id], [after.id]]);
    });

    test('An archived product is in no list and no search, but it is found by its id and among the archived', async () => {
      const { fixture } = context();
      const type = fixture.unique('type');
      const word = fixture.unique('bó').replaceAll('-', '');
      const exact = { name: word, type };
      const [kept, gone] = [await fixture.createProduct(exact), await fixture.createProduct(exact)];
      const folded = await fixture.createProduct({ name: word.replace('ó', 'o'), type });
      for (const { id } of [gone, folded]) await unwrap(change(id, { archived: true }));
      const search = parseQuery(word);
      const onSale = [{ type }, { search }, { search, type }, { type, archived: false }];
      for (const query of onSale) expect(await ids(query)).toEqual([kept.id]);
      for (const query of [{ type }, { search, type }])
        expect((await ids({ ...query, archived: true })).toSorted()).toEqual([gone.id, folded.id].toSorted());
      expect(await ids({ search, archived: true })).toEqual([gone.id, folded.id]);
      expect(await ids({ search: parseQuery(word.slice(0, -3)), archived: true })).toEqual([
        gone.id,
        folded.id,
      ]);
      expect(await ids({ archived: true })).not.toContain(kept.id);
      expect(await find(gone.id)).toEqual({ ...gone, archived: true });
      await unwrap(change(gone.id, { archived: false }));
      expect(await ids({ search })).toEqual([gone.id, kept.id]);
      expect(await ids({ search, archived: true })).toEqual([folded.id]);
    });

    test('An upsert of an archived product changes it and leaves it archived', async () => {
      const { fixture, store } = context();
      const { id, code } = await fixture.createProduct();
      await unwrap(change(id, { archived: true }));
      const word = fixture.unique('luu').replaceAll('-', '');
      for (const existing of ['keep', 'replace'] as const)
        await unwrap(
          store.products.upsert([fixture.productDraft({ code, name: word })], fixture.now(), existing),
        );
      expect(await find(id)).toMatchObject({ name: word, archived: true });
      expect(await ids({ search: parseQuery(word) })).toEqual([]);
      expect(await ids({ search: parseQuery(word), archived: true })).toEqual([id]);
    });

    test('Nobody can order an archived product', async () => {
      const { fixture, store } = context();
      const { id: productId } = await fixture.createProduct();
      await unwrap(change(productId, { archived: true }));
      const contact = { email: 'an@example.com', language: null };
      const request = {
        id: fixture.newId(),
        customerId: 'an',
        contact,
        productId,
        quantity: 1,
        ttlMs: 1_000,
      };
      const [placed] = await unwrap(store.orders.place([request], fixture.now()));
      expect(placed?._unsafeUnwrapErr()).toEqual({ kind: 'product_not_found', productId });
    });

    test('A pending order of an archived product can be paid and is fulfilled, and old orders are found', async () => {
      const { fixture } = context();
      const word = fixture.unique('het').replaceAll('-', '');
      const product = await fixture.createProduct({ name: word, type: 'physical', stock: 5 });
      const [paid, retried] = await fixture.placeOrders([product, product]);
      await unwrap(change(product.id, { archived: true }));
      await fixture.recordOutcome(
        await fixture.claimCheckout(fixture.checkoutRequest([defined(retried)])),
        declined,
      );
      for (const order of [defined(paid), defined(retried)])
        await fixture.recordOutcome(
          await fixture.claimCheckout(fixture.checkoutRequest([await fixture.findOrder(order.id)])),
          succeeded,
        );
      await fixture.claimTasks('physical');
      expect(await fixture.historyStates(defined(paid).id)).toContain('invoiced');
      expect((await orderIds(word)).toSorted()).toEqual([defined(paid).id, defined(retried).id].toSorted());
    });
  });
};
