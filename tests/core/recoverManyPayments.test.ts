import { expect, test } from 'bun:test';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider } from './providers.ts';

test('Many payments that are recovered at once are all recorded', async () => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const fixture = createFixture(store, world);
  const recoverAfterMs = 15_000;
  const createOpenCheckout = async () => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    const recoverAtMs = fixture.now() + recoverAfterMs;
    return fixture.claimCheckout(fixture.checkoutRequest([order], { recoverAtMs }));
  };
  const claims = await Promise.all(Array.from({ length: 60 }, createOpenCheckout));
  world.advance(recoverAfterMs);
  const wakeup = { notify: () => {}, listen: () => () => {} };
  const ports = { ...store, provider: createScriptedProvider(), wakeup, world };
  const { recoverOne } = createPaymentRecovery(ports);
  const recovered = claims.map(({ checkoutId }) => unwrap(recoverOne(checkoutId)));
  expect(new Set(await Promise.all(recovered))).toEqual(new Set([true]));
});
