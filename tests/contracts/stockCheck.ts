import { describe, expect, test } from 'bun:test';
import type { MoneyCase, StockSlice } from '../../core/ledger.ts';
import type { Order } from '../../core/order.ts';
import type { Product } from '../../core/product.ts';
import {
  declined,
  defined,
  listAll,
  providerUnavailable,
  refundSucceeded,
  requiresAction,
  succeeded,
  unknownOutcome,
  unwrap,
} from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

/** The money check `stock_differs`, and the comparison whose result it shows. */
export const stockCheckContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: the comparison of the stock`, () => {
    const context = useFreshStore(open);
    const done = { kind: 'done', detail: null } as const;

    /** Compares all slices, and returns the cases of the check. */
    const compare = async (): Promise<readonly MoneyCase[]> => {
      const { fixture, store } = context();
      let slice: StockSlice = { afterProductId: null, afterOrderId: null };
      do slice = await unwrap(store.ledger.compareStock(slice, fixture.now()));
      while (slice.afterProductId !== null || slice.afterOrderId !== null);
      const query = { check: 'stock_differs', nowMs: fixture.now(), limit: 50 } as const;
      const cases = await listAll((after: string | null) => store.ledger.cases({ ...query, after }));
      const { count } = (await unwrap(store.ledger.counts(fixture.now()))).stock_differs;
      expect(count).toBe(cases.length);
      return cases;
    };

    const refund = async ({ id }: Order, restock: boolean | null = null) => {
      const { fixture, store } = context();
      const command = fixture.refundCommand(id, { restock });
      await unwrap(store.refunds.request(command, fixture.now()));
      await fixture.finishRefund(command.refundId, refundSucceeded);
    };

    /** Brings orders of the product into every state in which an order can be. */
    const runEverything = async (product: Product) => {
      const { fixture, store } = context();
      for (const outcome of [declined, providerUnavailable, requiresAction, unknownOutcome])
        await fixture.recordOutcome(
          await fixture.claimCheckout(fixture.checkoutRequest(await fixture.placeOrders([product]))),
          outcome,
        );
      const cancelled = await fixture.placeOrder(product);
      await unwrap(store.orders.cancel(cancelled.id, cancelled.customerId, fixture.now()));
      await fixture.claimCheckout(fixture.checkoutRequest(await fixture.placeOrders([product])));

      const completed = await fixture.payAndLease([product, product, product]);
      for (const lease of completed.slice(0, 2)) await fixture.report(lease, done);
      await fixture.report(defined(completed[2]), { kind: 'failed', error: 'no such mailbox' });
      await refund(defined(completed[0]).order);
      const [gone] = await fixture.payAndLease([product]);
      await refund(defined(gone).order);
      await refund(await fixture.placePaidOrder(product));
      for (const restock of [true, false]) {
        const [sent, received] = await fixture.payAndLease([product, product]);
        await fixture.report(defined(received), done);
        for (const lease of [sent, received]) await refund(defined(lease).order, restock);
        await refund(await fixture.placePaidOrder(product), restock);
      }
      await fixture.requestRefund((await fixture.placePaidOrder(product)).id);
      await fixture.placePaidOrder(product, { quantity: 3 });
    };

    test('A shop in which everything has happened has no difference', async () => {
      const { fixture } = context();
      for (const type of ['physical', 'digital', 'service']) {
        await runEverything(await fixture.createProduct({ type, stock: 50 }));
        await runEverything(await fixture.createProduct({ type, stock: null }));
      }
      expect(await compare()).toEqual([]);
      context().world.advance(40 * 24 * 3_600_000);
      expect(await compare()).toEqual([]);
    });

    test('A product whose units do not add up is a case until it is corrected', async () => {
      const { fixture, backdoor, world } = context();
      const product = await fixture.createProduct({ stock: 50 });
      await runEverything(product);
      const { stock } = defined(await unwrap(context().store.products.find(product.id)));
      await backdoor.setUnits(product.id, defined(stock) + 1);
      const found = {
        id: product.id,
        orderId: null,
        paymentId: null,
        refundId: null,
        amount: null,
        acknowledgement: null,
        sinceMs: fixture.now(),
        detail: expect.stringMatching(/^50 delivered, but \d+ left, \d+ reserved and \d+ sold$/),
      };
      expect(await compare()).toEqual([found]);
      world.advance(60_000);
      expect(await compare()).toEqual([found]);
      await backdoor.setUnits(product.id, defined(stock));
      expect(await compare()).toEqual([]);
    });

    test('An order that has lost its reservation makes its product a case', async () => {
      const { fixture, backdoor } = context();
      const product = await fixture.createProduct({ stock: 5 });
      const [order] = await fixture.placeOrders([product]);
      await fixture.claimCheckout(fixture.checkoutRequest([defined(order)]));
      await backdoor.setHeld(defined(order).id, 0);
      expect(await compare()).toMatchObject([{ id: product.id, orderId: null }]);
      await backdoor.setHeld(defined(order).id, 1);
      expect(await compare()).toEqual([]);
    });

    test('Orders that hold units which they should have given back are cases', async () => {
      const { fixture, backdoor } = context();
      const product = await fixture.createProduct({ stock: 5 });
      const pending = await fixture.placeOrder(product);
      const refunded = await fixture.placePaidOrder(product);
      await refund(refunded);
      for (const { id } of [pending, refunded]) await backdoor.setHeld(id, 1);
      const found = [
        { id: pending.id, orderId: pending.id, detail: 'pending, but holds 1' },
        { id: refunded.id, orderId: refunded.id, detail: 'refunded, but holds 1' },
      ];
      expect(await compare()).toMatchObject(found);
      await backdoor.setHeld(pending.id, 0);
      context().world.advance(40 * 24 * 3_600_000);
      expect(await compare()).toMatchObject(found.slice(1));
      await backdoor.setHeld(refunded.id, 0);
      expect(await compare()).toEqual([]);
    });

    test('Every product is compared, however many slices there are', async () => {
      const { fixture, backdoor } = context();
      const products = await fixture.createProducts(
        Array.from({ length: 1_001 }, () => fixture.productDraft({ stock: 1 })),
      );
      const [first, last] = [defined(products[0]), defined(products.at(-1))];
      for (const { id } of [first, last]) await backdoor.setUnits(id, 3);
      expect((await compare()).map(({ id }) => id)).toEqual([first.id, last.id]);
    });

    test('Customers who buy meanwhile make no difference', async () => {
      const { fixture, store } = context();
      const products = await fixture.createProducts(
        ['physical', 'digital', 'service'].map((type) => fixture.productDraft({ type, stock: 500 })),
      );
      await fixture.openConnections();
      let open = true;
      const buy = async (index: number) => {
        const claim = await fixture.claimCheckout(
          fixture.checkoutRequest(await fixture.placeOrders(products)),
        );
        await fixture.recordOutcome(claim, index % 3 === 0 ? declined : succeeded);
        for (const { type } of products) {
          const { leases } = await fixture.claimTasks(type, { limit: 5 });
          for (const lease of leases) await fixture.report(lease, done);
          for (const { order } of leases.slice(0, 1)) await refund(order);
        }
      };
      const watch = async () => {
        let found = 0;
        while (open) {
          found += (await compare()).length;
          await unwrap(store.ping());
        }
        return found;
      };
      const watching = watch();
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let index = 0; index < 10; index++) await buy(index);
        }),
      );
      open = false;
      expect(await watching).toBe(0);
      expect(await compare()).toEqual([]);
    });
  });
};
