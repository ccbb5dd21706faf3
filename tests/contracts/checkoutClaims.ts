import { describe, expect, test } from 'bun:test';
import type { CheckoutRequest, ClaimFailure } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import { declined, defined, providerUnavailable, succeeded, unknownOutcome, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

/** Which checkout may charge which orders. Outcomes of charges are in outcomes.ts, concurrent claims in checkoutRaces.ts. */
export const checkoutClaimsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: checkout claims`, () => {
    const context = useSharedStore(open);

    const claimFailure = async (request: CheckoutRequest): Promise<ClaimFailure> =>
      (await context().fixture.tryClaimCheckout(request))._unsafeUnwrapErr();

    /** Expects that no row shows that the request was made. */
    const expectNoTrace = async (checkoutId: string, orders: readonly Order[]) => {
      const { fixture, store } = context();
      expect(await unwrap(store.audits.find(checkoutId))).toBeNull();
      for (const order of orders) {
        expect(await fixture.findOrder(order.id)).toMatchObject(order);
        expect(await fixture.historyStates(order.id)).toEqual(['pending']);
      }
    };

    test('A claim sets all its orders to paying and creates a payment for their sum', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct({ price: { amount: 1_000, currency: 'VND' } });
      const placed = await fixture.placeOrders([product, product, product], { quantity: 2 });
      world.advance(7);
      const orders = [defined(placed[2]), defined(placed[0]), defined(placed[1])];
      const request = fixture.checkoutRequest(orders, { method: 'pm_sim_slow' });
      const claim = await fixture.claimCheckout(request);
      const { number } = claim;
      const paying = orders.map((order) => ({
        ...order,
        status: 'paying' as const,
        checkoutId: request.checkoutId,
        number,
        updatedAtMs: fixture.now(),
      }));
      expect(claim).toEqual({
        checkoutId: request.checkoutId,
        number,
        attempt: 1,
        amount: { amount: 6_000, currency: 'VND' },
        method: 'pm_sim_slow',
        orders: paying,
      });

      const payment = {
        id: request.checkoutId,
        status: 'initiated',
        amount: { amount: 6_000, currency: 'VND' },
        method: 'pm_sim_slow',
        reference: null,
        declineCode: null,
        action: null,
      } as const;
      for (const order of paying) {
        expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying']);
        const { history, ...detail } = await fixture.findOrder(order.id);
        expect(detail).toEqual({
          ...order,
          ...{ payment, invoice: null, licences: [], bookings: [], shipment: null },
          refunded: { ...order.total, amount: 0 },
        });
        expect(history[1]).toEqual({ seq: 2, state: 'paying', atMs: fixture.now(), detail: null });
      }
      const found = defined(await unwrap(store.audits.find(request.checkoutId)));
      expect(found).toMatchObject({ id: request.checkoutId, customerId: request.customerId, payment });
      expect(found).toMatchObject({ createdAtMs: fixture.now(), updatedAtMs: fixture.now() });
      expect(new Set(found.orders)).toEqual(new Set(paying));
    });

    test('A checkout can claim a hundred orders', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders(Array(100).fill(product));
      const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      expect(claim.orders.map(({ id }) => id)).toEqual(orders.map(({ id }) => id));
      expect(claim.amount.amount).toBe(100 * product.price.amount);
    });

    test('An unknown checkout is not found, and an empty batch returns an empty list', async () => {
      const { fixture, store } = context();
      expect(await unwrap(store.audits.find(fixture.newId()))).toBeNull();
      expect(await unwrap(store.audits.claim([], fixture.now()))).toEqual([]);
      expect(await unwrap(store.audits.recordOutcomes([], fixture.now()))).toEqual([]);
    });

    test('Unknown orders and orders of other customers fail in the same way', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const own = await fixture.placeOrder(product);
      const foreign = await fixture.placeOrder(product);
      const unknownId = fixture.newId();
      const request = fixture.checkoutRequest([own], { orderIds: [foreign.id, own.id, unknownId] });
      expect(await claimFailure(request)).toEqual({ kind: 'not_found', orderIds: [foreign.id, unknownId] });
      await expectNoTrace(request.checkoutId, [own, foreign]);
    });

    test('A claim of paid or cancelled orders fails and names each with its status', async () => {
      const { fixture, store } = context();
      const orders = await fixture.placeOrders(Array(4).fill(await fixture.createProduct()));
      const [paid, cancelled, paying, pending] = orders.map((order) => defined(order));
      await fixture.pay([defined(paid)]);
      await unwrap(store.orders.cancel(defined(cancelled).id, defined(paid).customerId, fixture.now()));
      await fixture.claimCheckout(fixture.checkoutRequest([defined(paying)]));
      const request = fixture.checkoutRequest(orders);
      expect(await claimFailure(request)).toEqual({
        kind: 'order_not_payable',
        orders: [
          { orderId: defined(paid).id, status: 'paid' },
          { orderId: defined(cancelled).id, status: 'cancelled' },
        ],
      });
      await expectNoTrace(request.checkoutId, [defined(pending)]);
    });

    test('A claim fails as a whole when one of its orders is being paid', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(3).fill(await fixture.createProduct()));
      const [first, second, third] = orders.map((order) => defined(order));
      const other = await fixture.claimCheckout(fixture.checkoutRequest([defined(second)]));
      const request = fixture.checkoutRequest(orders);
      expect(await claimFailure(request)).toEqual({
        kind: 'order_in_progress',
        orderIds: [defined(second).id],
      });
      await expectNoTrace(request.checkoutId, [defined(first), defined(third)]);
      expect(await fixture.findOrder(defined(second).id)).toMatchObject({ checkoutId: other.checkoutId });
    });

    test('A claim of orders in two currencies fails', async () => {
      const { fixture } = context();
      const inDong = await fixture.createProduct();
      const inDollars = await fixture.createProduct({ price: { amount: 10, currency: 'USD' } });
      const orders = await fixture.placeOrders([inDong, inDollars]);
      const request = fixture.checkoutRequest(orders);
      expect(await claimFailure(request)).toEqual({ kind: 'mixed_currency' });
      await expectNoTrace(request.checkoutId, orders);
    });

    test('A claim fails when the sum of its quantities exceeds the stock of a product', async () => {
      const { fixture } = context();
      const scarce = await fixture.createProduct({ stock: 3 });
      const unlimited = await fixture.createProduct({ stock: null });
      const orders = await fixture.placeOrders([scarce, unlimited, scarce], { quantity: 2 });
      const request = fixture.checkoutRequest(orders);
      const scarceOrders = [defined(orders[0]).id, defined(orders[2]).id];
      expect(await claimFailure(request)).toEqual({
        kind: 'out_of_stock',
        orderIds: scarceOrders,
        products: [{ productId: scarce.id, left: 3, orderIds: scarceOrders }],
      });
      await expectNoTrace(request.checkoutId, orders);
      expect(
        (
          await fixture.tryClaimCheckout(fixture.checkoutRequest([defined(orders[0]), defined(orders[1])]))
        ).isOk(),
      ).toBe(true);
    });

    test('A second claim under the key of a running checkout fails as in progress', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      const request = fixture.checkoutRequest(orders);
      await fixture.claimCheckout(request);
      const retry = { ...request, checkoutId: fixture.newId(), orderIds: request.orderIds.toReversed() };
      const { checkoutId } = request;
      expect(await claimFailure(retry)).toEqual({ kind: 'checkout_in_progress', checkoutId });
      expect(await fixture.historyStates(defined(orders[0]).id)).toEqual(['pending', 'paying']);
    });

    test('A claim under a used key with a different request fails', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      const request = fixture.checkoutRequest([defined(orders[0])]);
      await fixture.claimCheckout(request);
      for (const changes of [
        { orderIds: orders.map(({ id }) => id) },
        { orderIds: [defined(orders[1]).id] },
        { method: 'pm_sim_slow' },
      ])
        expect(await claimFailure({ ...request, checkoutId: fixture.newId(), ...changes })).toEqual({
          kind: 'idempotency_key_reused',
        });
      expect(await fixture.historyStates(defined(orders[1]).id)).toEqual(['pending']);
    });

    test('A claim under the key of a finished checkout returns the stored response', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      for (const outcome of [succeeded, declined, unknownOutcome, { kind: 'cancelled' } as const]) {
        const order = await fixture.placeOrder(product);
        const request = fixture.checkoutRequest([order]);
        const claim = await fixture.claimCheckout(request);
        const { response } = await fixture.recordOutcome(claim, outcome);
        expect(response).toMatchObject({ checkoutId: claim.checkoutId, requestId: 'request-1' });
        if (outcome.kind === 'declined') await fixture.claimCheckout(fixture.checkoutRequest([order]));
        const replayed = { kind: 'already_answered', response: defined(response) } as const;
        expect(await claimFailure({ ...request, checkoutId: fixture.newId() })).toEqual(replayed);
        expect(await claimFailure({ ...request, method: 'another' })).toEqual({
          kind: 'idempotency_key_reused',
        });
      }
    });

    test('A claim under a released key succeeds and keeps its checkout', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const request = fixture.checkoutRequest([order]);
      const createdAtMs = fixture.now();
      await fixture.recordOutcome(await fixture.claimCheckout(request), providerUnavailable);
      world.advance(60_000);
      const retry = await fixture.claimCheckout({ ...request, checkoutId: fixture.newId() });
      expect(retry).toMatchObject({ checkoutId: request.checkoutId, attempt: 2 });
      expect(retry.orders).toMatchObject([{ status: 'paying', checkoutId: request.checkoutId }]);
      const found = await unwrap(store.audits.find(request.checkoutId));
      expect(found).toMatchObject({ createdAtMs, payment: { status: 'initiated' } });
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'pending', 'paying']);

      const { response } = await fixture.recordOutcome(retry, succeeded);
      expect(await claimFailure(request)).toEqual({ kind: 'already_answered', response: defined(response) });
    });

    test('A retry under a released key may list the orders in another sequence and gets the same response', async () => {
      const { fixture, store } = context();
      const orders = await fixture.placeOrders(Array(3).fill(await fixture.createProduct()));
      const request = fixture.checkoutRequest(orders);
      const reversed = { ...request, orderIds: request.orderIds.toReversed() };
      await fixture.recordOutcome(await fixture.claimCheckout(request), providerUnavailable);
      const { response } = await fixture.recordOutcome(await fixture.claimCheckout(reversed), succeeded);
      expect(defined(response).orders.map(({ id }) => id)).toEqual([...request.orderIds]);
      for (const retry of [request, reversed])
        expect(await claimFailure(retry)).toEqual({ kind: 'already_answered', response: defined(response) });
      const found = defined(await unwrap(store.audits.find(request.checkoutId)));
      expect(found.orders.map(({ id }) => id)).toEqual([...request.orderIds]);
    });

    test('A released order can be paid under another key, and a claim under the old key then fails', async () => {
      const { fixture, store } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const first = fixture.checkoutRequest([order]);
      await fixture.recordOutcome(await fixture.claimCheckout(first), providerUnavailable);
      await fixture.pay([order]);
      const orders = [{ orderId: order.id, status: 'paid' }] as const;
      expect(await claimFailure(first)).toEqual({ kind: 'order_not_payable', orders });
      const found = defined(await unwrap(store.audits.find(first.checkoutId)));
      expect(found.payment.status).toBe('cancelled');
      expect(found.orders).toMatchObject([{ id: order.id, status: 'paid' }]);
    });

    test('Claims of one batch are decided in sequence, with results in the same sequence', async () => {
      const { fixture, store } = context();
      const orders = await fixture.placeOrders(Array(4).fill(await fixture.createProduct()));
      const [a, b, c, d] = orders.map((order) => defined(order));
      const first = fixture.checkoutRequest([defined(a), defined(b)]);
      const batch = [
        fixture.checkoutRequest([defined(d)], { orderIds: [fixture.newId()] }),
        first,
        { ...first, checkoutId: fixture.newId() },
        { ...first, checkoutId: fixture.newId(), orderIds: [defined(c).id] },
        fixture.checkoutRequest([defined(c), defined(b)]),
        fixture.checkoutRequest([defined(c)]),
      ];
      const results = await unwrap(store.audits.claim(batch, fixture.now()));
      expect(results.map((each) => (each.isOk() ? 'claimed' : each.error.kind))).toEqual([
        'not_found',
        'claimed',
        'checkout_in_progress',
        'idempotency_key_reused',
        'order_in_progress',
        'claimed',
      ]);
      expect(results[2]?._unsafeUnwrapErr()).toMatchObject({ checkoutId: first.checkoutId });
      expect(await fixture.findOrder(defined(c).id)).toMatchObject({
        checkoutId: batch[5]?.checkoutId ?? '',
      });
      for (const index of [0, 2, 3, 4])
        expect(await unwrap(store.audits.find(batch[index]?.checkoutId ?? ''))).toBeNull();
      expect(await fixture.historyStates(defined(c).id)).toEqual(['pending', 'paying']);
      expect(await fixture.historyStates(defined(d).id)).toEqual(['pending']);
    });

    test('Only the first of two claims under a released key in one batch succeeds', async () => {
      const { fixture, store } = context();
      const request = fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), providerUnavailable);
      const results = await unwrap(store.audits.claim([request, request], fixture.now()));
      expect(results[0]?._unsafeUnwrap()).toMatchObject({ attempt: 2 });
      expect(results[1]?._unsafeUnwrapErr()).toMatchObject({ kind: 'checkout_in_progress' });
    });
  });
};
