import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { Audits } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome, PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { type CheckoutCommand, createCheckOut } from '../../core/usecases/checkOut.ts';
import {
  createFixture,
  declined,
  defined,
  providerUnavailable,
  succeeded,
  unknownOutcome,
  unwrap,
} from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider, unreachableProvider } from './providers.ts';

describe('Checkouts', () => {
  let world = createTestWorld();
  let store: Store = createMemoryStore(world);
  let fixture = createFixture(store, world);
  let orders: readonly Order[] = [];
  let wakeups = 0;

  beforeEach(async () => {
    world = createTestWorld();
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
    const products = await fixture.createProducts(
      ['physical', 'digital'].map((type) => fixture.productDraft({ type })),
    );
    orders = await fixture.placeOrders(products);
    wakeups = 0;
  });

  const wakeup = {
    notify: () => {
      wakeups++;
    },
    listen: () => () => {},
  };

  const createPay = (provider: PaymentProvider, audits = store.audits) =>
    createCheckOut({ ...store, audits, provider, wakeup, world }, { reconcileAfterMs: 15_000 });

  const command = (changes: Partial<CheckoutCommand> = {}): CheckoutCommand => ({
    key: fixture.newId(),
    customerId: defined(orders[0]).customerId,
    orderIds: orders.map(({ id }) => id),
    method: 'pm_card_visa',
    requestId: 'request-1',
    ...changes,
  });

  const statuses = () => Promise.all(orders.map(async ({ id }) => (await fixture.findOrder(id)).status));
  const outage = { kind: 'unavailable', reason: 'no connection' } as const;

  test('A checkout charges once under the id of its payment, and its response is the stored state', async () => {
    const provider = createScriptedProvider();
    const { response, replayed } = (await createPay(provider)(command()))._unsafeUnwrap();
    expect(replayed).toBe(false);
    expect(response).toMatchObject({ status: 'succeeded', requestId: 'request-1' });
    expect(response.orders.map(({ status }) => status)).toEqual(['paid', 'paid']);
    expect(provider.calls).toEqual([
      { method: 'charge', paymentId: response.checkoutId, paymentMethod: 'pm_card_visa' },
    ]);
    expect(defined(await unwrap(store.audits.find(response.checkoutId)))).toMatchObject({
      payment: response.payment,
      orders: response.orders,
    });
    expect((await fixture.listTasks()).flatMap(({ orderIds }) => orderIds)).toEqual(
      orders.map(({ id }) => id),
    );
    expect(wakeups).toBe(1);
  });

  test('A batch claims at most half of the simultaneous checkouts', async () => {
    const sizes: number[] = [];
    const audits: Audits = {
      ...store.audits,
      claim: (requests, nowMs) => {
        sizes.push(requests.length);
        return store.audits.claim(requests, nowMs);
      },
    };
    const product = defined((await fixture.createProducts([fixture.productDraft()]))[0]);
    const placed = await fixture.placeOrders(Array.from({ length: 9 }, () => product));
    const pay = createPay(createScriptedProvider(), audits);
    const results = await Promise.all(
      placed.map(({ id, customerId }) => pay(command({ customerId, orderIds: [id] }))),
    );
    expect(results.every((result) => result.isOk())).toBe(true);
    expect(sizes).toEqual([5, 4]);
  });

  test('A checkout that throws no longer counts as open', async () => {
    const sizes: number[] = [];
    const outage: Audits = {
      ...store.audits,
      claim: async (requests) => {
        sizes.push(requests.length);
        throw new Error('a bug');
      },
    };
    const pay = createPay(createScriptedProvider(), outage);
    for (let time = 0; time < 3; time++) await Promise.allSettled([pay(command()), pay(command())]);
    expect(sizes).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('A checkout that is sent again gets the first response, and charges nothing', async () => {
    const provider = createScriptedProvider();
    const pay = createPay(provider);
    const checkout = command();
    const first = (await pay(checkout))._unsafeUnwrap();
    const again = (await pay({ ...checkout, requestId: 'request-2' }))._unsafeUnwrap();
    expect(again).toEqual({ response: first.response, replayed: true });
    expect(provider.calls).toHaveLength(1);
    expect(wakeups).toBe(1);
  });

  test('A checkout that is sent many times at once charges once', async () => {
    const provider = createScriptedProvider();
    const pay = createPay(provider);
    const checkout = command();
    const results = await Promise.all(Array.from({ length: 40 }, () => pay(checkout)));
    const paid = results.flatMap((each) => (each.isOk() ? [each.value] : []));
    expect(paid.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const each of results)
      if (each.isErr()) expect(each.error).toMatchObject({ kind: 'checkout_in_progress' });
    expect(provider.calls).toHaveLength(1);
  });

  test('Simultaneous checkouts of the same orders under different keys charge once', async () => {
    const provider = createScriptedProvider();
    const pay = createPay(provider);
    const results = await Promise.all(Array.from({ length: 40 }, () => pay(command())));
    expect(results.filter((each) => each.isOk())).toHaveLength(1);
    const expectedKinds = ['order_in_progress', 'order_not_payable'];
    for (const each of results) if (each.isErr()) expect(expectedKinds).toContain(each.error.kind);
    expect(provider.countCharges()).toBe(1);
  });

  test('A checkout that is refused does not call the provider', async () => {
    const provider = createScriptedProvider();
    const refused = await createPay(provider)(command({ customerId: 'a stranger' }));
    const orderIds = orders.map(({ id }) => id);
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'not_found', orderIds });
    expect(provider.calls).toEqual([]);
  });

  test('A checkout of an order without a pipeline charges nothing, and does not block other checkouts', async () => {
    const provider = createScriptedProvider();
    const pay = createPay(provider);
    const unserved = await fixture.placeOrder(await fixture.createProduct({ type: 'no more' }));
    const [one, other] = await Promise.allSettled([
      pay(command({ customerId: unserved.customerId, orderIds: [unserved.id] })),
      pay(command()),
    ]);
    expect([one.status, other.status]).toEqual(['rejected', 'fulfilled']);
    expect(provider.calls).toHaveLength(1);
    expect((await fixture.findOrder(unserved.id)).status).toBe('pending');
    expect(await statuses()).toEqual(['paid', 'paid']);
  });

  test('The orders of a declined checkout can be paid under another key', async () => {
    const pay = createPay(createScriptedProvider(declined));
    const checkout = command();
    const first = (await pay(checkout))._unsafeUnwrap();
    expect(first.response).toMatchObject({
      status: 'declined',
      payment: { status: 'declined', declineCode: 'card_declined' },
    });
    expect(await statuses()).toEqual(['pending', 'pending']);
    expect((await pay(checkout))._unsafeUnwrap()).toEqual({ response: first.response, replayed: true });
    expect((await pay(command()))._unsafeUnwrap().response.status).toBe('succeeded');
    expect(wakeups).toBe(1);
  });

  test('A checkout whose provider cannot be reached fails, and can be sent again under its key', async () => {
    const provider = createScriptedProvider(providerUnavailable, providerUnavailable);
    const pay = createPay(provider);
    const checkout = command();
    for (let time = 0; time < 2; time++) {
      const failure = (await pay(checkout))._unsafeUnwrapErr();
      expect(failure).toEqual({ kind: 'payment_unavailable', reason: 'down' });
      expect(await statuses()).toEqual(['pending', 'pending']);
    }
    expect(wakeups).toBe(0);
    const { response, replayed } = (await pay(checkout))._unsafeUnwrap();
    expect({ status: response.status, replayed }).toEqual({ status: 'succeeded', replayed: false });
    expect(new Set(provider.calls.map(({ paymentId }) => paymentId))).toEqual(new Set([response.checkoutId]));
  });

  test('A checkout whose outcome is lost is being confirmed, and a retry gets the same response', async () => {
    const pay = createPay(createScriptedProvider(unknownOutcome));
    const checkout = command();
    const { response } = (await pay(checkout))._unsafeUnwrap();
    expect(response).toMatchObject({ status: 'unknown', payment: { status: 'unknown' } });
    expect(await statuses()).toEqual(['paying', 'paying']);
    expect((await pay(checkout))._unsafeUnwrap()).toEqual({ response, replayed: true });
  });

  test('A checkout that cannot be claimed fails, and charges nothing', async () => {
    const provider = createScriptedProvider();
    const audits = { ...store.audits, claim: async () => err(outage) };
    expect((await createPay(provider, audits)(command()))._unsafeUnwrapErr()).toEqual(outage);
    expect(provider.calls).toEqual([]);
  });

  test.each<ChargeOutcome>([succeeded, declined, unknownOutcome, providerUnavailable, { kind: 'cancelled' }])(
    'A checkout whose outcome $kind cannot be recorded is being confirmed',
    async (outcome) => {
      const audits = { ...store.audits, recordOutcomes: async () => err(outage) };
      const { response, replayed } = (
        await createPay(createScriptedProvider(outcome), audits)(command())
      )._unsafeUnwrap();
      expect({ status: response.status, replayed }).toEqual({ status: 'unknown', replayed: false });
      expect(response.orders.map(({ status }) => status)).toEqual(['paying', 'paying']);
      expect(await statuses()).toEqual(['paying', 'paying']);
      world.advance(15_000);
      const query = {
        nowMs: fixture.now(),
        nextRecoveryAtMs: () => fixture.now() + 1,
        limit: 9,
        onlyPaymentId: null,
      };
      expect(await unwrap(store.audits.claimOpenPayments(query))).toMatchObject([
        { checkoutId: response.checkoutId },
      ]);
    },
  );

  test('A checkout whose outcome recovery has recorded gets the response that recovery stored', async () => {
    let claimedId = '';
    const provider: PaymentProvider = {
      ...unreachableProvider,
      charge: async ({ paymentId }) => {
        claimedId = paymentId;
        const query = {
          nowMs: fixture.now() + 15_000,
          nextRecoveryAtMs: () => Number.MAX_SAFE_INTEGER,
          limit: 9,
          onlyPaymentId: null,
        };
        const [openClaim] = await unwrap(store.audits.claimOpenPayments(query));
        await fixture.recordOutcome(defined(openClaim), { kind: 'cancelled' });
        return { kind: 'cancelled' };
      },
      cancel: async () => ({ kind: 'cancelled' }),
    };
    const { response, replayed } = (await createPay(provider)(command()))._unsafeUnwrap();
    expect(response).toMatchObject({ checkoutId: claimedId, status: 'cancelled' });
    expect(replayed).toBe(false);
    expect(await statuses()).toEqual(['pending', 'pending']);
  });

  test('A checkout whose payment recovery has claimed releases no orders, and is being confirmed', async () => {
    const provider: PaymentProvider = {
      ...unreachableProvider,
      charge: async () => {
        const query = {
          nowMs: fixture.now() + 15_000,
          nextRecoveryAtMs: () => fixture.now(),
          limit: 9,
          onlyPaymentId: null,
        };
        await unwrap(store.audits.claimOpenPayments(query));
        return providerUnavailable;
      },
      cancel: async () => ({ kind: 'cancelled' }),
    };
    const { response } = (await createPay(provider)(command()))._unsafeUnwrap();
    expect(response.status).toBe('unknown');
    expect(await statuses()).toEqual(['paying', 'paying']);
  });
});
