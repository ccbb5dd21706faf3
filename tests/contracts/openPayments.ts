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
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Which payments a recovery round claims, and when. */
export const openPaymentsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: open payments`, () => {
    const context = useFreshStore(open);

    const claimOpen = (
      limit = 10,
      nextRecoveryAtMs = (_: number, __: number) => context().fixture.now() + 1_000,
      onlyPaymentId: string | null = null,
    ) => {
      const { fixture, store } = context();
      return unwrap(
        store.audits.claimOpenPayments({
          nowMs: fixture.now(),
          nextRecoveryAtMs,
          limit,
          onlyPaymentId,
        }),
      );
    };

    const claimById = (paymentId: string) => claimOpen(10, undefined, paymentId);

    test('A due open payment is claimed with all its fields and is due again at the given time', async () => {
      const { fixture, store, world } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      const claimedAtMs = fixture.now();
      world.advance(14_999);
      expect(await claimOpen()).toEqual([]);
      world.advance(1);

      const attempts: number[] = [];
      const nextRecoveryAtMs = (attempt: number, since: number) => {
        expect(since).toBe(claimedAtMs);
        attempts.push(attempt);
        return fixture.now() + attempt * 1_000;
      };
      const [payment] = await claimOpen(10, nextRecoveryAtMs);
      expect(defined(payment)).toEqual({ ...claim, attempt: 2, claimedAtMs, orders: expect.anything() });
      expect(new Set(defined(payment).orders)).toEqual(new Set(claim.orders));
      const found = defined(await unwrap(store.audits.find(claim.checkoutId)));
      expect(found.payment.status).toBe('unknown');
      expect(await fixture.historyStates(defined(orders[0]).id)).toEqual(['pending', 'paying']);

      world.advance(1_999);
      expect(await claimOpen(10, nextRecoveryAtMs)).toEqual([]);
      world.advance(1);
      expect(await claimOpen(10, nextRecoveryAtMs)).toMatchObject([{ attempt: 3, claimedAtMs }]);
      expect(new Set(attempts)).toEqual(new Set([2, 3]));
    });

    test('Only payments without a final outcome are claimed for recovery', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const claims = [];
      for (const outcome of [
        succeeded,
        declined,
        { kind: 'cancelled' } as const,
        providerUnavailable,
        unknownOutcome,
      ]) {
        const claim = await fixture.claimCheckout(
          fixture.checkoutRequest([await fixture.placeOrder(product)]),
        );
        await fixture.recordOutcome(claim, outcome);
        claims.push(claim);
      }
      world.advance(60_000);
      const payments = await claimOpen();
      expect(payments.map(({ checkoutId }) => checkoutId)).toEqual([defined(claims[4]).checkoutId]);
    });

    test('A slow API process cannot release a payment in recovery, but can record its final outcome', async () => {
      const { fixture, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      world.advance(15_000);
      await claimOpen();
      expect(await fixture.recordOutcome(claim, providerUnavailable)).toMatchObject({
        applied: false,
        paymentStatus: 'unknown',
      });
      expect((await fixture.findOrder(order.id)).status).toBe('paying');
      expect(await fixture.recordOutcome(claim, declined)).toMatchObject({
        applied: true,
        paymentStatus: 'declined',
      });
      world.advance(60_000);
      expect(await claimOpen()).toEqual([]);
    });

    test('A second attempt under a key has a new due time', async () => {
      const { fixture, world } = context();
      const request = fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), providerUnavailable);
      world.advance(3_600_000);
      await fixture.claimCheckout({ ...request, recoverAtMs: fixture.now() + 15_000 });
      const claimedAtMs = fixture.now();
      world.advance(14_999);
      expect(await claimOpen()).toEqual([]);
      world.advance(1);
      expect(await claimOpen()).toMatchObject([{ attempt: 3, claimedAtMs }]);
    });

    test('A payment that requires an action is claimed for recovery and keeps its status', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      await fixture.recordOutcome(claim, requiresAction);
      world.advance(14_999);
      expect(await claimOpen()).toEqual([]);
      world.advance(1);
      expect(await claimOpen()).toMatchObject([{ checkoutId: claim.checkoutId, attempt: 2 }]);
      const found = defined(await unwrap(store.audits.find(claim.checkoutId)));
      expect(found.payment).toMatchObject({ status: 'requires_action', action: requiresAction.action });
      expect(found.updatedAtMs).toBe(fixture.now());
      expect(await claimOpen()).toEqual([]);
      world.advance(1_000);
      expect(await claimOpen()).toMatchObject([{ attempt: 3 }]);
    });

    test('An open payment can be claimed by its id before it is due, unless its checkout is still running', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const claims = [];
      for (const outcome of [null, unknownOutcome, requiresAction, succeeded, providerUnavailable]) {
        const claim = await fixture.claimCheckout(
          fixture.checkoutRequest([await fixture.placeOrder(product)]),
        );
        if (outcome !== null) await fixture.recordOutcome(claim, outcome);
        claims.push(claim.checkoutId);
      }
      const [initiated = '', unknown = '', waiting = '', paid = '', released = ''] = claims;
      expect(await claimById(initiated)).toEqual([]);
      for (const id of [unknown, waiting]) {
        expect(await claimById(id)).toMatchObject([{ checkoutId: id, attempt: 2 }]);
        expect(await claimById(id)).toMatchObject([{ checkoutId: id, attempt: 3 }]);
      }
      for (const id of [paid, released, fixture.newId()]) expect(await claimById(id)).toEqual([]);
      world.advance(15_000);
      expect(await claimById(initiated)).toMatchObject([{ checkoutId: initiated, attempt: 2 }]);
      for (const id of [paid, released]) expect(await claimById(id)).toEqual([]);
      expect((await claimOpen()).map(({ checkoutId }) => checkoutId).toSorted()).toEqual(
        [unknown, waiting].toSorted(),
      );
    });

    test('Open payments are claimed up to the limit, longest due first', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const ids = [];
      for (const recoverAtMs of [30, 10, 20].map((ms) => fixture.now() + ms)) {
        const request = fixture.checkoutRequest([await fixture.placeOrder(product)], {
          recoverAtMs,
        });
        ids.push((await fixture.claimCheckout(request)).checkoutId);
      }
      world.advance(100);
      const batches = [await claimOpen(1), await claimOpen(2), await claimOpen(2)];
      expect(batches.map((payments) => payments.map(({ checkoutId }) => checkoutId))).toEqual([
        [defined(ids[1])],
        [defined(ids[2]), defined(ids[0])],
        [],
      ]);
    });
  });
};
