import { describe, expect, test } from 'bun:test';
import type { ClaimFailure } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { Product, ProductDraft, StockChange } from '../../core/product.ts';
import {
  declined,
  defined,
  providerUnavailable,
  refundSucceeded,
  requiresAction,
  succeeded,
  unknownOutcome,
  unwrap,
} from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

/** The units of products: taken by claims, given back by releases and refunds, changed by operators. */
export const stockContract = (name: string, open: OpenStore): void => {
  describe(`${name}: stock`, () => {
    const context = useSharedStore(open);

    const stockOf = async ({ id }: Product) => defined(await unwrap(context().store.products.find(id))).stock;

    const upsert = (drafts: readonly ProductDraft[]) =>
      context().store.products.upsert(drafts, context().fixture.now(), 'replace');

    const changeStock = ({ id }: Product, stock: StockChange) =>
      context().store.products.change(id, { stock }, context().fixture.now());

    const draftOf = ({ code, name: title, type, price }: Product) => ({
      code,
      name: title,
      type,
      price,
    });

    /** Places one order of each product for each of `customers`. */
    const placeForEach = async (products: readonly Product[], customers: number) => {
      const orders: (readonly Order[])[] = [];
      for (let index = 0; index < customers; index++)
        orders.push(await context().fixture.placeOrders(products));
      return orders;
    };

    const outOfStock = (product: Product, left: number, orders: readonly Order[]): ClaimFailure => {
      const orderIds = orders.map(({ id }) => id);
      return { kind: 'out_of_stock', orderIds, products: [{ productId: product.id, left, orderIds }] };
    };

    test('A claim takes the units of its orders and says so in their histories', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: 5 });
      const other = await fixture.createProduct({ stock: null });
      const orders = await fixture.placeOrders([product, other, product], { quantity: 2 });
      await fixture.claimCheckout(fixture.checkoutRequest(orders));
      expect(await stockOf(product)).toBe(1);
      expect(await stockOf(other)).toBeNull();
      const states = await Promise.all(orders.map(({ id }) => fixture.historyStates(id)));
      const reserved = ['pending', 'paying', 'stock_reserved'];
      expect(states).toEqual([reserved, ['pending', 'paying'], reserved]);

      const late = await fixture.placeOrder(product, { quantity: 2 });
      const refused = await fixture.tryClaimCheckout(fixture.checkoutRequest([late]));
      expect(refused._unsafeUnwrapErr()).toEqual(outOfStock(product, 1, [late]));
      expect(await fixture.historyStates(late.id)).toEqual(['pending']);
    });

    test('A refused claim takes no units of any product', async () => {
      const { fixture } = context();
      const [plenty, scarce] = [
        await fixture.createProduct({ stock: 5 }),
        await fixture.createProduct({ stock: 0 }),
      ];
      const orders = await fixture.placeOrders([plenty, scarce]);
      const refused = await fixture.tryClaimCheckout(fixture.checkoutRequest(orders));
      expect(refused._unsafeUnwrapErr()).toEqual(outOfStock(scarce, 0, [defined(orders[1])]));
      expect(await stockOf(plenty)).toBe(5);
      for (const { id } of orders) expect(await fixture.historyStates(id)).toEqual(['pending']);
    });

    test.each([
      ['declined', declined],
      ['cancelled', { kind: 'cancelled' }],
      ['unavailable', providerUnavailable],
    ] as const)('Units are free again when the charge is %s', async (_, outcome) => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: 3 });
      const orders = await fixture.placeOrders([product, product]);
      await fixture.recordOutcome(await fixture.claimCheckout(fixture.checkoutRequest(orders)), outcome);
      expect(await stockOf(product)).toBe(3);
      await fixture.pay(orders);
      expect(await stockOf(product)).toBe(1);
      for (const { id } of orders)
        expect(await fixture.historyStates(id)).toEqual([
          'pending',
          'paying',
          'stock_reserved',
          'pending',
          'paying',
          'stock_reserved',
          'paid',
        ]);
    });

    test.each([
      ['unknown', unknownOutcome],
      ['waiting for the customer', requiresAction],
    ] as const)('Units stay taken while the charge is %s, until its final outcome', async (_, outcome) => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: 3 });
      const claims = [];
      for (const orders of await placeForEach([product], 2)) {
        const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
        await fixture.recordOutcome(claim, outcome);
        claims.push(claim);
      }
      expect(await stockOf(product)).toBe(1);
      await fixture.recordOutcome(defined(claims[0]), declined);
      await fixture.recordOutcome(defined(claims[1]), succeeded);
      expect(await stockOf(product)).toBe(2);
    });

    test('A released key takes its units again, and a late release frees nothing', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: 2 });
      const request = fixture.checkoutRequest(await fixture.placeOrders([product]));
      const first = await fixture.claimCheckout(request);
      await fixture.recordOutcome(first, providerUnavailable);
      const again = await fixture.claimCheckout(request);
      expect(await stockOf(product)).toBe(1);
      await fixture.recordOutcome(first, providerUnavailable);
      expect(await stockOf(product)).toBe(1);
      await fixture.recordOutcome(again, declined);
      await fixture.recordOutcome(again, declined);
      expect(await stockOf(product)).toBe(2);
    });

    test('The claims of one batch divide what is left, and a smaller one may still fit', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct({ stock: 5 });
      const orders: Order[] = [];
      for (const quantity of [3, 3, 2, 1]) orders.push(await fixture.placeOrder(product, { quantity }));
      const results = await unwrap(
        store.audits.claim(
          orders.map((order) => fixture.checkoutRequest([order])),
          fixture.now(),
        ),
      );
      expect(results.map((each) => (each.isOk() ? 'claimed' : each.error))).toEqual([
        'claimed',
        outOfStock(product, 2, [defined(orders[1])]),
        'claimed',
        outOfStock(product, 0, [defined(orders[3])]),
      ]);
      expect(await stockOf(product)).toBe(0);
    });

    test('An order keeps nothing to give back when its product had no limit at the claim', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: null });
      const claim = await fixture.claimCheckout(
        fixture.checkoutRequest(await fixture.placeOrders([product])),
      );
      await unwrap(upsert([{ ...draftOf(product), stock: 4 }]));
      await fixture.recordOutcome(claim, declined);
      expect(await stockOf(product)).toBe(4);
    });

    test('An order gives back what it took when its product has no limit meanwhile', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: 4 });
      const claim = await fixture.claimCheckout(
        fixture.checkoutRequest(await fixture.placeOrders([product])),
      );
      await unwrap(changeStock(product, { set: null, was: 3 }));
      await fixture.recordOutcome(claim, declined);
      expect(await stockOf(product)).toBeNull();
      await unwrap(changeStock(product, { set: 7, was: null }));
      expect(await stockOf(product)).toBe(7);
    });

    test('A draft without stock leaves the units alone', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct({ stock: 5 });
      await fixture.pay(await fixture.placeOrders(Array(4).fill(product)));
      world.advance(5);
      const draft = { ...draftOf(product), name: 'Áo mới', price: { amount: 5, currency: 'VND' } };
      expect(await unwrap(upsert([draft]))).toEqual({ created: 0, updated: 1 });
      expect(await unwrap(context().store.products.find(product.id))).toEqual({
        ...product,
        ...draft,
        stock: 1,
        updatedAtMs: fixture.now(),
      });
    });

    test('A change of stock starts from the units that claims have left', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: 5 });
      await fixture.claimCheckout(fixture.checkoutRequest(await fixture.placeOrders([product, product])));
      for (const refused of [{ add: -4 }, { set: 9, was: 5 }])
        expect((await changeStock(product, refused))._unsafeUnwrapErr()).toEqual({
          kind: 'stock_changed',
          stock: 3,
        });
      expect((await unwrap(changeStock(product, { set: 9, was: 3 }))).stock).toBe(9);
      expect((await unwrap(changeStock(product, { add: -9 }))).stock).toBe(0);
    });

    test.each(['the same', 'the opposite'])(
      'Of fifty checkouts with the last unit of two products, in %s order, exactly one is claimed',
      async (sequence) => {
        const { fixture, store } = context();
        for (let round = 0; round < 3; round++) {
          const products = await fixture.createProducts([
            fixture.productDraft({ stock: 1 }),
            fixture.productDraft({ stock: 1 }),
          ]);
          const requests = (await placeForEach(products, 50)).map((orders, index) =>
            fixture.checkoutRequest(
              sequence === 'the opposite' && index % 2 === 1 ? orders.toReversed() : orders,
            ),
          );
          await fixture.openConnections();
          const results = await Promise.all(
            requests.map((request) => unwrap(store.audits.claim([request], fixture.now()))),
          );
          const flat = results.flat();
          expect(flat.filter((each) => each.isOk())).toHaveLength(1);
          for (const each of flat) if (each.isErr()) expect(each.error.kind).toBe('out_of_stock');
          for (const product of products) expect(await stockOf(product)).toBe(0);
        }
      },
    );

    test('Concurrent batches with more demand than stock take exactly what is there', async () => {
      const { fixture, store } = context();
      const products = await fixture.createProducts(
        [7, 20, 33].map((stock) => fixture.productDraft({ stock })),
      );
      const requests = (await placeForEach(products, 40)).flatMap((orders) =>
        orders.map((order) => fixture.checkoutRequest([order])),
      );
      const batches = Array.from({ length: 12 }, (_, index) => requests.filter((_, at) => at % 12 === index));
      await fixture.openConnections();
      const results = await Promise.all(
        batches.map((batch) => unwrap(store.audits.claim(batch, fixture.now()))),
      );
      expect(results.flat().filter((each) => each.isOk())).toHaveLength(60);
      for (const product of products) expect(await stockOf(product)).toBe(0);
    });

    test('Claims, releases, refunds, upserts and restocks of the same products never deadlock or lose a unit', async () => {
      const { fixture } = context();
      // The codes fall while the ids rise, so that an order by code is the opposite of an order by id.
      const products = await fixture.createProducts(
        Array.from({ length: 12 }, (_, index) =>
          fixture.productDraft({ code: `${fixture.unique('z')}-${99 - index}`, stock: 40, type: 'service' }),
        ),
      );
      const sold: Order[] = [];
      for (const product of products) sold.push(await fixture.placePaidOrder(product));
      const refunds = [];
      for (const { id } of sold) refunds.push(await fixture.requestRefund(id));
      const rounds = await placeForEach(products, 24);
      await fixture.openConnections();
      const buy = async (orders: readonly Order[], index: number) => {
        const ordered = index % 2 === 1 ? orders.toReversed() : orders;
        const claim = await fixture.claimCheckout(fixture.checkoutRequest(ordered));
        await fixture.recordOutcome(claim, index % 3 === 0 ? declined : succeeded);
      };
      await Promise.all([
        ...rounds.map(buy),
        ...refunds.map(({ id }) => fixture.finishRefund(id, refundSucceeded)),
        ...Array.from({ length: 8 }, (_, index) =>
          unwrap(upsert((index % 2 === 1 ? products.toReversed() : products).map(draftOf))),
        ),
        ...products.map((product) => unwrap(changeStock(product, { add: 5 }))),
      ]);
      // Each product: 40 delivered and 5 added; 16 of 24 checkouts succeeded, and the first sale was refunded.
      for (const product of products) expect(await stockOf(product)).toBe(29);
    });
  });
};
