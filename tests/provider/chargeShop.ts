import { beforeEach } from 'bun:test';
import { ok } from 'neverthrow';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { Order } from '../../core/order.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { createFollowCharge } from '../../core/usecases/followCharge.ts';
import { createReconcileLedger } from '../../core/usecases/reconcileLedger.ts';
import { createRunJob } from '../../core/usecases/runJob.ts';
import { createFixture, defined, unknownOutcome, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

/** A shop on the memory store, whose charges are in the sandbox. Each test of the calling file gets a new one. */
export const useChargeShop = () => {
  let world = createTestWorld();
  let store = createMemoryStore(world);
  let fixture = createFixture(store, world);
  let provider = createSandboxProvider(createMemoryRecords(), world);

  beforeEach(() => {
    world = createTestWorld();
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
    provider = createSandboxProvider(createMemoryRecords(), world);
  });

  const price = { amount: 1_000, currency: 'VND' };

  /** Orders of 1,000 ₫ each, charged at the sandbox. With `isRecorded` false, the outcome is not known to us. */
  const charge = async (
    count = 1,
    isRecorded = true,
    method = 'pm_card_visa',
  ): Promise<{ orders: readonly Order[]; reference: string; paymentId: string }> => {
    const products = await fixture.createProducts(
      Array.from({ length: count }, () => fixture.productDraft({ price })),
    );
    const orders = await fixture.placeOrders(products);
    const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
    const { checkoutId: paymentId, amount } = claim;
    const outcome = await provider.charge({ paymentId, amount, method });
    if (outcome.kind !== 'succeeded') throw new Error(outcome.kind);
    await fixture.recordOutcome(claim, isRecorded ? outcome : unknownOutcome);
    return { orders, reference: outcome.reference, paymentId };
  };

  const follow = (reference: string) => unwrap(createFollowCharge({ ...store, provider, world })(reference));
  const statuses = (orders: readonly Order[]) =>
    Promise.all(orders.map(async ({ id }) => (await fixture.findOrder(id)).status));
  const listRefunds = async () =>
    (await unwrap(store.refunds.list({ orderId: null, status: null, after: null, limit: 100 }))).items;

  const createTestJobs = () =>
    createRunJob(
      {
        ...store,
        provider,
        followCharge: createFollowCharge({ ...store, provider, world }),
        mailer: store.mailbox,
        actOnEvent: async () => ok(true),
        followOpenDisputes: async () => ok(undefined),
        reconcileLedger: createReconcileLedger({ ...store, provider, world }),
        world,
      },
      { mailDomain: 'shop.test' },
    );

  const reconcile = async (atProvider: Pick<PaymentProvider, 'readCharge' | 'readLedger'> = provider) => {
    const day = world.calendar.dayOf(fixture.now());
    const { fromMs: dayMs, toMs: endMs } = defined(world.calendar.rangeOf(day));
    const command = { id: fixture.newId(), taskId: fixture.newId(), day, dayMs, endMs };
    const stored = await unwrap(store.ledger.requestReconciliation(command, fixture.now()));
    return unwrap(createReconcileLedger({ ...store, provider: atProvider, world })(stored));
  };

  return {
    get store() {
      return store;
    },
    get world() {
      return world;
    },
    get fixture() {
      return fixture;
    },
    get provider() {
      return provider;
    },
    price,
    charge,
    follow,
    statuses,
    listRefunds,
    createTestJobs,
    reconcile,
  };
};
