import { describe, expect, test } from 'bun:test';
import type { ClaimFailure } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import { type Open, type Place, sharedPlace } from './open.ts';
import { declined, known, lost, released, succeeded, value } from './shop.ts';

/** Claims: who may charge what. What is charged is in settlements.ts, and all that runs side by side in races.ts. */
export const auditsContract = (name: string, open: Open): void => {
  describe(`${name}: audits`, () => {
    const place = sharedPlace(open);

    const refused = async (asked: Parameters<Place['shop']['claim']>[0]): Promise<ClaimFailure> =>
      (await place().shop.claim(asked))._unsafeUnwrapErr();

    /** Nothing tells that the request was ever made. */
    const expectNoTrace = async (checkoutId: string, orders: readonly Order[]) => {
      const { shop, store } = place();
      expect(await value(store.audits.find(checkoutId))).toBeNull();
      for (const order of orders) {
        expect(await shop.detail(order.id)).toMatchObject(order);
        expect(await shop.history(order.id)).toEqual(['pending']);
      }
    };

    test('a claim makes all orders paying, and a payment for their sum', async () => {
      const { shop, store, world } = place();
      const product = await shop.product({ price: { amount: 1_000, currency: 'VND' } });
      const placed = await shop.orders([product, product, product], { quantity: 2 });
      world.advance(7);
      const orders = [known(placed[2]), known(placed[0]), known(placed[1])];
      const request = shop.request(orders, { method: 'pm_sim_slow' });
      const paying = orders.map((order) => ({
        ...order,
        status: 'paying' as const,
        checkoutId: request.checkoutId,
        updatedAtMs: shop.now(),
      }));
      expect(await shop.claimed(request)).toEqual({
        checkoutId: request.checkoutId,
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
        expect(await shop.history(order.id)).toEqual(['pending', 'paying']);
        const { history, ...detail } = await shop.detail(order.id);
        expect(detail).toEqual({ ...order, payment, invoice: null, licences: [] });
        expect(history[1]).toEqual({ seq: 2, state: 'paying', atMs: shop.now(), detail: null });
      }
      const found = known(await value(store.audits.find(request.checkoutId)));
      expect(found).toMatchObject({ id: request.checkoutId, customerId: request.customerId, payment });
      expect(found).toMatchObject({ createdAtMs: shop.now(), updatedAtMs: shop.now() });
      expect(new Set(found.orders)).toEqual(new Set(paying));
    });

    test('a hundred orders go in one cart', async () => {
      const { shop } = place();
      const product = await shop.product();
      const orders = await shop.orders(Array(100).fill(product));
      const claim = await shop.claimed(shop.request(orders));
      expect(claim.orders.map(({ id }) => id)).toEqual(orders.map(({ id }) => id));
      expect(claim.amount.amount).toBe(100 * product.price.amount);
    });

    test('nothing is found under an unknown checkout, and no claims are no work', async () => {
      const { shop, store } = place();
      expect(await value(store.audits.find(shop.freshId()))).toBeNull();
      expect(await value(store.audits.claim([], shop.now()))).toEqual([]);
      expect(await value(store.audits.recordOutcomes([], shop.now()))).toEqual([]);
    });

    test('orders that do not exist and orders of others look alike', async () => {
      const { shop } = place();
      const product = await shop.product();
      const own = await shop.order(product);
      const others = await shop.order(product);
      const nobodys = shop.freshId();
      const request = shop.request([own], { orderIds: [others.id, own.id, nobodys] });
      expect(await refused(request)).toEqual({ kind: 'not_found', orderIds: [others.id, nobodys] });
      await expectNoTrace(request.checkoutId, [own, others]);
    });

    test('an order that is paid or cancelled is named with its status', async () => {
      const { shop, store } = place();
      const orders = await shop.orders(Array(4).fill(await shop.product()));
      const [paid, cancelled, paying, pending] = orders.map((order) => known(order));
      await shop.pay([known(paid)]);
      await value(store.orders.cancel(known(cancelled).id, known(paid).customerId, shop.now()));
      await shop.claimed(shop.request([known(paying)]));
      const request = shop.request(orders);
      expect(await refused(request)).toEqual({
        kind: 'order_not_payable',
        orders: [
          { orderId: known(paid).id, status: 'paid' },
          { orderId: known(cancelled).id, status: 'cancelled' },
        ],
      });
      await expectNoTrace(request.checkoutId, [known(pending)]);
    });

    test('an order that is being paid holds up the whole cart', async () => {
      const { shop } = place();
      const orders = await shop.orders(Array(3).fill(await shop.product()));
      const [first, second, third] = orders.map((order) => known(order));
      const held = await shop.claimed(shop.request([known(second)]));
      const request = shop.request(orders);
      expect(await refused(request)).toEqual({ kind: 'order_in_progress', orderIds: [known(second).id] });
      await expectNoTrace(request.checkoutId, [known(first), known(third)]);
      expect(await shop.detail(known(second).id)).toMatchObject({ checkoutId: held.checkoutId });
    });

    test('no rate between currencies is guessed', async () => {
      const { shop } = place();
      const dong = await shop.product();
      const dollar = await shop.product({ price: { amount: 10, currency: 'USD' } });
      const orders = await shop.orders([dong, dollar]);
      const request = shop.request(orders);
      expect(await refused(request)).toEqual({ kind: 'mixed_currency' });
      await expectNoTrace(request.checkoutId, orders);
    });

    test('more than is left of a product is refused, summed over the cart', async () => {
      const { shop } = place();
      const scarce = await shop.product({ stock: 3 });
      const endless = await shop.product({ stock: null });
      const orders = await shop.orders([scarce, endless, scarce], { quantity: 2 });
      const request = shop.request(orders);
      const short = [known(orders[0]).id, known(orders[2]).id];
      expect(await refused(request)).toEqual({ kind: 'out_of_stock', orderIds: short });
      await expectNoTrace(request.checkoutId, orders);
      expect((await shop.claim(shop.request([known(orders[0]), known(orders[1])]))).isOk()).toBe(true);
    });

    test('the same key while it runs is the double click', async () => {
      const { shop } = place();
      const orders = await shop.orders(Array(2).fill(await shop.product()));
      const request = shop.request(orders);
      await shop.claimed(request);
      const again = { ...request, checkoutId: shop.freshId(), orderIds: request.orderIds.toReversed() };
      const { checkoutId } = request;
      expect(await refused(again)).toEqual({ kind: 'checkout_in_progress', checkoutId });
      expect(await shop.history(known(orders[0]).id)).toEqual(['pending', 'paying']);
    });

    test('the same key with anything else in the request is refused', async () => {
      const { shop } = place();
      const orders = await shop.orders(Array(2).fill(await shop.product()));
      const request = shop.request([known(orders[0])]);
      await shop.claimed(request);
      for (const changes of [
        { orderIds: orders.map(({ id }) => id) },
        { orderIds: [known(orders[1]).id] },
        { method: 'pm_sim_slow' },
        { customerId: 'a stranger' },
      ])
        expect(await refused({ ...request, checkoutId: shop.freshId(), ...changes })).toEqual({
          kind: 'idempotency_key_reused',
        });
      expect(await shop.history(known(orders[1]).id)).toEqual(['pending']);
    });

    test('the same key after it was answered hears that answer, whatever has happened since', async () => {
      const { shop } = place();
      const product = await shop.product();
      for (const outcome of [succeeded, declined, lost, { kind: 'cancelled' } as const]) {
        const order = await shop.order(product);
        const request = shop.request([order]);
        const claim = await shop.claimed(request);
        const { response: answer } = await shop.settle(claim, outcome);
        expect(answer).toMatchObject({ checkoutId: claim.checkoutId, requestId: 'request-1' });
        if (outcome.kind === 'declined') await shop.claimed(shop.request([order]));
        const replayed = { kind: 'already_answered', response: known(answer) } as const;
        expect(await refused({ ...request, checkoutId: shop.freshId() })).toEqual(replayed);
        expect(await refused({ ...request, method: 'another' })).toEqual({ kind: 'idempotency_key_reused' });
      }
    });

    test('a released key may be sent again, and keeps its checkout', async () => {
      const { shop, store, world } = place();
      const order = await shop.order(await shop.product());
      const request = shop.request([order]);
      const createdAtMs = shop.now();
      await shop.settle(await shop.claimed(request), released);
      world.advance(60_000);
      const again = await shop.claimed({ ...request, checkoutId: shop.freshId() });
      expect(again).toMatchObject({ checkoutId: request.checkoutId, attempt: 2 });
      expect(again.orders).toMatchObject([{ status: 'paying', checkoutId: request.checkoutId }]);
      const found = await value(store.audits.find(request.checkoutId));
      expect(found).toMatchObject({ createdAtMs, payment: { status: 'initiated' } });
      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'pending', 'paying']);

      const { response: answer } = await shop.settle(again, succeeded);
      expect(await refused(request)).toEqual({ kind: 'already_answered', response: known(answer) });
    });

    test('a released key that is sent again with its cart in another order is answered alike each time', async () => {
      const { shop, store } = place();
      const orders = await shop.orders(Array(3).fill(await shop.product()));
      const request = shop.request(orders);
      const turned = { ...request, orderIds: request.orderIds.toReversed() };
      await shop.settle(await shop.claimed(request), released);
      const { response: answer } = await shop.settle(await shop.claimed(turned), succeeded);
      expect(known(answer).orders.map(({ id }) => id)).toEqual([...request.orderIds]);
      for (const one of [request, turned])
        expect(await refused(one)).toEqual({ kind: 'already_answered', response: known(answer) });
      const found = known(await value(store.audits.find(request.checkoutId)));
      expect(found.orders.map(({ id }) => id)).toEqual([...request.orderIds]);
    });

    test('a released order may be paid under another key, and the old key then finds it gone', async () => {
      const { shop, store } = place();
      const order = await shop.order(await shop.product());
      const first = shop.request([order]);
      await shop.settle(await shop.claimed(first), released);
      await shop.pay([order]);
      const named = [{ orderId: order.id, status: 'paid' }] as const;
      expect(await refused(first)).toEqual({ kind: 'order_not_payable', orders: named });
      const found = known(await value(store.audits.find(first.checkoutId)));
      expect(found.payment.status).toBe('cancelled');
      expect(found.orders).toMatchObject([{ id: order.id, status: 'paid' }]);
    });

    test('claims of one batch are judged one after the other, and answered in their order', async () => {
      const { shop, store } = place();
      const orders = await shop.orders(Array(4).fill(await shop.product()));
      const [a, b, c, d] = orders.map((order) => known(order));
      const first = shop.request([known(a), known(b)]);
      const batch = [
        shop.request([known(d)], { orderIds: [shop.freshId()] }),
        first,
        { ...first, checkoutId: shop.freshId() },
        { ...first, checkoutId: shop.freshId(), orderIds: [known(c).id] },
        shop.request([known(c), known(b)]),
        shop.request([known(c)]),
      ];
      const verdicts = await value(store.audits.claim(batch, shop.now()));
      expect(verdicts.map((each) => (each.isOk() ? 'claimed' : each.error.kind))).toEqual([
        'not_found',
        'claimed',
        'checkout_in_progress',
        'idempotency_key_reused',
        'order_in_progress',
        'claimed',
      ]);
      expect(verdicts[2]?._unsafeUnwrapErr()).toMatchObject({ checkoutId: first.checkoutId });
      expect(await shop.detail(known(c).id)).toMatchObject({ checkoutId: batch[5]?.checkoutId ?? '' });
      for (const index of [0, 2, 3, 4])
        expect(await value(store.audits.find(batch[index]?.checkoutId ?? ''))).toBeNull();
      expect(await shop.history(known(c).id)).toEqual(['pending', 'paying']);
      expect(await shop.history(known(d).id)).toEqual(['pending']);
    });

    test('a released key is sent again twice in one batch: one of them holds', async () => {
      const { shop, store } = place();
      const request = shop.request([await shop.order(await shop.product())]);
      await shop.settle(await shop.claimed(request), released);
      const verdicts = await value(store.audits.claim([request, request], shop.now()));
      expect(verdicts[0]?._unsafeUnwrap()).toMatchObject({ attempt: 2 });
      expect(verdicts[1]?._unsafeUnwrapErr()).toMatchObject({ kind: 'checkout_in_progress' });
    });
  });
};
