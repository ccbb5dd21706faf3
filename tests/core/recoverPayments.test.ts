import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { Claim } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome, PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { chargeWindowMs, createPaymentRecovery, keyMemoryMs } from '../../core/usecases/recoverPayments.ts';
import {
  createFixture,
  declined,
  defined,
  providerUnavailable,
  unknownOutcome,
  unwrap,
} from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider, unreachableProvider } from './providers.ts';

const recoverAfterMs = 15_000;
const requiresAction = {
  kind: 'requires_action',
  reference: 'pi_1',
  action: { clientSecret: 'pi_1_secret', redirectUrl: null },
} as const;

describe('Payment recovery', () => {
  let world = createTestWorld();
  let store: Store = createMemoryStore(world);
  let fixture = createFixture(store, world);
  let wakeups = 0;

  beforeEach(() => {
    world = createTestWorld();
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
    wakeups = 0;
  });

  const wakeup = {
    notify: () => {
      wakeups++;
    },
    listen: () => () => {},
  };

  const recoverDue = (provider: PaymentProvider, audits = store.audits) =>
    unwrap(createPaymentRecovery({ ...store, audits, provider, wakeup, world }).recoverDue());

  /** A checkout whose process stopped after the claim. */
  const createOpenCheckout = async (): Promise<{ readonly order: Order; readonly claim: Claim }> => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    const recoverAtMs = fixture.now() + recoverAfterMs;
    return {
      order,
      claim: await fixture.claimCheckout(fixture.checkoutRequest([order], { recoverAtMs })),
    };
  };

  const statusOf = async ({ id }: Order) => (await fixture.findOrder(id)).status;
  const paymentOf = async ({ checkoutId }: Claim) =>
    defined(await unwrap(store.audits.find(checkoutId))).payment.status;

  test('Recovery does not touch a checkout that may still be running', async () => {
    await createOpenCheckout();
    const provider = createScriptedProvider();
    world.advance(recoverAfterMs - 1);
    expect(await recoverDue(provider)).toBe(0);
    expect(provider.calls).toEqual([]);
  });

  test('Recovery sends the same charge under the same key, and creates the tasks', async () => {
    const { order, claim } = await createOpenCheckout();
    const provider = createScriptedProvider();
    world.advance(recoverAfterMs);
    expect(await recoverDue(provider)).toBe(1);
    expect(provider.calls).toEqual([
      { method: 'charge', paymentId: claim.checkoutId, paymentMethod: 'pm_card_visa' },
    ]);
    expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'paid']);
    expect(await fixture.listTasks()).toMatchObject([{ orderIds: [order.id], state: 'ready' }]);
    expect(wakeups).toBe(1);
    world.advance(10 * chargeWindowMs);
    expect(await recoverDue(provider)).toBe(0);
  });

  test('Recovery finds a charge whose response was lost, and charges nothing more', async () => {
    const { order, claim } = await createOpenCheckout();
    const provider = createScriptedProvider();
    provider.chargeWithLostResponse(claim.checkoutId);
    world.advance(recoverAfterMs);
    await recoverDue(provider);
    expect((await fixture.findOrder(order.id)).payment?.reference).toBe('ch_lost_response');
    expect(provider.countCharges()).toBe(1);
  });

  test('Recovery records a decline', async () => {
    const { order, claim } = await createOpenCheckout();
    world.advance(recoverAfterMs);
    await recoverDue(createScriptedProvider(declined));
    expect(await statusOf(order)).toBe('pending');
    expect(await paymentOf(claim)).toBe('declined');
  });

  test('Recovery charges within a quarter of an hour after the claim, and later only cancels', async () => {
    const early = await createOpenCheckout();
    world.advance(chargeWindowMs - 1);
    const provider = createScriptedProvider();
    await recoverDue(provider);
    expect(await statusOf(early.order)).toBe('paid');

    const late = await createOpenCheckout();
    world.advance(chargeWindowMs);
    await recoverDue(provider);
    expect(provider.calls.map(({ method }) => method)).toEqual(['charge', 'cancel']);
    expect(await statusOf(late.order)).toBe('pending');
    expect(await paymentOf(late.claim)).toBe('cancelled');
    const again = await fixture.tryClaimCheckout(fixture.checkoutRequest([late.order]));
    expect(again.isOk()).toBe(true);
  });

  test('Recovery records a success if the charge that it cancels had succeeded', async () => {
    const { order, claim } = await createOpenCheckout();
    const provider = createScriptedProvider();
    provider.chargeWithLostResponse(claim.checkoutId);
    world.advance(chargeWindowMs);
    await recoverDue(provider);
    expect(provider.calls).toEqual([{ method: 'cancel', paymentId: claim.checkoutId }]);
    expect(await statusOf(order)).toBe('paid');
    expect(await fixture.listTasks()).toHaveLength(1);
  });

  test('A payment without a known outcome stays open, and recovery asks with growing pauses, of five minutes at most', async () => {
    const { order, claim } = await createOpenCheckout();
    const provider = createScriptedProvider(...Array(8).fill(unknownOutcome));
    const pauses: number[] = [];
    for (let time = 0; time < 8; time++) {
      const sinceMs = fixture.now();
      while ((await recoverDue(provider)) === 0) world.advance(5_000);
      pauses.push((fixture.now() - sinceMs) / 1_000);
      expect(await statusOf(order)).toBe('paying');
      expect(await paymentOf(claim)).toBe('unknown');
    }
    // The sixth pause ends at the end of the charge window.
    expect(pauses).toEqual([15, 15, 60, 300, 300, 210, 300, 300]);
    expect(provider.calls).toHaveLength(8);
    expect(wakeups).toBe(0);
  });

  test('An unavailable provider proves nothing about an earlier call', async () => {
    const { order, claim } = await createOpenCheckout();
    const provider = createScriptedProvider(providerUnavailable, providerUnavailable);
    provider.chargeWithLostResponse(claim.checkoutId);
    world.advance(recoverAfterMs);
    await recoverDue(provider);
    expect(await statusOf(order)).toBe('paying');
    world.advance(chargeWindowMs);
    await recoverDue(provider);
    expect(await statusOf(order)).toBe('paying');
    world.advance(chargeWindowMs);
    await recoverDue(provider);
    expect(await statusOf(order)).toBe('paid');
  });

  test('A payment whose customer does not act is cancelled after a quarter of an hour', async () => {
    const { order, claim } = await createOpenCheckout();
    await fixture.recordOutcome(claim, requiresAction);
    const provider = createScriptedProvider(...Array(5).fill(requiresAction), { kind: 'cancelled' });
    const sinceMs = fixture.now();
    while ((await statusOf(order)) === 'paying') {
      expect(await paymentOf(claim)).toBe('requires_action');
      world.advance(1_000);
      await recoverDue(provider);
    }
    expect(fixture.now() - sinceMs).toBe(chargeWindowMs);
    expect(provider.calls.map(({ method }) => method)).toEqual([...Array(5).fill('charge'), 'cancel']);
    expect(await statusOf(order)).toBe('pending');
    expect(await paymentOf(claim)).toBe('cancelled');
  });

  test('A payment whose customer acted at the last moment succeeds', async () => {
    const { order, claim } = await createOpenCheckout();
    await fixture.recordOutcome(claim, requiresAction);
    const provider = createScriptedProvider();
    provider.chargeWithLostResponse(claim.checkoutId);
    world.advance(chargeWindowMs);
    await recoverDue(provider);
    expect(provider.calls.map(({ method }) => method)).toEqual(['cancel']);
    expect(await statusOf(order)).toBe('paid');
  });

  test('A payment that stays open does not delay other payments', async () => {
    const open = [await createOpenCheckout(), await createOpenCheckout(), await createOpenCheckout()];
    world.advance(recoverAfterMs);
    expect(
      await recoverDue(
        createScriptedProvider({ kind: 'succeeded', reference: 'a' }, unknownOutcome, declined),
      ),
    ).toBe(3);
    expect(await Promise.all(open.map(({ order }) => statusOf(order)))).toEqual([
      'paid',
      'paying',
      'pending',
    ]);
    expect(wakeups).toBe(1);
  });

  test('A bug in one recovery is thrown, and does not stop the other recoveries', async () => {
    const { order: affected, claim } = await createOpenCheckout();
    const { order } = await createOpenCheckout();
    world.advance(recoverAfterMs);
    const working = createScriptedProvider();
    const provider: PaymentProvider = {
      ...working,
      charge: async (request) => {
        if (request.paymentId === claim.checkoutId) throw new Error('a bug');
        return working.charge(request);
      },
    };
    await expect(recoverDue(provider)).rejects.toThrow('a bug');
    expect(await statusOf(order)).toBe('paid');
    expect(await statusOf(affected)).toBe('paying');
    expect(wakeups).toBe(1);
  });

  test('A slow response does not delay other payments', async () => {
    const slow = await createOpenCheckout();
    const { order, claim } = await createOpenCheckout();
    world.advance(recoverAfterMs);
    let respond = (_: ChargeOutcome) => {};
    const provider: PaymentProvider = {
      ...unreachableProvider,
      charge: async ({ paymentId }) =>
        paymentId === claim.checkoutId
          ? { kind: 'succeeded', reference: 'ch_2' }
          : new Promise((resolve) => {
              respond = resolve;
            }),
      cancel: async () => ({ kind: 'cancelled' }),
    };
    const running = recoverDue(provider);
    for (let yields = 0; yields < 5; yields++) await world.yieldToEventLoop();
    expect(await statusOf(order)).toBe('paid');
    expect(await statusOf(slow.order)).toBe('paying');
    respond(declined);
    expect(await running).toBe(2);
    expect(await statusOf(slow.order)).toBe('pending');
  });

  test('Recovery no longer asks when the provider may have forgotten the key', async () => {
    const { order } = await createOpenCheckout();
    const provider = createScriptedProvider();
    world.advance(keyMemoryMs);
    expect(await recoverDue(provider)).toBe(1);
    expect(provider.calls).toEqual([]);
    expect(await statusOf(order)).toBe('paying');
    const { order: younger } = await createOpenCheckout();
    world.advance(keyMemoryMs - 1);
    await recoverDue(provider);
    expect(provider.calls.map(({ method }) => method)).toEqual(['cancel']);
    expect(await statusOf(younger)).toBe('pending');
  });

  test('Recovery fails if the database cannot be reached, before or after the charge', async () => {
    const { order } = await createOpenCheckout();
    const outage = { kind: 'unavailable', reason: 'no connection' } as const;
    world.advance(recoverAfterMs);
    const provider = createScriptedProvider();
    const recoveryWithoutClaims = createPaymentRecovery({
      ...store,
      audits: { ...store.audits, claimOpenPayments: async () => err(outage) },
      provider,
      wakeup,
      world,
    });
    expect((await recoveryWithoutClaims.recoverDue())._unsafeUnwrapErr()).toEqual(outage);
    expect(provider.calls).toEqual([]);

    const recoveryWithoutRecords = createPaymentRecovery({
      ...store,
      audits: { ...store.audits, recordOutcomes: async () => err(outage) },
      provider,
      wakeup,
      world,
    });
    expect((await recoveryWithoutRecords.recoverDue())._unsafeUnwrapErr()).toEqual(outage);
    expect(await statusOf(order)).toBe('paying');
    world.advance(60_000);
    await recoverDue(provider);
    expect(await statusOf(order)).toBe('paid');
    expect(provider.countCharges()).toBe(1);
  });
});
