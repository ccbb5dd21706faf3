import { describe, expect, test } from 'bun:test';
import type { CheckoutRequest, Claim, ClaimFailure } from '../../core/audit.ts';
import { declined, defined, succeeded, unwrap } from './fixture.ts';
import { shuffled } from './shuffled.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

/** Concurrent calls of many API processes and recovery loops on one database. */
export const checkoutRacesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: checkout races`, () => {
    const context = useSharedStore(open);

    /** Claims in batches of `perBatch`, all batches at once. */
    const claimAll = async (requests: readonly CheckoutRequest[], perBatch: number) => {
      const { fixture } = context();
      const batches = Array.from({ length: Math.ceil(requests.length / perBatch) }, (_, index) =>
        requests.slice(index * perBatch, (index + 1) * perBatch),
      );
      await fixture.openConnections();
      const perBatchResults = await Promise.all(batches.map((batch) => fixture.claimCheckouts(batch)));
      const results = perBatchResults.flat();
      expect(results).toHaveLength(requests.length);
      const winners: { readonly request: CheckoutRequest; readonly claim: Claim }[] = [];
      const losers: { readonly request: CheckoutRequest; readonly failure: ClaimFailure }[] = [];
      for (const [index, request] of requests.entries())
        defined(results[index]).match(
          (claim) => winners.push({ request, claim }),
          (failure) => losers.push({ request, failure }),
        );
      return { winners, losers };
    };

    test('Concurrent claims with shared orders give each order one winner and leave no trace of the losers', async () => {
      const { fixture, store, world } = context();
      const orders = await fixture.placeOrders(Array(24).fill(await fixture.createProduct()));
      const requests = Array.from({ length: 60 }, (_, index) =>
        fixture.checkoutRequest(shuffled(orders, world).slice(0, 1 + (index % 5))),
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
        expect(await unwrap(store.audits.find(request.checkoutId))).toBeNull();
      }
      for (const { request, claim } of winners) {
        expect(claim).toMatchObject({ checkoutId: request.checkoutId, attempt: 1 });
        expect((await unwrap(store.audits.find(request.checkoutId)))?.payment.status).toBe('initiated');
      }
      for (const { id } of orders) {
        const winner = winnerOf.get(id);
        expect((await fixture.findOrder(id)).checkoutId).toBe(winner ?? null);
        expect(await fixture.historyStates(id)).toEqual(
          winner === undefined ? ['pending'] : ['pending', 'paying'],
        );
      }
    });

    test('One key that is sent many times at once is claimed once', async () => {
      const { fixture, store } = context();
      const orders = await fixture.placeOrders(Array(3).fill(await fixture.createProduct()));
      const request = fixture.checkoutRequest(orders);
      const sent = Array.from({ length: 24 }, () => ({ ...request, checkoutId: fixture.newId() }));
      const { winners, losers } = await claimAll(sent, 3);
      expect(winners).toHaveLength(1);
      const checkoutId = defined(winners[0]).claim.checkoutId;
      for (const { failure } of losers) expect(failure).toEqual({ kind: 'checkout_in_progress', checkoutId });
      for (const { id } of orders) expect(await fixture.historyStates(id)).toEqual(['pending', 'paying']);
      for (const { checkoutId: loser } of sent.filter((one) => one.checkoutId !== checkoutId))
        expect(await unwrap(store.audits.find(loser))).toBeNull();
    });

    test('One key that is sent at once with different orders is claimed for one of them', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(16).fill(await fixture.createProduct()));
      const key = fixture.newId();
      const { winners, losers } = await claimAll(
        orders.map((order) => fixture.checkoutRequest([order], { key })),
        1,
      );
      expect(winners).toHaveLength(1);
      for (const { request, failure } of losers) {
        expect(failure).toEqual({ kind: 'idempotency_key_reused' });
        expect(await fixture.historyStates(defined(request.orderIds[0]))).toEqual(['pending']);
      }
    });

    test('A released key that is sent again many times at once is claimed once', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const request = fixture.checkoutRequest([order]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), {
        kind: 'unavailable',
        reason: 'down',
      });
      const { winners, losers } = await claimAll(Array(12).fill(request), 1);
      expect(winners.map(({ claim }) => claim)).toMatchObject([
        { attempt: 2, checkoutId: request.checkoutId },
      ]);
      for (const { failure } of losers) expect(failure.kind).toBe('checkout_in_progress');
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'pending', 'paying']);
    });

    test('Claims that list the same orders in opposite sequence do not deadlock', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      for (let round = 0; round < 8; round++) {
        const orders = await fixture.placeOrders(Array(6).fill(product));
        const claims = [orders, orders.toReversed(), orders.slice(3), orders.slice(0, 3).toReversed()];
        const { winners } = await claimAll(
          claims.map((claimed) => fixture.checkoutRequest(claimed)),
          1,
        );
        const ids = winners.flatMap(({ request }) => request.orderIds);
        expect(new Set(ids).size).toBe(ids.length);
        expect(winners.length).toBeGreaterThan(0);
      }
    });

    test('Exactly one of many concurrent records of an outcome is applied to each payment', async () => {
      const { fixture, store, world } = context();
      const orders = await fixture.placeOrders(Array(12).fill(await fixture.createProduct()));
      const claims: Claim[] = [];
      for (const order of orders) claims.push(await fixture.claimCheckout(fixture.checkoutRequest([order])));
      const batches = Array.from({ length: 8 }, (_, index) =>
        shuffled(claims, world).map((claim) =>
          fixture.outcomeRecord(claim, index % 2 ? succeeded : declined),
        ),
      );
      await fixture.openConnections();
      const results = await Promise.all(
        batches.map((batch) => unwrap(store.audits.recordOutcomes(batch, fixture.now()))),
      );

      for (const [index, { checkoutId }] of claims.entries()) {
        const own = batches.map((batch, at) =>
          defined(defined(results[at])[batch.findIndex((record) => record.checkoutId === checkoutId)]),
        );
        expect(own.filter(({ applied }) => applied)).toHaveLength(1);
        const { paymentStatus, response } = defined(own.find(({ applied }) => applied));
        for (const each of own) expect(each).toMatchObject({ paymentStatus, response: defined(response) });
        const { id } = defined(orders[index]);
        const paid = paymentStatus === 'succeeded';
        expect(await fixture.historyStates(id)).toEqual(['pending', 'paying', paid ? 'paid' : 'pending']);
        expect(await fixture.listTasks({ orderId: id })).toHaveLength(paid ? 1 : 0);
      }
    });

    test('An outcome and concurrent claims of the same orders do not deadlock', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      for (let round = 0; round < 6; round++) {
        const orders = await fixture.placeOrders(Array(20).fill(product));
        const claim = await fixture.claimCheckout(fixture.checkoutRequest(shuffled(orders, world)));
        const requests = Array.from({ length: 6 }, () => fixture.checkoutRequest(shuffled(orders, world)));
        await fixture.openConnections();
        const [recorded, ...claims] = await Promise.all([
          unwrap(store.audits.recordOutcomes([fixture.outcomeRecord(claim, declined)], fixture.now())),
          ...requests.map((request) => fixture.tryClaimCheckout(request)),
        ]);
        expect(recorded).toMatchObject([{ applied: true, paymentStatus: 'declined' }]);
        expect(claims.filter((each) => each.isOk()).length).toBeLessThan(2);
        for (const each of claims) if (each.isErr()) expect(each.error.kind).toBe('order_in_progress');
        const paying = ['pending', 'paying', 'pending', 'paying'];
        const states = claims.some((each) => each.isOk()) ? paying : paying.slice(0, 3);
        for (const { id } of orders) expect(await fixture.historyStates(id)).toEqual(states);
      }
    });

    test('Concurrent recovery rounds divide the due payments without overlap', async () => {
      const { fixture, store, world } = context();
      const orders = await fixture.placeOrders(Array(30).fill(await fixture.createProduct()));
      const due: string[] = [];
      for (const order of orders)
        due.push((await fixture.claimCheckout(fixture.checkoutRequest([order]))).checkoutId);
      world.advance(15_000);
      await fixture.openConnections();
      const round = () =>
        Promise.all(
          Array.from({ length: 5 }, () =>
            unwrap(
              store.audits.claimOpenPayments({
                nowMs: fixture.now(),
                nextRecoveryAtMs: () => fixture.now() + 1,
                limit: 4,
                onlyPaymentId: null,
              }),
            ),
          ),
        );
      const claimed: string[] = [];
      for (let more = true; more; ) {
        const checkoutIds = (await round()).flat().map(({ checkoutId }) => checkoutId);
        claimed.push(...checkoutIds);
        more = checkoutIds.length > 0;
      }
      expect(new Set(claimed).size).toBe(claimed.length);
      expect(claimed).toEqual(expect.arrayContaining(due));
    });
  });
};
