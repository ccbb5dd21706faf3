import { describe, expect, test } from 'bun:test';
import type { CheckoutRequest, Claim } from '../../core/audit.ts';
import type { CheckoutLimits } from '../../core/limits.ts';
import type { Order } from '../../core/order.ts';
import { declined, defined, providerUnavailable, requiresAction, succeeded, unwrap } from './fixture.ts';
import { type OpenStore, type TestContext, useSharedStore } from './testContext.ts';

const limits: CheckoutLimits = { declinesMax: 2, challengesMax: 2 };
const minuteMs = 60_000;

/** Limits of a customer that are counted in the database, so that all processes agree. */
export const limitsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: limits`, () => {
    const context = useSharedStore(open);

    test('A customer with too many declines can begin no checkout until enough of them are ten minutes old', async () => {
      const customer = await createCustomer(context());
      await customer.fail(declined);
      customer.wait(minuteMs);
      await customer.fail(declined);
      customer.wait(minuteMs);
      const refused = {
        kind: 'rate_limited',
        limit: 'declines',
        max: 2,
        windowMs: 10 * minuteMs,
        retryAfterMs: 8 * minuteMs,
      } as const;
      expect((await customer.claim())._unsafeUnwrapErr()).toEqual(refused);
      const [other] = await customer.placeOrders(1);
      expect((await customer.claim(other))._unsafeUnwrapErr()).toEqual(refused);
      expect(await customer.history()).toEqual(['pending', 'paying', 'pending', 'paying', 'pending']);

      customer.wait(8 * minuteMs - 1);
      expect((await customer.claim())._unsafeUnwrapErr()).toMatchObject({ retryAfterMs: 1 });
      customer.wait(1);
      expect((await customer.claim()).isOk()).toBe(true);
    });

    test('Without a limit, and for another customer, declines do not matter', async () => {
      const customer = await createCustomer(context());
      for (const _ of [1, 2, 3]) await customer.fail(declined);
      expect((await customer.claim(customer.order, { declinesMax: 0, challengesMax: 0 })).isOk()).toBe(true);
      const other = await createCustomer(context());
      expect((await other.claim()).isOk()).toBe(true);
    });

    test('A customer id with quotes, backslashes, commas and braces is counted as it is', async () => {
      const customer = await createCustomer(context(), `a"b\\c,{d} '${context().fixture.newId()}`);
      for (const _ of [1, 2]) await customer.fail(declined);
      expect((await customer.claim())._unsafeUnwrapErr()).toMatchObject({ limit: 'declines' });
    });

    test('Only declines count: not an attempt in flight, not a released one, not a cancelled one', async () => {
      const customer = await createCustomer(context());
      await customer.fail(declined);
      await customer.fail(providerUnavailable);
      await customer.fail({ kind: 'cancelled' });
      const orders = await customer.placeOrders(3);
      for (const order of orders) expect((await customer.claim(order)).isOk()).toBe(true);
      expect((await customer.claim()).isOk()).toBe(true);
    });

    test('A key that is known is not limited: its response is replayed, and its checkout is in progress', async () => {
      const customer = await createCustomer(context());
      const { fixture, store } = context();
      const inFlight = fixture.checkoutRequest(await customer.placeOrders(1));
      await fixture.claimCheckout(inFlight);
      const requests = [await customer.fail(declined), await customer.fail(declined)];
      const again = await unwrap(
        store.audits.claim(
          [...requests, inFlight, { ...inFlight, method: 'pm_other' }],
          fixture.now(),
          limits,
        ),
      );
      expect(again.map((each) => each._unsafeUnwrapErr().kind)).toEqual([
        'already_answered',
        'already_answered',
        'checkout_in_progress',
        'idempotency_key_reused',
      ]);
    });

    test('A customer with too many waiting checkouts can begin no other one, until one of them ends', async () => {
      const { fixture, store } = context();
      const customer = await createCustomer(context());
      const orders = await customer.placeOrders(2);
      const claims: Claim[] = [];
      for (const order of orders) {
        const claim = (await customer.claim(order))._unsafeUnwrap();
        await fixture.recordOutcome(claim, requiresAction);
        claims.push(claim);
      }
      const refused = { kind: 'rate_limited', limit: 'challenges', max: 2, windowMs: null };
      expect((await customer.claim())._unsafeUnwrapErr()).toMatchObject(refused);
      customer.wait(14 * minuteMs);
      await unwrap(store.prune(fixture.now()));
      expect((await customer.claim())._unsafeUnwrapErr()).toMatchObject(refused);
      await fixture.recordOutcome(defined(claims[0]), succeeded);
      expect((await customer.claim()).isOk()).toBe(true);
    });

    test('A challenge that fails counts as a decline from then on, however long it waited', async () => {
      const { fixture, store } = context();
      const customer = await createCustomer(context());
      const claim = (await customer.claim())._unsafeUnwrap();
      await fixture.recordOutcome(claim, requiresAction);
      customer.wait(14 * minuteMs);
      await fixture.recordOutcome(claim, declined);
      await unwrap(store.prune(fixture.now()));
      await customer.fail(declined);
      customer.wait(9 * minuteMs);
      await unwrap(store.prune(fixture.now()));
      expect((await customer.claim())._unsafeUnwrapErr()).toMatchObject({ retryAfterMs: minuteMs });
    });

    test('The requests of one batch are judged each by its own customer', async () => {
      const { fixture, store } = context();
      const limited = await createCustomer(context());
      const free = await createCustomer(context());
      for (const _ of [1, 2]) await limited.fail(declined);
      const requests = [limited, free, limited].map(({ order }) => fixture.checkoutRequest([order]));
      const claims = await unwrap(store.audits.claim(requests, fixture.now(), limits));
      expect(claims.map((each) => each.isOk())).toEqual([false, true, false]);
    });

    test('A customer with too many pending orders can place no other one, until one is paid or cancelled', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const customerId = fixture.unique('customer');
      const request = (changes: { customerId?: string } = {}) => ({
        id: fixture.newId(),
        customerId,
        contact: { email: 'a@example.com', language: null },
        productId: product.id,
        quantity: 1,
        ttlMs: 86_400_000,
        ...changes,
      });
      const place = async (requests: readonly ReturnType<typeof request>[], pendingMax = 3) =>
        unwrap(store.orders.place(requests, fixture.now(), pendingMax));

      const another = fixture.unique('customer');
      const first = await place([
        request(),
        request(),
        request({ customerId: another }),
        request(),
        request(),
      ]);
      expect(first.map((each) => each.isOk())).toEqual([true, true, true, true, false]);
      const refused = { kind: 'rate_limited', limit: 'pending_orders', max: 3, windowMs: null };
      expect(first[4]?._unsafeUnwrapErr()).toMatchObject(refused);

      const orders = first.flatMap((each) =>
        each.isOk() && each.value.customerId === customerId ? each.value : [],
      );
      await fixture.pay(orders.slice(0, 1));
      await unwrap(store.orders.cancel(defined(orders[1]).id, customerId, fixture.now()));
      const later = await place([request(), request(), request()]);
      expect(later.map((each) => each.isOk())).toEqual([true, true, false]);
      expect((await place([request()], 0))[0]?.isOk()).toBe(true);
      expect(await place([])).toEqual([]);
    });

    test('A replayed order is not limited, and a limited order uses up no key', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const customerId = fixture.unique('customer');
      const keyed = () => ({
        id: fixture.newId(),
        customerId,
        contact: { email: 'a@example.com', language: null },
        productId: product.id,
        quantity: 1,
        ttlMs: 86_400_000,
        commandKey: { callerId: customerId, route: 'POST /orders', key: fixture.newId(), fingerprint: '1' },
      });
      const [one, two] = [keyed(), keyed()];
      const place = async (...requests: readonly ReturnType<typeof keyed>[]) =>
        unwrap(store.orders.placeOnce(requests, fixture.now(), 1));
      expect((await place(one))[0]?.isOk()).toBe(true);
      const again = await place({ ...one, id: fixture.newId() }, two);
      expect(again[0]?._unsafeUnwrap()).toMatchObject({ value: { id: one.id }, replayed: true });
      expect(again[1]?._unsafeUnwrapErr()).toMatchObject({ kind: 'rate_limited' });
      await unwrap(store.orders.cancel(one.id, customerId, fixture.now()));
      expect((await place(two))[0]?._unsafeUnwrap()).toMatchObject({
        value: { id: two.id },
        replayed: false,
      });
    });
  });
};

/** A customer with one order, and what they do. */
const createCustomer = async ({ fixture, store, world }: TestContext, id = fixture.unique('customer')) => {
  const product = await fixture.createProduct();
  const placeOrders = (count: number) =>
    fixture.placeOrders(
      Array.from({ length: count }, () => product),
      { customerId: id },
    );
  const order = defined((await placeOrders(1))[0]);
  return {
    order,
    placeOrders,
    wait: (ms: number) => world.advance(ms),
    claim: async (of: Order = order, limitsOfClaim = limits) => {
      const request = fixture.checkoutRequest([of]);
      return defined((await unwrap(store.audits.claim([request], fixture.now(), limitsOfClaim)))[0]);
    },
    /** Begins a checkout without limits, and records its outcome. */
    fail: async (outcome: Parameters<typeof fixture.recordOutcome>[1]): Promise<CheckoutRequest> => {
      const request = fixture.checkoutRequest([order]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), outcome);
      return request;
    },
    history: () => fixture.historyStates(order.id),
  };
};
