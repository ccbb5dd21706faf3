import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { Claim } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome, PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { chargeWindowMs, createPaymentRecovery, keyMemoryMs } from '../../core/usecases/recoverPayments.ts';
import { declined, known, lost, released, shopOver, value } from '../contracts/shop.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';
import { scriptedProvider, silentProvider } from './provider.ts';

const reconcileAfterMs = 15_000;
const challenged = {
  kind: 'requires_action',
  reference: 'pi_1',
  action: { clientSecret: 'pi_1_secret', redirectUrl: null },
} as const;

describe('the reconciler', () => {
  let world = testWorld();
  let store: Store = createMemoryStore(world);
  let shop = shopOver(store, world);
  let hints = 0;

  beforeEach(() => {
    world = testWorld();
    store = createMemoryStore(world);
    shop = shopOver(store, world);
    hints = 0;
  });

  const wakeup = {
    notify: () => {
      hints++;
    },
    listen: () => () => {},
  };

  const round = (provider: PaymentProvider, audits = store.audits) =>
    value(createPaymentRecovery({ ...store, audits, provider, wakeup, world }).recoverDue());

  /** As a crash between claim and settlement leaves it. */
  const leftOpen = async (): Promise<{ readonly order: Order; readonly claim: Claim }> => {
    const order = await shop.order(await shop.product());
    const reconcileAtMs = shop.now() + reconcileAfterMs;
    return { order, claim: await shop.claimed(shop.request([order], { reconcileAtMs })) };
  };

  const statusOf = async ({ id }: Order) => (await shop.detail(id)).status;
  const paymentOf = async ({ checkoutId }: Claim) =>
    known(await value(store.audits.find(checkoutId))).payment.status;

  test('leaves a checkout alone that may still be running', async () => {
    await leftOpen();
    const provider = scriptedProvider();
    world.advance(reconcileAfterMs - 1);
    expect(await round(provider)).toBe(0);
    expect(provider.calls).toEqual([]);
  });

  test('rolls forward: the same charge under the same key, and the work that it owes', async () => {
    const { order, claim } = await leftOpen();
    const provider = scriptedProvider();
    world.advance(reconcileAfterMs);
    expect(await round(provider)).toBe(1);
    expect(provider.calls).toEqual([{ verb: 'charge', paymentId: claim.checkoutId, method: 'pm_card_visa' }]);
    expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid']);
    expect(await shop.tasks()).toMatchObject([{ orderId: order.id, state: 'ready' }]);
    expect(hints).toBe(1);
    world.advance(10 * chargeWindowMs);
    expect(await round(provider)).toBe(0);
  });

  test('finds out that the charge had happened, and charges nothing more', async () => {
    const { order, claim } = await leftOpen();
    const provider = scriptedProvider();
    provider.chargeUnseen(claim.checkoutId);
    world.advance(reconcileAfterMs);
    await round(provider);
    expect((await shop.detail(order.id)).payment?.reference).toBe('ch_unseen');
    expect(provider.charged()).toBe(1);
  });

  test('settles what turns out to be declined', async () => {
    const { order, claim } = await leftOpen();
    world.advance(reconcileAfterMs);
    await round(scriptedProvider(declined));
    expect(await statusOf(order)).toBe('pending');
    expect(await paymentOf(claim)).toBe('declined');
  });

  test('charges up to a quarter of an hour after the claim, and from then on only cancels', async () => {
    const early = await leftOpen();
    world.advance(chargeWindowMs - 1);
    const provider = scriptedProvider();
    await round(provider);
    expect(await statusOf(early.order)).toBe('paid');

    const late = await leftOpen();
    world.advance(chargeWindowMs);
    await round(provider);
    expect(provider.calls.map(({ verb }) => verb)).toEqual(['charge', 'cancel']);
    expect(await statusOf(late.order)).toBe('pending');
    expect(await paymentOf(late.claim)).toBe('cancelled');
    const again = await shop.claim(shop.request([late.order]));
    expect(again.isOk()).toBe(true);
  });

  test('settles as paid what it came to cancel, where the charge had happened', async () => {
    const { order, claim } = await leftOpen();
    const provider = scriptedProvider();
    provider.chargeUnseen(claim.checkoutId);
    world.advance(chargeWindowMs);
    await round(provider);
    expect(provider.calls).toEqual([{ verb: 'cancel', paymentId: claim.checkoutId }]);
    expect(await statusOf(order)).toBe('paid');
    expect(await shop.tasks()).toHaveLength(1);
  });

  test('never guesses: what is not known stays open, and is asked about ever more rarely', async () => {
    const { order, claim } = await leftOpen();
    const provider = scriptedProvider(...Array(8).fill(lost));
    const pauses: number[] = [];
    for (let time = 0; time < 8; time++) {
      const sinceMs = shop.now();
      while ((await round(provider)) === 0) world.advance(5_000);
      pauses.push((shop.now() - sinceMs) / 1_000);
      expect(await statusOf(order)).toBe('paying');
      expect(await paymentOf(claim)).toBe('unknown');
    }
    // The fifth is the end of the charge window.
    expect(pauses).toEqual([15, 15, 60, 300, 510, 3_600, 3_600, 3_600]);
    expect(provider.calls).toHaveLength(8);
    expect(hints).toBe(0);
  });

  test('a provider that is not reached proves nothing about the call before', async () => {
    const { order, claim } = await leftOpen();
    const provider = scriptedProvider(released, released);
    provider.chargeUnseen(claim.checkoutId);
    world.advance(reconcileAfterMs);
    await round(provider);
    expect(await statusOf(order)).toBe('paying');
    world.advance(chargeWindowMs);
    await round(provider);
    expect(await statusOf(order)).toBe('paying');
    world.advance(chargeWindowMs);
    await round(provider);
    expect(await statusOf(order)).toBe('paid');
  });

  test('a customer who never acts is waited for a quarter of an hour, and then called off', async () => {
    const { order, claim } = await leftOpen();
    await shop.settle(claim, challenged);
    const provider = scriptedProvider(...Array(4).fill(challenged), { kind: 'cancelled' });
    const sinceMs = shop.now();
    while ((await statusOf(order)) === 'paying') {
      expect(await paymentOf(claim)).toBe('requires_action');
      world.advance(1_000);
      await round(provider);
    }
    expect(shop.now() - sinceMs).toBe(chargeWindowMs);
    expect(provider.calls.map(({ verb }) => verb)).toEqual([
      'charge',
      'charge',
      'charge',
      'charge',
      'cancel',
    ]);
    expect(await statusOf(order)).toBe('pending');
    expect(await paymentOf(claim)).toBe('cancelled');
  });

  test('a customer who acted at the last moment has paid', async () => {
    const { order, claim } = await leftOpen();
    await shop.settle(claim, challenged);
    const provider = scriptedProvider();
    provider.chargeUnseen(claim.checkoutId);
    world.advance(chargeWindowMs);
    await round(provider);
    expect(provider.calls.map(({ verb }) => verb)).toEqual(['cancel']);
    expect(await statusOf(order)).toBe('paid');
  });

  test('one that stays open holds up none of the others', async () => {
    const open = [await leftOpen(), await leftOpen(), await leftOpen()];
    world.advance(reconcileAfterMs);
    expect(await round(scriptedProvider({ kind: 'succeeded', reference: 'a' }, lost, declined))).toBe(3);
    expect(await Promise.all(open.map(({ order }) => statusOf(order)))).toEqual([
      'paid',
      'paying',
      'pending',
    ]);
    expect(hints).toBe(1);
  });

  test('one that meets a bug is told of, and holds up none of the others', async () => {
    const { order: unlucky, claim } = await leftOpen();
    const { order } = await leftOpen();
    world.advance(reconcileAfterMs);
    const sane = scriptedProvider();
    const provider: PaymentProvider = {
      ...sane,
      charge: async (request) => {
        if (request.paymentId === claim.checkoutId) throw new Error('a bug');
        return sane.charge(request);
      },
    };
    await expect(round(provider)).rejects.toThrow('a bug');
    expect(await statusOf(order)).toBe('paid');
    expect(await statusOf(unlucky)).toBe('paying');
    expect(hints).toBe(1);
  });

  test('a slow answer holds up none of the others', async () => {
    const slow = await leftOpen();
    const { order, claim } = await leftOpen();
    world.advance(reconcileAfterMs);
    let answer = (_: ChargeOutcome) => {};
    const provider: PaymentProvider = {
      ...silentProvider,
      charge: async ({ paymentId }) =>
        paymentId === claim.checkoutId
          ? { kind: 'succeeded', reference: 'ch_2' }
          : new Promise((resolve) => {
              answer = resolve;
            }),
      cancel: async () => ({ kind: 'cancelled' }),
    };
    const running = round(provider);
    for (let turn = 0; turn < 5; turn++) await world.turn();
    expect(await statusOf(order)).toBe('paid');
    expect(await statusOf(slow.order)).toBe('paying');
    answer(declined);
    expect(await running).toBe(2);
    expect(await statusOf(slow.order)).toBe('pending');
  });

  test('asks nothing any more once the provider may have forgotten the key', async () => {
    const { order } = await leftOpen();
    const provider = scriptedProvider();
    world.advance(keyMemoryMs);
    expect(await round(provider)).toBe(1);
    expect(provider.calls).toEqual([]);
    expect(await statusOf(order)).toBe('paying');
    const { order: younger } = await leftOpen();
    world.advance(keyMemoryMs - 1);
    await round(provider);
    expect(provider.calls.map(({ verb }) => verb)).toEqual(['cancel']);
    expect(await statusOf(younger)).toBe('pending');
  });

  test('a database that is away is said to be so, before and after the charge', async () => {
    const { order } = await leftOpen();
    const down = { kind: 'unavailable', reason: 'no connection' } as const;
    world.advance(reconcileAfterMs);
    const provider = scriptedProvider();
    const away = createPaymentRecovery({
      ...store,
      audits: { ...store.audits, claimOpenPayments: async () => err(down) },
      provider,
      wakeup,
      world,
    });
    expect((await away.recoverDue())._unsafeUnwrapErr()).toEqual(down);
    expect(provider.calls).toEqual([]);

    const lostThen = createPaymentRecovery({
      ...store,
      audits: { ...store.audits, recordOutcomes: async () => err(down) },
      provider,
      wakeup,
      world,
    });
    expect((await lostThen.recoverDue())._unsafeUnwrapErr()).toEqual(down);
    expect(await statusOf(order)).toBe('paying');
    world.advance(60_000);
    await round(provider);
    expect(await statusOf(order)).toBe('paid');
    expect(provider.charged()).toBe(1);
  });
});
