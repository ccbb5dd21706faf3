import { describe, expect, test } from 'bun:test';
import { firstStep } from '../../core/steps.ts';
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

/** What recording the outcome of a charge changes. Later and repeated outcomes are in repeatedOutcomes.ts. */
export const outcomesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: outcomes`, () => {
    const context = useSharedStore(open);

    test('A success updates the payment, stores the response, pays the orders and creates their tasks', async () => {
      const { fixture, store, world } = context();
      const products = await fixture.createProducts(
        ['physical', 'digital', 'service'].map((type) => fixture.productDraft({ type })),
      );
      const orders = await fixture.placeOrders(products);
      const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      world.advance(40);
      const record = fixture.outcomeRecord(claim, succeeded);
      const [result] = await unwrap(store.audits.recordOutcomes([record], fixture.now()));
      expect(result).toEqual({
        applied: true,
        paymentStatus: 'succeeded',
        response: defined(record.response),
      });

      const found = defined(await unwrap(store.audits.find(claim.checkoutId)));
      expect(found.payment).toMatchObject({ status: 'succeeded', reference: 'ch_1', declineCode: null });
      expect(found).toMatchObject({ createdAtMs: fixture.now() - 40, updatedAtMs: fixture.now() });
      for (const [index, order] of orders.entries()) {
        const detail = await fixture.findOrder(order.id);
        expect(detail).toMatchObject({ status: 'paid', updatedAtMs: fixture.now(), payment: found.payment });
        expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'paid']);
        expect(detail.history[2]).toEqual({ seq: 3, state: 'paid', atMs: fixture.now(), detail: null });
        expect(await fixture.findTask(defined(record.tasks[index]).id)).toEqual({
          id: defined(record.tasks[index]).id,
          checkoutId: claim.checkoutId,
          orderIds: [order.id],
          jobId: null,
          pipeline: order.product.type,
          step: firstStep(order.product.type),
          state: 'ready',
          attempts: 0,
          crashes: 0,
          lastError: null,
          runAtMs: fixture.now(),
        });
      }
    });

    test.each([
      ['declined', declined, 'declined', 'declined: card_declined'],
      ['cancelled', { kind: 'cancelled' }, 'cancelled', 'cancelled'],
      ['unavailable', providerUnavailable, 'cancelled', 'payment unavailable'],
    ] as const)(
      'The outcome %s makes the orders pending again, without tasks',
      async (_, outcome, paymentStatus, historyDetail) => {
        const { fixture, world } = context();
        const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
        const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
        world.advance(40);
        const result = await fixture.recordOutcome(claim, outcome);
        expect(result).toMatchObject({ applied: true, paymentStatus });
        expect(result.response?.status ?? null).toBe(outcome.kind === 'unavailable' ? null : outcome.kind);

        for (const order of orders) {
          const detail = await fixture.findOrder(order.id);
          expect(detail).toMatchObject({ status: 'pending', checkoutId: claim.checkoutId });
          expect(detail).toMatchObject({ updatedAtMs: fixture.now(), payment: { status: paymentStatus } });
          expect(detail.payment?.declineCode).toBe(outcome.kind === 'declined' ? 'card_declined' : null);
          expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'pending']);
          expect(detail.history[2]).toEqual({
            seq: 3,
            state: 'pending',
            atMs: fixture.now(),
            detail: historyDetail,
          });
          expect(await fixture.listTasks({ orderId: order.id })).toEqual([]);
        }
      },
    );

    test('An unknown outcome leaves the orders paying, and the final outcome keeps its response', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      const unknown = await fixture.recordOutcome(claim, unknownOutcome);
      expect(unknown).toMatchObject({
        applied: true,
        paymentStatus: 'unknown',
        response: { status: 'unknown' },
      });
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying']);
      expect(await fixture.findOrder(order.id)).toMatchObject({
        status: 'paying',
        payment: { status: 'unknown' },
      });

      expect(await fixture.recordOutcome(claim, unknownOutcome)).toEqual(unknown);
      const final = await fixture.recordOutcome(claim, succeeded);
      expect(final).toEqual({ applied: true, paymentStatus: 'succeeded', response: unknown.response });
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'paid']);
    });

    test('A payment that requires an action leaves the orders paying and keeps the action', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      world.advance(40);
      const record = fixture.outcomeRecord(claim, requiresAction);
      const [result] = await unwrap(store.audits.recordOutcomes([record], fixture.now()));
      expect(result).toEqual({
        applied: true,
        paymentStatus: 'requires_action',
        response: defined(record.response),
      });
      const { action, reference } = requiresAction;
      const payment = { status: 'requires_action', action, reference, declineCode: null } as const;
      const found = defined(await unwrap(store.audits.find(claim.checkoutId)));
      expect(found.payment).toMatchObject(payment);
      expect(found.updatedAtMs).toBe(fixture.now());
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'paying', payment });
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying']);
      expect(await fixture.listTasks({ orderId: order.id })).toEqual([]);

      const redirect = { clientSecret: null, redirectUrl: 'https://bank.example/3ds?x="1"' };
      expect(await fixture.recordOutcome(claim, { ...requiresAction, action: redirect })).toMatchObject({
        applied: true,
      });
      expect((await fixture.findOrder(order.id)).payment).toMatchObject({ ...payment, action: redirect });
      expect(await fixture.recordOutcome(claim, unknownOutcome)).toMatchObject({
        paymentStatus: 'requires_action',
      });
      expect((await fixture.findOrder(order.id)).payment).toMatchObject({ ...payment, action: redirect });
    });

    test.each([
      ['succeeded', succeeded, 'paid'],
      ['declined', declined, 'pending'],
      ['cancelled', { kind: 'cancelled' }, 'pending'],
    ] as const)(
      'A payment whose customer acted ends as %s and keeps its response',
      async (status, outcome, orderStatus) => {
        const { fixture } = context();
        const order = await fixture.placeOrder(await fixture.createProduct());
        const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
        const { response } = await fixture.recordOutcome(claim, requiresAction);
        expect(await fixture.recordOutcome(claim, outcome)).toEqual({
          applied: true,
          paymentStatus: status,
          response,
        });
        const detail = await fixture.findOrder(order.id);
        expect(detail).toMatchObject({ status: orderStatus, payment: { status, action: null } });
        expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', orderStatus]);
      },
    );

    test('A payment keeps its reference until a later outcome names another', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const cases = [
        [unknownOutcome, 'ch_1'],
        [declined, 'ch_1'],
        [{ kind: 'cancelled' }, 'ch_1'],
        [providerUnavailable, 'ch_1'],
        [{ kind: 'succeeded', reference: 'ch_2' }, 'ch_2'],
        [{ ...requiresAction, reference: 'ch_2' }, 'ch_2'],
      ] as const;
      for (const [outcome, reference] of cases) {
        const order = await fixture.placeOrder(product);
        const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
        await fixture.recordOutcome(claim, requiresAction);
        await fixture.recordOutcome(claim, outcome);
        expect((await fixture.findOrder(order.id)).payment?.reference).toBe(reference);
      }
    });

    test('An outcome that is not final changes the time of the payment and not of its orders', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      const claimedAtMs = fixture.now();
      for (const outcome of [unknownOutcome, requiresAction, unknownOutcome]) {
        world.advance(40);
        await fixture.recordOutcome(claim, outcome);
        expect(defined(await unwrap(store.audits.find(claim.checkoutId))).updatedAtMs).toBe(fixture.now());
        expect((await fixture.findOrder(order.id)).updatedAtMs).toBe(claimedAtMs);
      }
    });

    test('A task begins at the first step of the pipeline that the outcome record names', async () => {
      const { fixture, store } = context();
      const order = await fixture.placeOrder(await fixture.createProduct({ type: 'physical' }));
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      const record = fixture.outcomeRecord(claim, succeeded);
      const tasks = record.tasks.map((task) => ({ ...task, pipeline: 'service' }));
      await unwrap(store.audits.recordOutcomes([{ ...record, tasks }], fixture.now()));
      expect(await fixture.listTasks({ orderId: order.id })).toMatchObject([
        { pipeline: 'service', step: firstStep('service') },
      ]);
    });

    test('A success that lacks the task of an order throws and writes nothing', async () => {
      const { fixture, store } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      const record = fixture.outcomeRecord(claim, succeeded);
      const incomplete = { ...record, tasks: record.tasks.slice(1) };
      const failure = await store.audits
        .recordOutcomes([incomplete], fixture.now())
        .catch((cause: unknown) => cause);
      expect(failure).toBeInstanceOf(Error);
      for (const { id } of orders) {
        expect(await fixture.findOrder(id)).toMatchObject({
          status: 'paying',
          payment: { status: 'initiated' },
        });
        expect(await fixture.listTasks({ orderId: id })).toEqual([]);
      }
      expect(await fixture.recordOutcome(claim, succeeded)).toMatchObject({ applied: true });
    });
  });
};
