import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { Claim } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome, PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { createGiveUpCheckout } from '../../core/usecases/giveUpCheckout.ts';
import { createPaymentRecovery, keyMemoryMs } from '../../core/usecases/recoverPayments.ts';
import {
  createFixture,
  declined,
  defined,
  providerUnavailable,
  requiresAction,
  succeeded,
  unknownOutcome,
  unwrap,
} from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider } from './providers.ts';

const processing = { kind: 'processing', reference: 'ch_1' } as const;

describe('Giving up a checkout', () => {
  let world = createTestWorld();
  let store: Store = createMemoryStore(world);
  let fixture = createFixture(store, world);

  beforeEach(() => {
    world = createTestWorld();
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
  });

  const open = async (outcome: ChargeOutcome = requiresAction) => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    const request = fixture.checkoutRequest([order]);
    const claim = await fixture.claimCheckout(request);
    await fixture.recordOutcome(claim, outcome);
    return { order, request, claim };
  };

  const giveUp = (
    provider: PaymentProvider,
    { checkoutId, orders }: Claim,
    { customerId = orders[0]?.customerId ?? '', audits = store.audits } = {},
  ) => createGiveUpCheckout({ ...store, audits, provider, world })({ checkoutId, customerId });

  const statusOf = async ({ id }: Order) => (await fixture.findOrder(id)).status;
  const paymentOf = async ({ checkoutId }: Claim) =>
    defined(await unwrap(store.audits.find(checkoutId))).payment;

  test('A checkout that is given up is cancelled at the provider, and its orders can be paid or cancelled', async () => {
    const { order, claim } = await open();
    const provider = createScriptedProvider();
    const checkout = (await giveUp(provider, claim))._unsafeUnwrap();
    expect(provider.calls).toEqual([{ method: 'cancel', paymentId: claim.checkoutId }]);
    expect(checkout).toMatchObject({
      id: claim.checkoutId,
      payment: { status: 'cancelled', action: null },
      orders: [{ id: order.id, status: 'pending' }],
    });
    await fixture.pay([order]);
    expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'pending', 'paying', 'paid']);
  });

  test.each([
    [succeeded, 'succeeded', 'paid'],
    [declined, 'declined', 'pending'],
  ])(
    'A checkout whose payment was final before has that outcome: %p',
    async (outcome, status, orderStatus) => {
      const { order, claim } = await open();
      const checkout = (await giveUp(createScriptedProvider(outcome), claim))._unsafeUnwrap();
      expect(checkout.payment.status).toBe(status as never);
      expect(await statusOf(order)).toBe(orderStatus as never);
      expect(await fixture.listTasks()).toHaveLength(orderStatus === 'paid' ? 1 : 0);
    },
  );

  test('A checkout whose payment is being processed cannot be given up, and is unknown until its outcome is', async () => {
    const { order, claim } = await open();
    const provider = createScriptedProvider(processing, processing, succeeded);
    const failure = { kind: 'checkout_not_cancellable', checkoutId: claim.checkoutId } as const;
    expect((await giveUp(provider, claim))._unsafeUnwrapErr()).toEqual(failure);
    expect(await paymentOf(claim)).toMatchObject({ status: 'unknown', action: null });
    expect((await giveUp(provider, claim))._unsafeUnwrapErr()).toEqual(failure);
    expect(provider.calls).toHaveLength(1);

    const recovery = createPaymentRecovery({ ...store, provider, world });
    world.advance(15_000);
    expect(await unwrap(recovery.recoverOne(claim.checkoutId))).toBe(false);
    expect((await paymentOf(claim)).status).toBe('unknown');
    expect(await unwrap(recovery.recoverOne(claim.checkoutId))).toBe(true);
    expect(await statusOf(order)).toBe('paid');
  });

  test.each([unknownOutcome, providerUnavailable, requiresAction])(
    'A checkout whose provider does not call it off stays as it is, and can be given up again: %p',
    async (outcome) => {
      const { order, claim } = await open();
      const provider = createScriptedProvider(outcome);
      expect((await giveUp(provider, claim))._unsafeUnwrapErr().kind).toBe('cancel_unavailable');
      expect(await paymentOf(claim)).toMatchObject({
        status: 'requires_action',
        action: requiresAction.action,
      });
      expect(await statusOf(order)).toBe('paying');
      const again = (await giveUp(createScriptedProvider(), claim))._unsafeUnwrap();
      expect(again.payment.status).toBe('cancelled');
    },
  );

  test.each([succeeded, declined, { kind: 'cancelled' } as const])(
    'A checkout that has ended stays as it is, and the provider is not asked: %p',
    async (outcome) => {
      const { claim } = await open(outcome);
      const provider = createScriptedProvider();
      const checkout = (await giveUp(provider, claim))._unsafeUnwrap();
      expect(checkout.payment.status).toBe(outcome.kind);
      expect(provider.calls).toEqual([]);
    },
  );

  test('A checkout that is given up twice is cancelled once', async () => {
    const { claim } = await open();
    const provider = createScriptedProvider();
    const first = (await giveUp(provider, claim))._unsafeUnwrap();
    expect((await giveUp(provider, claim))._unsafeUnwrap()).toEqual(first);
    expect(provider.calls).toHaveLength(1);
  });

  test('A checkout that is still being charged cannot be given up', async () => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
    const provider = createScriptedProvider();
    expect((await giveUp(provider, claim))._unsafeUnwrapErr().kind).toBe('checkout_not_cancellable');
    expect(provider.calls).toEqual([]);
    expect((await paymentOf(claim)).status).toBe('initiated');
  });

  test('The checkout of another customer is not found', async () => {
    const { claim } = await open();
    const provider = createScriptedProvider();
    const stranger = await giveUp(provider, claim, { customerId: 'a stranger' });
    expect(stranger._unsafeUnwrapErr()).toEqual({ kind: 'not_found' });
    expect(provider.calls).toEqual([]);
  });

  test('A checkout whose key the provider may have forgotten is not cancelled under it', async () => {
    const { claim } = await open();
    world.advance(keyMemoryMs);
    const provider = createScriptedProvider();
    expect((await giveUp(provider, claim))._unsafeUnwrapErr().kind).toBe('checkout_not_cancellable');
    expect(provider.calls).toEqual([]);
  });

  test('A checkout whose cancellation cannot be recorded fails, and the recovery releases its orders', async () => {
    const { order, claim } = await open();
    const outage = { kind: 'unavailable', reason: 'no connection' } as const;
    const provider = createScriptedProvider();
    const audits = { ...store.audits, recordOutcomes: async () => err(outage) };
    expect((await giveUp(provider, claim, { audits }))._unsafeUnwrapErr()).toEqual(outage);
    expect(await statusOf(order)).toBe('paying');
    world.advance(60_000);
    await unwrap(createPaymentRecovery({ ...store, provider, world }).recoverDue());
    expect(await statusOf(order)).toBe('pending');
  });
});
