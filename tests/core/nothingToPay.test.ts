import { beforeEach, describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import type { Store } from '../../core/store.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { chargeWindowMs, createPaymentRecovery, keyMemoryMs } from '../../core/usecases/recoverPayments.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider } from './providers.ts';

const recoverAfterMs = 15_000;

describe('Nothing to pay', () => {
  let world = createTestWorld();
  let store: Store = createMemoryStore(world);
  let fixture = createFixture(store, world);
  let provider = createScriptedProvider();

  beforeEach(() => {
    world = createTestWorld();
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
    provider = createScriptedProvider();
  });

  const placeFreeOrders = async (): Promise<readonly Order[]> => {
    const product = await fixture.createProduct({ price: { amount: 0, currency: 'VND' } });
    return fixture.placeOrders([product, product]);
  };

  const checkOut = (orders: readonly Order[], method: string) =>
    createCheckOut(
      { ...store, provider, world },
      { reconcileAfterMs: recoverAfterMs },
    )({
      key: fixture.newId(),
      customerId: defined(orders[0]).customerId,
      orderIds: orders.map(({ id }) => id),
      method,
      requestId: 'request-1',
    });

  test.each(['pm_card_visa', 'pm_card_chargeDeclined', 'pm_sim_down', 'no such method'])(
    'A checkout with nothing to pay succeeds with %s, and no provider is asked',
    async (method) => {
      const orders = await placeFreeOrders();
      const { response } = (await checkOut(orders, method))._unsafeUnwrap();
      expect(response).toMatchObject({
        status: 'succeeded',
        payment: { status: 'succeeded', amount: { amount: 0, currency: 'VND' }, reference: null },
      });
      expect(response.orders.map(({ status }) => status)).toEqual(['paid', 'paid']);
      expect(await fixture.listTasks()).toMatchObject([{ orderIds: response.orders.map(({ id }) => id) }]);
      expect(provider.calls).toEqual([]);
    },
  );

  test('A checkout of a free order and of one that costs something is charged as a whole', async () => {
    const [free] = await placeFreeOrders();
    const { customerId } = defined(free);
    const paid = await fixture.placeOrder(await fixture.createProduct(), { customerId });
    await checkOut([defined(free), paid], 'pm_card_visa');
    expect(provider.calls).toMatchObject([{ method: 'charge' }]);
  });

  test.each([
    ['soon', recoverAfterMs],
    ['after the time in which a charge is sent again', chargeWindowMs],
    ['after the provider has forgotten its keys', keyMemoryMs],
  ])(
    'A claim with nothing to pay that is recovered %s succeeds, and no provider is asked',
    async (_, ageMs) => {
      const orders = await placeFreeOrders();
      const recoverAtMs = fixture.now() + recoverAfterMs;
      const { checkoutId } = await fixture.claimCheckout(fixture.checkoutRequest(orders, { recoverAtMs }));
      world.advance(ageMs);
      expect(await unwrap(createPaymentRecovery({ ...store, provider, world }).recoverDue())).toBe(1);
      expect(defined(await unwrap(store.audits.find(checkoutId))).payment.status).toBe('succeeded');
      for (const { id } of orders)
        expect(await fixture.historyStates(id)).toEqual(['pending', 'paying', 'paid']);
      expect(provider.calls).toEqual([]);
    },
  );
});
