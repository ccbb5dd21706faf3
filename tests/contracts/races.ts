import { describe, expect, test } from 'bun:test';
import type { CheckoutRequest, Claim, ClaimFailure } from '../../core/audit.ts';
import { type Open, sharedPlace } from './open.ts';
import { declined, known, shuffled, succeeded, value } from './shop.ts';

/** What many api processes and reconcilers do to one database at once. */
export const racesContract = (name: string, open: Open): void => {
  describe(`${name}: races`, () => {
    const place = sharedPlace(open);

    /** Claims in batches of some, all batches at once. */
    const claimAll = async (requests: readonly CheckoutRequest[], perBatch: number) => {
      const { shop, store } = place();
      const batches = Array.from({ length: Math.ceil(requests.length / perBatch) }, (_, index) =>
        requests.slice(index * perBatch, (index + 1) * perBatch),
      );
      await shop.crowd();
      const answers = await Promise.all(batches.map((batch) => value(store.audits.claim(batch, shop.now()))));
      const verdicts = answers.flat();
      expect(verdicts).toHaveLength(requests.length);
      const winners: { readonly request: CheckoutRequest; readonly claim: Claim }[] = [];
      const losers: { readonly request: CheckoutRequest; readonly failure: ClaimFailure }[] = [];
      for (const [index, request] of requests.entries())
        known(verdicts[index]).match(
          (claim) => winners.push({ request, claim }),
          (failure) => losers.push({ request, failure }),
        );
      return { winners, losers };
    };

    test('overlapping carts: one winner an order, and no trace of the losers', async () => {
      const { shop, store, world } = place();
      const orders = await shop.orders(Array(24).fill(await shop.product()));
      const requests = Array.from({ length: 60 }, (_, index) =>
        shop.request(shuffled(orders, world).slice(0, 1 + (index % 5))),
      );
      const { winners, losers } = await claimAll(requests, 4);

      expect(winners.length).toBeGreaterThan(0);
      const winnerOf = new Map(
        winners.flatMap(({ request }) => request.orderIds.map((id) => [id, request.checkoutId] as const)),
      );
      expect(winnerOf.size).toBe(winners.flatMap(({ request }) => request.orderIds).length);
      for (const { request, failure } of losers) {
        if (failure.kind !== 'order_in_progress') throw new Error(failure.kind);
        expect(request.orderIds).toEqual(expect.arrayContaining([...failure.orderIds]));
        for (const id of failure.orderIds) expect(winnerOf.has(id)).toBe(true);
        expect(await value(store.audits.find(request.checkoutId))).toBeNull();
      }
      for (const { request, claim } of winners) {
        expect(claim).toMatchObject({ checkoutId: request.checkoutId, attempt: 1 });
        expect((await value(store.audits.find(request.checkoutId)))?.payment.status).toBe('initiated');
      }
      for (const { id } of orders) {
        const winner = winnerOf.get(id);
        expect((await shop.detail(id)).checkoutId).toBe(winner ?? null);
        expect(await shop.history(id)).toEqual(winner === undefined ? ['pending'] : ['pending', 'paying']);
      }
    });

    test('one key sent many times at once is claimed once', async () => {
      const { shop, store } = place();
      const orders = await shop.orders(Array(3).fill(await shop.product()));
      const request = shop.request(orders);
      const sent = Array.from({ length: 24 }, () => ({ ...request, checkoutId: shop.freshId() }));
      const { winners, losers } = await claimAll(sent, 3);
      expect(winners).toHaveLength(1);
      const checkoutId = known(winners[0]).claim.checkoutId;
      for (const { failure } of losers) expect(failure).toEqual({ kind: 'checkout_in_progress', checkoutId });
      for (const { id } of orders) expect(await shop.history(id)).toEqual(['pending', 'paying']);
      for (const { checkoutId: loser } of sent.filter((one) => one.checkoutId !== checkoutId))
        expect(await value(store.audits.find(loser))).toBeNull();
    });

    test('one key sent at once with different carts is claimed for one of them', async () => {
      const { shop } = place();
      const orders = await shop.orders(Array(16).fill(await shop.product()));
      const key = shop.freshId();
      const { winners, losers } = await claimAll(
        orders.map((order) => shop.request([order], { key })),
        1,
      );
      expect(winners).toHaveLength(1);
      for (const { request, failure } of losers) {
        expect(failure).toEqual({ kind: 'idempotency_key_reused' });
        expect(await shop.history(known(request.orderIds[0]))).toEqual(['pending']);
      }
    });

    test('a released key sent again many times at once is claimed once more', async () => {
      const { shop } = place();
      const order = await shop.order(await shop.product());
      const request = shop.request([order]);
      await shop.settle(await shop.claimed(request), { kind: 'unavailable', reason: 'down' });
      const { winners, losers } = await claimAll(Array(12).fill(request), 1);
      expect(winners.map(({ claim }) => claim)).toMatchObject([
        { attempt: 2, checkoutId: request.checkoutId },
      ]);
      for (const { failure } of losers) expect(failure.kind).toBe('checkout_in_progress');
      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'pending', 'paying']);
    });

    test('carts in opposite orders never block each other for ever', async () => {
      const { shop } = place();
      const product = await shop.product();
      for (let round = 0; round < 8; round++) {
        const orders = await shop.orders(Array(6).fill(product));
        const carts = [orders, orders.toReversed(), orders.slice(3), orders.slice(0, 3).toReversed()];
        const { winners } = await claimAll(
          carts.map((cart) => shop.request(cart)),
          1,
        );
        const ids = winners.flatMap(({ request }) => request.orderIds);
        expect(new Set(ids).size).toBe(ids.length);
        expect(winners.length).toBeGreaterThan(0);
      }
    });

    test('of many that settle the same payments at once, in any order, one settles each', async () => {
      const { shop, store, world } = place();
      const orders = await shop.orders(Array(12).fill(await shop.product()));
      const claims: Claim[] = [];
      for (const order of orders) claims.push(await shop.claimed(shop.request([order])));
      const batches = Array.from({ length: 8 }, (_, index) =>
        shuffled(claims, world).map((claim) => shop.settlement(claim, index % 2 ? succeeded : declined)),
      );
      await shop.crowd();
      const answers = await Promise.all(
        batches.map((batch) => value(store.audits.recordOutcomes(batch, shop.now()))),
      );

      for (const [index, { checkoutId }] of claims.entries()) {
        const mine = batches.map((batch, at) =>
          known(known(answers[at])[batch.findIndex((one) => one.checkoutId === checkoutId)]),
        );
        expect(mine.filter(({ applied }) => applied)).toHaveLength(1);
        const { paymentStatus, response: answer } = known(mine.find(({ applied }) => applied));
        for (const each of mine) expect(each).toMatchObject({ paymentStatus, response: known(answer) });
        const { id } = known(orders[index]);
        const paid = paymentStatus === 'succeeded';
        expect(await shop.history(id)).toEqual(['pending', 'paying', paid ? 'paid' : 'pending']);
        expect(await shop.tasks({ orderId: id })).toHaveLength(paid ? 1 : 0);
      }
    });

    test('a settlement and claims of the same orders at once never block each other for ever', async () => {
      const { shop, store, world } = place();
      const product = await shop.product();
      for (let round = 0; round < 6; round++) {
        const orders = await shop.orders(Array(20).fill(product));
        const claim = await shop.claimed(shop.request(shuffled(orders, world)));
        const carts = Array.from({ length: 6 }, () => shop.request(shuffled(orders, world)));
        await shop.crowd();
        const [settled, ...claimed] = await Promise.all([
          value(store.audits.recordOutcomes([shop.settlement(claim, declined)], shop.now())),
          ...carts.map((cart) => shop.claim(cart)),
        ]);
        expect(settled).toMatchObject([{ applied: true, paymentStatus: 'declined' }]);
        expect(claimed.filter((each) => each.isOk()).length).toBeLessThan(2);
        for (const each of claimed) if (each.isErr()) expect(each.error.kind).toBe('order_in_progress');
        const paying = ['pending', 'paying', 'pending', 'paying'];
        const states = claimed.some((each) => each.isOk()) ? paying : paying.slice(0, 3);
        for (const { id } of orders) expect(await shop.history(id)).toEqual(states);
      }
    });

    test('reconcilers side by side share what is due', async () => {
      const { shop, store, world } = place();
      const orders = await shop.orders(Array(30).fill(await shop.product()));
      const mine: string[] = [];
      for (const order of orders) mine.push((await shop.claimed(shop.request([order]))).checkoutId);
      world.advance(15_000);
      await shop.crowd();
      const round = () =>
        Promise.all(
          Array.from({ length: 5 }, () =>
            value(
              store.audits.claimOpenPayments({
                nowMs: shop.now(),
                againAtMs: () => shop.now() + 1,
                limit: 4,
                only: null,
              }),
            ),
          ),
        );
      const taken: string[] = [];
      for (let more = true; more; ) {
        const some = (await round()).flat().map(({ checkoutId }) => checkoutId);
        taken.push(...some);
        more = some.length > 0;
      }
      expect(new Set(taken).size).toBe(taken.length);
      expect(taken).toEqual(expect.arrayContaining(mine));
    });
  });
};
