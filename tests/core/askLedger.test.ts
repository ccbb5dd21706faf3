import { expect, test } from 'bun:test';
import { createPaymentRecovery, keyMemoryMs } from '../../core/usecases/recoverPayments.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider } from './providers.ts';

test.each([
  [0, 0],
  [1, 2],
])('An old payment of %d asks for %d reconciliations: no ledger has a charge of 0', async (amount, count) => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const fixture = createFixture(store, world);
  const product = await fixture.createProduct({ price: { amount, currency: 'VND' } });
  await fixture.claimCheckout(fixture.checkoutRequest([await fixture.placeOrder(product)]));
  world.advance(4 * keyMemoryMs);
  const recovery = createPaymentRecovery({ ...store, provider: createScriptedProvider(), world });
  expect(await unwrap(recovery.recoverDue())).toBe(1);
  const { items } = await unwrap(store.ledger.reconciliations({ after: null, limit: 9 }));
  expect(items).toHaveLength(count);
});
