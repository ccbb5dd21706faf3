import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { Audits } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { type CheckoutCommand, createCheckOut } from '../../core/usecases/checkOut.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import {
  createFixture,
  declined,
  defined,
  providerUnavailable,
  requiresAction,
  succeeded,
  unwrap,
} from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider } from './providers.ts';

const outage = { kind: 'unavailable', reason: 'no connection' } as const;

describe('A claim whose reply is lost', () => {
  let world = createTestWorld();
  let timer = createManualTimer(world);
  let store: Store = createMemoryStore(world);
  let fixture = createFixture(store, world);
  let provider = createScriptedProvider();
  let order: Order;

  beforeEach(async () => {
    world = createTestWorld();
    timer = createManualTimer(world);
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
    provider = createScriptedProvider();
    order = await fixture.placeOrder(await fixture.createProduct());
  });

  const checkOut = (command: CheckoutCommand, changes: Partial<Audits>) =>
    createCheckOut(
      { ...store, audits: { ...store.audits, ...changes }, provider, world: { ...world, timer } },
      { reconcileAfterMs: 15_000 },
    )(command);

  const command = (changes: Partial<CheckoutCommand> = {}): CheckoutCommand => ({
    key: fixture.newId(),
    customerId: order.customerId,
    orderIds: [order.id],
    method: 'pm_card_visa',
    requestId: 'request-1',
    ...changes,
  });

  /** The claim commits, and its reply is lost. */
  const replyLost: Partial<Audits> = {
    claim: async (requests, nowMs) => {
      await unwrap(store.audits.claim(requests, nowMs));
      return err(outage);
    },
  };
  const notSent: Partial<Audits> = { claim: async () => err(outage) };

  test('A committed claim is being confirmed, and the recovery charges it once', async () => {
    const { response, replayed } = (await checkOut(command(), replyLost))._unsafeUnwrap();
    expect(replayed).toBe(false);
    expect(response).toMatchObject({
      status: 'unknown',
      requestId: 'request-1',
      payment: { status: 'unknown' },
      orders: [{ id: order.id, status: 'paying' }],
    });
    expect(provider.calls).toEqual([]);
    expect(timer.alarms.size).toBe(0);
    world.advance(15_000);
    await unwrap(createPaymentRecovery({ ...store, provider, world }).recoverDue());
    const { payment } = defined(await unwrap(store.audits.find(response.checkoutId)));
    expect(payment.status).toBe('succeeded');
    expect(provider.countCharges()).toBe(1);
  });

  test('A claim that left nothing behind is unavailable, and its key can be sent again', async () => {
    const checkout = command();
    expect((await checkOut(checkout, notSent))._unsafeUnwrapErr()).toEqual(outage);
    expect((await fixture.findOrder(order.id)).status).toBe('pending');
    expect((await checkOut(checkout, {}))._unsafeUnwrap().response.status).toBe('succeeded');
  });

  test('A claim that cannot be looked up may stand', async () => {
    const unconfirmed = { kind: 'claim_unconfirmed', reason: outage.reason } as const;
    const failing = { ...replyLost, findByKey: async () => err(outage) };
    expect((await checkOut(command(), failing))._unsafeUnwrapErr()).toEqual(unconfirmed);
  });

  test('A claim whose look-up takes longer than two seconds may stand', async () => {
    const silent = { ...replyLost, findByKey: () => new Promise<never>(() => {}) };
    let isDone = false;
    const result = checkOut(command(), silent).finally(() => {
      isDone = true;
    });
    await timer.advance(1_999);
    expect(isDone).toBe(false);
    await timer.advance(1);
    expect((await result)._unsafeUnwrapErr().kind).toBe('claim_unconfirmed');
  });

  const payUnder = async (outcome: ChargeOutcome) => {
    const checkout = command();
    const claim = await fixture.claimCheckout(
      fixture.checkoutRequest([order], { key: checkout.key, method: checkout.method }),
    );
    await fixture.recordOutcome(claim, outcome);
    return checkout;
  };

  test.each([
    [succeeded, 'succeeded'],
    [requiresAction, 'requires_action'],
  ])('A key whose checkout has an outcome by then shows it: %p', async (outcome, status) => {
    const { response } = (await checkOut(await payUnder(outcome), notSent))._unsafeUnwrap();
    expect(response).toMatchObject({ status, payment: { status } });
  });

  test.each([declined, providerUnavailable, { kind: 'cancelled' } as const])(
    'A key whose checkout charges nobody is unavailable: %p',
    async (outcome) => {
      expect((await checkOut(await payUnder(outcome), notSent))._unsafeUnwrapErr()).toEqual(outage);
    },
  );

  test('A key that belongs to another request is refused', async () => {
    const checkout = command();
    await checkOut(checkout, replyLost);
    const other = await checkOut({ ...checkout, method: 'pm_card_jcb' }, notSent);
    expect(other._unsafeUnwrapErr().kind).toBe('idempotency_key_reused');
  });

  test('A checkout that waits behind too many others was not sent, and is not looked up', async () => {
    const looked: string[] = [];
    const silent: Partial<Audits> = {
      claim: () => new Promise<never>(() => {}),
      findByKey: async ({ key }) => {
        looked.push(key);
        return err(outage);
      },
    };
    const pay = createCheckOut(
      { ...store, audits: { ...store.audits, ...silent }, provider, world: { ...world, timer } },
      { reconcileAfterMs: 15_000 },
    );
    const all = Array.from({ length: 4_100 }, () => pay(command()));
    expect((await Promise.race(all))._unsafeUnwrapErr().kind).toBe('unavailable');
    expect(looked).toEqual([]);
  });
});
