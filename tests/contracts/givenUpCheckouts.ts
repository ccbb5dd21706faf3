import { describe, expect, test } from 'bun:test';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { createGiveUpCheckout } from '../../core/usecases/giveUpCheckout.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { defined, requiresAction, succeeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Checkouts that wait for their customer and are given up. */
export const givenUpCheckoutsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: checkouts that are given up`, () => {
    const context = useFreshStore(open);

    test('A payment that is being processed is unknown, without its action, until its outcome is recorded', async () => {
      const { fixture, store } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const request = fixture.checkoutRequest([order]);
      const claim = await fixture.claimCheckout(request);
      const { response } = await fixture.recordOutcome(claim, requiresAction);
      const processing = { kind: 'processing', reference: 'ch_2' } as const;
      expect(await fixture.recordOutcome(claim, processing)).toEqual({
        applied: true,
        paymentStatus: 'unknown',
        response,
      });
      const { payment, orders } = defined(await unwrap(store.audits.find(claim.checkoutId)));
      expect(payment).toMatchObject({ status: 'unknown', reference: 'ch_2', action: null });
      expect(orders).toMatchObject([{ status: 'paying' }]);
      expect((await fixture.tryClaimCheckout(request))._unsafeUnwrapErr()).toMatchObject({
        kind: 'already_answered',
        response: { status: 'requires_action' },
      });
      expect(await fixture.recordOutcome(claim, succeeded)).toMatchObject({ paymentStatus: 'succeeded' });
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'paid']);
    });

    test('A checkout that is given up while its customer pays and the recovery asks has one outcome, and its units are sold or free', async () => {
      const { fixture, store, world } = context();
      const sandbox = createSandboxProvider(createMemoryRecords(), world);
      const ports = { ...store, provider: sandbox, world };
      const giveUp = createGiveUpCheckout(ports);
      const recovery = createPaymentRecovery(ports);
      const product = await fixture.createProduct({ stock: 12 });
      let sold = 0;
      await fixture.openConnections();
      for (let round = 0; round < 12; round++) {
        const order = await fixture.placeOrder(product);
        const method = 'pm_card_authenticationRequired';
        const claim = await fixture.claimCheckout(fixture.checkoutRequest([order], { method }));
        const { checkoutId, amount } = claim;
        const outcome = await sandbox.charge({ paymentId: checkoutId, amount, method });
        if (outcome.kind !== 'requires_action') throw new Error(`the charge is ${outcome.kind}`);
        await fixture.recordOutcome(claim, outcome);

        const command = { checkoutId, customerId: order.customerId };
        const pay = () =>
          sandbox.finishChallenge({ clientSecret: outcome.action.clientSecret ?? '', outcome: 'succeed' });
        const calls = [
          () => giveUp(command),
          () => recovery.recoverOne(checkoutId),
          () => giveUp(command),
          pay,
        ];
        const rotated = [...calls.slice(round % 4), ...calls.slice(0, round % 4)];
        await Promise.all(rotated.map((call) => call()));
        const { payment } = (await giveUp(command))._unsafeUnwrap();

        const isPaid = payment.status === 'succeeded';
        if (isPaid) sold++;
        expect(isPaid || payment.status === 'cancelled').toBe(true);
        const charge = (await unwrap(sandbox.list({ after: null, limit: 100 }))).items.find(
          ({ idempotencyKey }) => idempotencyKey === checkoutId,
        );
        expect(charge?.status).toBe(isPaid ? 'succeeded' : 'cancelled');
        expect(await fixture.historyStates(order.id)).toEqual([
          'pending',
          'paying',
          'stock_reserved',
          isPaid ? 'paid' : 'pending',
        ]);
        expect(defined(await unwrap(store.products.find(product.id))).stock).toBe(12 - sold);
        expect(await fixture.listTasks({ orderId: order.id })).toHaveLength(isPaid ? 1 : 0);
      }
    });
  });
};
