import { describe, expect, test } from 'bun:test';
import {
  declined,
  defined,
  providerUnavailable,
  requiresAction,
  succeeded,
  unknownOutcome,
  unwrap,
} from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

const anyTask = { state: null, pipeline: null, step: null, error: null, after: null, limit: 10 };

/** Outcomes that arrive after another outcome of the same payment, or in one batch. */
export const repeatedOutcomesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: repeated outcomes`, () => {
    const context = useSharedStore(open);

    test('A final outcome cannot be changed by a later one', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      for (const first of [succeeded, declined, { kind: 'cancelled' } as const]) {
        const order = await fixture.placeOrder(product);
        const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
        const result = await fixture.recordOutcome(claim, first);
        const before = await fixture.findOrder(order.id);
        const tasks = () => fixture.listTasks({ orderId: order.id });
        const tasksBefore = await tasks();
        const later = [
          succeeded,
          declined,
          { kind: 'cancelled' } as const,
          requiresAction,
          providerUnavailable,
          unknownOutcome,
        ];
        for (const second of later) {
          const again = await fixture.recordOutcome(claim, second);
          expect(again).toEqual({ ...result, applied: false });
          expect(await fixture.findOrder(order.id)).toEqual(before);
          expect(await tasks()).toEqual(tasksBefore);
        }
      }
    });

    test('An old attempt cannot release the orders of a newer one', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const request = fixture.checkoutRequest([order]);
      const first = await fixture.claimCheckout(request);
      expect(await fixture.recordOutcome(first, providerUnavailable)).toMatchObject({
        applied: true,
        response: null,
      });
      const second = await fixture.claimCheckout(request);
      const late = await fixture.recordOutcome(first, providerUnavailable);
      expect(late).toEqual({ applied: false, paymentStatus: 'initiated', response: null });
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'pending', 'paying']);
      expect(await fixture.recordOutcome(second, succeeded)).toMatchObject({ applied: true });
    });

    test('An old attempt can record a final outcome', async () => {
      const { fixture } = context();
      const request = fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]);
      const first = await fixture.claimCheckout(request);
      await fixture.recordOutcome(first, providerUnavailable);
      await fixture.claimCheckout(request);
      expect(await fixture.recordOutcome(first, succeeded)).toMatchObject({
        applied: true,
        paymentStatus: 'succeeded',
      });
    });

    test('A batch records each outcome separately and returns the results in its sequence', async () => {
      const { fixture, store } = context();
      const orders = await fixture.placeOrders(Array(4).fill(await fixture.createProduct()));
      const claims = [];
      for (const order of orders) claims.push(await fixture.claimCheckout(fixture.checkoutRequest([order])));
      const [a, b, c, d] = claims.map((claim) => defined(claim));
      await fixture.recordOutcome(defined(b), declined);
      const batch = [
        fixture.outcomeRecord(defined(d), unknownOutcome),
        fixture.outcomeRecord(defined(b), succeeded),
        fixture.outcomeRecord(defined(a), succeeded),
        fixture.outcomeRecord(defined(c), providerUnavailable),
      ];
      const results = await unwrap(store.audits.recordOutcomes(batch, fixture.now()));
      expect(results.map(({ applied, paymentStatus }) => [applied, paymentStatus])).toEqual([
        [true, 'unknown'],
        [false, 'declined'],
        [true, 'succeeded'],
        [true, 'cancelled'],
      ]);
      const statuses = await Promise.all(orders.map(async ({ id }) => (await fixture.findOrder(id)).status));
      expect(statuses).toEqual(['paid', 'pending', 'pending', 'paying']);
    });

    test('Outcomes of one payment in a batch apply in sequence', async () => {
      const { fixture, store } = context();
      const [order] = await fixture.placeOrders([await fixture.createProduct()]);
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([defined(order)]));
      const batch = [requiresAction, succeeded, succeeded].map((outcome) =>
        fixture.outcomeRecord(claim, outcome),
      );
      const results = await unwrap(store.audits.recordOutcomes(batch, fixture.now()));
      expect(results.map(({ applied, paymentStatus }) => [applied, paymentStatus])).toEqual([
        [true, 'requires_action'],
        [true, 'succeeded'],
        [false, 'succeeded'],
      ]);
      expect(await fixture.historyStates(defined(order).id)).toEqual(['pending', 'paying', 'paid']);
      const tasks = await unwrap(
        store.queue.tasks({ ...anyTask, orderId: defined(order).id, nowMs: fixture.now() }),
      );
      expect(tasks.items).toHaveLength(1);
    });
  });
};
