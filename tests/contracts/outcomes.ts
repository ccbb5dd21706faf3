import { describe, expect, test } from 'bun:test';
import { firstStep } from '../../core/steps.ts';
import { freshPlace, type Open, sharedPlace } from './open.ts';
import { challenged, declined, known, lost, released, succeeded, value } from './shop.ts';

const anyTask = { state: null, pipeline: null, after: null, limit: 10 };

export const settlementsContract = (name: string, open: Open): void => {
  describe(`${name}: settlements`, () => {
    const place = sharedPlace(open);

    test('success: the payment, the answer, the orders and the work that they owe', async () => {
      const { shop, store, world } = place();
      const products = await shop.products(
        ['physical', 'digital', 'service'].map((type) => shop.draft({ type })),
      );
      const orders = await shop.orders(products);
      const claim = await shop.claimed(shop.request(orders));
      world.advance(40);
      const settlement = shop.settlement(claim, succeeded);
      const [settled] = await value(store.audits.recordOutcomes([settlement], shop.now()));
      expect(settled).toEqual({
        applied: true,
        paymentStatus: 'succeeded',
        response: known(settlement.response),
      });

      const found = known(await value(store.audits.find(claim.checkoutId)));
      expect(found.payment).toMatchObject({ status: 'succeeded', reference: 'ch_1', declineCode: null });
      expect(found).toMatchObject({ createdAtMs: shop.now() - 40, updatedAtMs: shop.now() });
      for (const [index, order] of orders.entries()) {
        const detail = await shop.detail(order.id);
        expect(detail).toMatchObject({ status: 'paid', updatedAtMs: shop.now(), payment: found.payment });
        expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid']);
        expect(detail.history[2]).toEqual({ seq: 3, state: 'paid', atMs: shop.now(), detail: null });
        expect(await shop.task(known(settlement.tasks[index]).id)).toEqual({
          id: known(settlement.tasks[index]).id,
          orderId: order.id,
          jobId: null,
          pipeline: order.product.type,
          step: firstStep(order.product.type),
          state: 'ready',
          attempts: 0,
          crashes: 0,
          lastError: null,
          runAtMs: shop.now(),
        });
      }
    });

    test.each([
      ['declined', declined, 'declined', 'declined: card_declined'],
      ['cancelled', { kind: 'cancelled' }, 'cancelled', 'cancelled'],
      ['released', released, 'cancelled', 'payment unavailable'],
    ] as const)(
      '%s: the orders are pending again, and owe nothing',
      async (_, outcome, paymentStatus, told) => {
        const { shop, world } = place();
        const orders = await shop.orders(Array(2).fill(await shop.product()));
        const claim = await shop.claimed(shop.request(orders));
        world.advance(40);
        const settled = await shop.settle(claim, outcome);
        expect(settled).toMatchObject({ applied: true, paymentStatus });
        expect(settled.response?.status ?? null).toBe(outcome.kind === 'unavailable' ? null : outcome.kind);

        for (const order of orders) {
          const detail = await shop.detail(order.id);
          expect(detail).toMatchObject({ status: 'pending', checkoutId: claim.checkoutId });
          expect(detail).toMatchObject({ updatedAtMs: shop.now(), payment: { status: paymentStatus } });
          expect(detail.payment?.declineCode).toBe(outcome.kind === 'declined' ? 'card_declined' : null);
          expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'pending']);
          expect(detail.history[2]).toEqual({ seq: 3, state: 'pending', atMs: shop.now(), detail: told });
          expect(await shop.tasks({ orderId: order.id })).toEqual([]);
        }
      },
    );

    test('an unknown outcome leaves the orders paying, and is settled later under the answer given', async () => {
      const { shop } = place();
      const order = await shop.order(await shop.product());
      const claim = await shop.claimed(shop.request([order]));
      const unknown = await shop.settle(claim, lost);
      expect(unknown).toMatchObject({
        applied: true,
        paymentStatus: 'unknown',
        response: { status: 'unknown' },
      });
      expect(await shop.history(order.id)).toEqual(['pending', 'paying']);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'paying', payment: { status: 'unknown' } });

      expect(await shop.settle(claim, lost)).toEqual(unknown);
      const settled = await shop.settle(claim, succeeded);
      expect(settled).toEqual({ applied: true, paymentStatus: 'succeeded', response: unknown.response });
      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid']);
    });

    test('a payment that waits for its customer: the orders stay paying, and the action is kept while it waits', async () => {
      const { shop, store, world } = place();
      const order = await shop.order(await shop.product());
      const claim = await shop.claimed(shop.request([order]));
      world.advance(40);
      const settlement = shop.settlement(claim, challenged);
      const [settled] = await value(store.audits.recordOutcomes([settlement], shop.now()));
      expect(settled).toEqual({
        applied: true,
        paymentStatus: 'requires_action',
        response: known(settlement.response),
      });
      const { action, reference } = challenged;
      const payment = { status: 'requires_action', action, reference, declineCode: null } as const;
      const found = known(await value(store.audits.find(claim.checkoutId)));
      expect(found.payment).toMatchObject(payment);
      expect(found.updatedAtMs).toBe(shop.now());
      expect(await shop.detail(order.id)).toMatchObject({ status: 'paying', payment });
      expect(await shop.history(order.id)).toEqual(['pending', 'paying']);
      expect(await shop.tasks({ orderId: order.id })).toEqual([]);

      const elsewhere = { clientSecret: null, redirectUrl: 'https://bank.example/3ds?x="1"' };
      expect(await shop.settle(claim, { ...challenged, action: elsewhere })).toMatchObject({ applied: true });
      expect((await shop.detail(order.id)).payment).toMatchObject({ ...payment, action: elsewhere });
      expect(await shop.settle(claim, lost)).toMatchObject({ paymentStatus: 'requires_action' });
      expect((await shop.detail(order.id)).payment).toMatchObject({ ...payment, action: elsewhere });
    });

    test.each([
      ['succeeded', succeeded, 'paid'],
      ['declined', declined, 'pending'],
      ['cancelled', { kind: 'cancelled' }, 'pending'],
    ] as const)('what a customer had to do is done: %s', async (status, outcome, orderStatus) => {
      const { shop } = place();
      const order = await shop.order(await shop.product());
      const claim = await shop.claimed(shop.request([order]));
      const { response: answer } = await shop.settle(claim, challenged);
      expect(await shop.settle(claim, outcome)).toEqual({
        applied: true,
        paymentStatus: status,
        response: answer,
      });
      const detail = await shop.detail(order.id);
      expect(detail).toMatchObject({ status: orderStatus, payment: { status, action: null } });
      expect(await shop.history(order.id)).toEqual(['pending', 'paying', orderStatus]);
    });

    test('a reference stays where a later outcome names none, and is replaced where it names another', async () => {
      const { shop } = place();
      const product = await shop.product();
      const cases = [
        [lost, 'ch_1'],
        [declined, 'ch_1'],
        [{ kind: 'cancelled' }, 'ch_1'],
        [released, 'ch_1'],
        [{ kind: 'succeeded', reference: 'ch_2' }, 'ch_2'],
        [{ ...challenged, reference: 'ch_2' }, 'ch_2'],
      ] as const;
      for (const [outcome, reference] of cases) {
        const order = await shop.order(product);
        const claim = await shop.claimed(shop.request([order]));
        await shop.settle(claim, challenged);
        await shop.settle(claim, outcome);
        expect((await shop.detail(order.id)).payment?.reference).toBe(reference);
      }
    });

    test('an outcome that is still to come changes the time of the payment and not of its orders', async () => {
      const { shop, store, world } = place();
      const order = await shop.order(await shop.product());
      const claim = await shop.claimed(shop.request([order]));
      const claimedAtMs = shop.now();
      for (const outcome of [lost, challenged, lost]) {
        world.advance(40);
        await shop.settle(claim, outcome);
        expect(known(await value(store.audits.find(claim.checkoutId))).updatedAtMs).toBe(shop.now());
        expect((await shop.detail(order.id)).updatedAtMs).toBe(claimedAtMs);
      }
    });

    test('a task begins at the first step of the pipeline that the settlement names', async () => {
      const { shop, store } = place();
      const order = await shop.order(await shop.product({ type: 'physical' }));
      const claim = await shop.claimed(shop.request([order]));
      const settlement = shop.settlement(claim, succeeded);
      const tasks = settlement.tasks.map((task) => ({ ...task, pipeline: 'service' }));
      await value(store.audits.recordOutcomes([{ ...settlement, tasks }], shop.now()));
      expect(await shop.tasks({ orderId: order.id })).toMatchObject([
        { pipeline: 'service', step: firstStep('service') },
      ]);
    });

    test('a success without the task of one of its orders is a bug: it throws, and nothing is written', async () => {
      const { shop, store } = place();
      const orders = await shop.orders(Array(2).fill(await shop.product()));
      const claim = await shop.claimed(shop.request(orders));
      const settlement = shop.settlement(claim, succeeded);
      const short = { ...settlement, tasks: settlement.tasks.slice(1) };
      const failure = await store.audits.recordOutcomes([short], shop.now()).catch((cause: unknown) => cause);
      expect(failure).toBeInstanceOf(Error);
      for (const { id } of orders) {
        expect(await shop.detail(id)).toMatchObject({ status: 'paying', payment: { status: 'initiated' } });
        expect(await shop.tasks({ orderId: id })).toEqual([]);
      }
      expect(await shop.settle(claim, succeeded)).toMatchObject({ applied: true });
    });

    test('what is settled stays settled', async () => {
      const { shop } = place();
      const product = await shop.product();
      for (const first of [succeeded, declined, { kind: 'cancelled' } as const]) {
        const order = await shop.order(product);
        const claim = await shop.claimed(shop.request([order]));
        const settled = await shop.settle(claim, first);
        const before = await shop.detail(order.id);
        const tasks = () => shop.tasks({ orderId: order.id });
        const owed = await tasks();
        const later = [succeeded, declined, { kind: 'cancelled' } as const, challenged, released, lost];
        for (const second of later) {
          const again = await shop.settle(claim, second);
          expect(again).toEqual({ ...settled, applied: false });
          expect(await shop.detail(order.id)).toEqual(before);
          expect(await tasks()).toEqual(owed);
        }
      }
    });

    test('an old attempt releases nothing', async () => {
      const { shop } = place();
      const order = await shop.order(await shop.product());
      const request = shop.request([order]);
      const first = await shop.claimed(request);
      expect(await shop.settle(first, released)).toMatchObject({ applied: true, response: null });
      const second = await shop.claimed(request);
      const late = await shop.settle(first, released);
      expect(late).toEqual({ applied: false, paymentStatus: 'initiated', response: null });
      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'pending', 'paying']);
      expect(await shop.settle(second, succeeded)).toMatchObject({ applied: true });
    });

    test('an old attempt that learned the truth may tell it', async () => {
      const { shop } = place();
      const request = shop.request([await shop.order(await shop.product())]);
      const first = await shop.claimed(request);
      await shop.settle(first, released);
      await shop.claimed(request);
      expect(await shop.settle(first, succeeded)).toMatchObject({
        applied: true,
        paymentStatus: 'succeeded',
      });
    });

    test('a batch settles each by itself, and answers in its order', async () => {
      const { shop, store } = place();
      const orders = await shop.orders(Array(4).fill(await shop.product()));
      const claims = [];
      for (const order of orders) claims.push(await shop.claimed(shop.request([order])));
      const [a, b, c, d] = claims.map((claim) => known(claim));
      await shop.settle(known(b), declined);
      const batch = [
        shop.settlement(known(d), lost),
        shop.settlement(known(b), succeeded),
        shop.settlement(known(a), succeeded),
        shop.settlement(known(c), released),
      ];
      const settled = await value(store.audits.recordOutcomes(batch, shop.now()));
      expect(settled.map(({ applied, paymentStatus }) => [applied, paymentStatus])).toEqual([
        [true, 'unknown'],
        [false, 'declined'],
        [true, 'succeeded'],
        [true, 'cancelled'],
      ]);
      const statuses = await Promise.all(orders.map(async ({ id }) => (await shop.detail(id)).status));
      expect(statuses).toEqual(['paid', 'pending', 'pending', 'paying']);
    });

    test('of one payment twice in a batch the second stands on what the first has left', async () => {
      const { shop, store } = place();
      const [order] = await shop.orders([await shop.product()]);
      const claim = await shop.claimed(shop.request([known(order)]));
      const batch = [challenged, succeeded, succeeded].map((outcome) => shop.settlement(claim, outcome));
      const settled = await value(store.audits.recordOutcomes(batch, shop.now()));
      expect(settled.map(({ applied, paymentStatus }) => [applied, paymentStatus])).toEqual([
        [true, 'requires_action'],
        [true, 'succeeded'],
        [false, 'succeeded'],
      ]);
      expect(await shop.history(known(order).id)).toEqual(['pending', 'paying', 'paid']);
      const owed = await value(
        store.queue.tasks({ ...anyTask, orderId: known(order).id, nowMs: shop.now() }),
      );
      expect(owed.items).toHaveLength(1);
    });
  });

  describe(`${name}: unsettled payments`, () => {
    const place = freshPlace(open);

    const takeUnsettled = (
      limit = 10,
      againAtMs = (_: number, __: number) => place().shop.now() + 1_000,
      only: string | null = null,
    ) => {
      const { shop, store } = place();
      return value(store.audits.claimOpenPayments({ nowMs: shop.now(), againAtMs, limit, only }));
    };

    const takeOnly = (paymentId: string) => takeUnsettled(10, undefined, paymentId);

    test('an open payment is taken up when it is due, whole, and is due again as it says', async () => {
      const { shop, store, world } = place();
      const orders = await shop.orders(Array(2).fill(await shop.product()));
      const claim = await shop.claimed(shop.request(orders));
      const claimedAtMs = shop.now();
      world.advance(14_999);
      expect(await takeUnsettled()).toEqual([]);
      world.advance(1);

      const asked: number[] = [];
      const againAtMs = (attempt: number, since: number) => {
        expect(since).toBe(claimedAtMs);
        asked.push(attempt);
        return shop.now() + attempt * 1_000;
      };
      const [taken] = await takeUnsettled(10, againAtMs);
      expect(known(taken)).toEqual({ ...claim, attempt: 2, claimedAtMs, orders: expect.anything() });
      expect(new Set(known(taken).orders)).toEqual(new Set(claim.orders));
      const found = known(await value(store.audits.find(claim.checkoutId)));
      expect(found.payment.status).toBe('unknown');
      expect(await shop.history(known(orders[0]).id)).toEqual(['pending', 'paying']);

      world.advance(1_999);
      expect(await takeUnsettled(10, againAtMs)).toEqual([]);
      world.advance(1);
      expect(await takeUnsettled(10, againAtMs)).toMatchObject([{ attempt: 3, claimedAtMs }]);
      expect(new Set(asked)).toEqual(new Set([2, 3]));
    });

    test('what is settled or released is not taken up; an unknown outcome is', async () => {
      const { shop, world } = place();
      const product = await shop.product();
      const claims = [];
      for (const outcome of [succeeded, declined, { kind: 'cancelled' } as const, released, lost]) {
        const claim = await shop.claimed(shop.request([await shop.order(product)]));
        await shop.settle(claim, outcome);
        claims.push(claim);
      }
      world.advance(60_000);
      const taken = await takeUnsettled();
      expect(taken.map(({ checkoutId }) => checkoutId)).toEqual([known(claims[4]).checkoutId]);
    });

    test('an api process that was slow can no longer release what was taken up, but may say what it heard', async () => {
      const { shop, world } = place();
      const order = await shop.order(await shop.product());
      const claim = await shop.claimed(shop.request([order]));
      world.advance(15_000);
      await takeUnsettled();
      expect(await shop.settle(claim, released)).toMatchObject({ applied: false, paymentStatus: 'unknown' });
      expect((await shop.detail(order.id)).status).toBe('paying');
      expect(await shop.settle(claim, declined)).toMatchObject({ applied: true, paymentStatus: 'declined' });
      world.advance(60_000);
      expect(await takeUnsettled()).toEqual([]);
    });

    test('a key that was sent again counts its time anew', async () => {
      const { shop, world } = place();
      const request = shop.request([await shop.order(await shop.product())]);
      await shop.settle(await shop.claimed(request), released);
      world.advance(3_600_000);
      await shop.claimed({ ...request, reconcileAtMs: shop.now() + 15_000 });
      const claimedAtMs = shop.now();
      world.advance(14_999);
      expect(await takeUnsettled()).toEqual([]);
      world.advance(1);
      expect(await takeUnsettled()).toMatchObject([{ attempt: 3, claimedAtMs }]);
    });

    test('one that is waiting for its customer is taken up as it is, and stays so', async () => {
      const { shop, store, world } = place();
      const order = await shop.order(await shop.product());
      const claim = await shop.claimed(shop.request([order]));
      await shop.settle(claim, challenged);
      world.advance(14_999);
      expect(await takeUnsettled()).toEqual([]);
      world.advance(1);
      expect(await takeUnsettled()).toMatchObject([{ checkoutId: claim.checkoutId, attempt: 2 }]);
      const found = known(await value(store.audits.find(claim.checkoutId)));
      expect(found.payment).toMatchObject({ status: 'requires_action', action: challenged.action });
      expect(found.updatedAtMs).toBe(shop.now());
      expect(await takeUnsettled()).toEqual([]);
      world.advance(1_000);
      expect(await takeUnsettled()).toMatchObject([{ attempt: 3 }]);
    });

    test('a certain one is taken up whether it is due or not, unless its checkout is at it', async () => {
      const { shop, world } = place();
      const product = await shop.product();
      const claims = [];
      for (const outcome of [null, lost, challenged, succeeded, released]) {
        const claim = await shop.claimed(shop.request([await shop.order(product)]));
        if (outcome !== null) await shop.settle(claim, outcome);
        claims.push(claim.checkoutId);
      }
      const [initiated = '', unknown = '', waiting = '', paid = '', freed = ''] = claims;
      expect(await takeOnly(initiated)).toEqual([]);
      for (const id of [unknown, waiting]) {
        expect(await takeOnly(id)).toMatchObject([{ checkoutId: id, attempt: 2 }]);
        expect(await takeOnly(id)).toMatchObject([{ checkoutId: id, attempt: 3 }]);
      }
      for (const id of [paid, freed, shop.freshId()]) expect(await takeOnly(id)).toEqual([]);
      world.advance(15_000);
      expect(await takeOnly(initiated)).toMatchObject([{ checkoutId: initiated, attempt: 2 }]);
      for (const id of [paid, freed]) expect(await takeOnly(id)).toEqual([]);
      expect((await takeUnsettled()).map(({ checkoutId }) => checkoutId).toSorted()).toEqual(
        [unknown, waiting].toSorted(),
      );
    });

    test('the longest due comes first, and no more than asked for', async () => {
      const { shop, world } = place();
      const product = await shop.product();
      const ids = [];
      for (const reconcileAtMs of [30, 10, 20].map((ms) => shop.now() + ms)) {
        const request = shop.request([await shop.order(product)], { reconcileAtMs });
        ids.push((await shop.claimed(request)).checkoutId);
      }
      world.advance(100);
      const taken = [await takeUnsettled(1), await takeUnsettled(2), await takeUnsettled(2)];
      expect(taken.map((some) => some.map(({ checkoutId }) => checkoutId))).toEqual([
        [known(ids[1])],
        [known(ids[2]), known(ids[0])],
        [],
      ]);
    });
  });
};
