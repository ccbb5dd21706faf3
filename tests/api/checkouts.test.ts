import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, textAt, valueAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

const key = 'E0E1F2A3-0000-4000-8000-0000000000AA';

describe('Checkouts that are paid', () => {
  test('A paid checkout returns 202 with the body of the contract and its path', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product(), 2), await lan.order(await product())];
    const reply = expectStatus(await lan.checkOut(orderIds, key), 202);
    const checkoutId = textAt(reply, 'checkoutId');
    expect(reply.body).toEqual({
      checkoutId,
      number: 'T-100001',
      status: 'succeeded',
      message: 'Payment successful, order is being processed',
      payment: {
        id: checkoutId,
        status: 'succeeded',
        amount: 597_000,
        currency: 'VND',
        method: 'pm_card_visa',
        declineCode: null,
      },
      orders: [
        expect.objectContaining({ id: orderIds[0], status: 'paid', checkoutId, quantity: 2 }),
        expect.objectContaining({ id: orderIds[1], status: 'paid', checkoutId }),
      ],
    });
    expect(reply.headers.get('location')).toBe(`/checkouts/${checkoutId}`);
    expect(reply.headers.has('idempotent-replayed')).toBe(false);
  });

  test('A paid checkout creates a task for each order', async () => {
    const { customer, product, operator } = createTestApi();
    const lan = customer('lan');
    const orderId = await lan.order(await product());
    await lan.checkOut([orderId]);
    const { body } = await operator.get(`/queue/tasks?orderId=${orderId}`);
    expect(valueAt(body, 'items')).toMatchObject([
      { orderIds: [orderId], pipeline: 'physical', state: 'ready' },
    ]);
  });

  test('A retry with the same key, in any spelling, is not charged and gets the same response', async () => {
    const { customer, product, sandbox } = createTestApi();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const first = expectStatus(await lan.checkOut(orderIds, key), 202);
    for (const spelling of [key, key.toLowerCase(), `"${key}"`]) {
      const reply = await lan.checkOut([orderIds[0]?.toUpperCase() ?? ''], spelling);
      expect(reply.status).toBe(202);
      expect(reply.body).toEqual(first.body);
      expect(reply.headers.get('idempotent-replayed')).toBe('true');
      expect(reply.headers.get('location')).toBe(first.headers.get('location'));
    }
    expect((await sandbox.list({ after: null, limit: 10 }))._unsafeUnwrap().items).toHaveLength(1);
  });
});

describe('Checkouts that are not paid', () => {
  test('A declined checkout returns 402 with the decline code, and its orders can be paid with another key', async () => {
    const { customer, product, world } = createTestApi();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const reply = await lan.checkOut(orderIds, key, 'pm_card_chargeDeclined');
    expect(codeOf(reply)).toBe('402 payment_declined');
    expect(reply.body).toMatchObject({ declineCode: 'card_declined' });
    expect(textAt(reply, 'instance')).toBe(reply.headers.get('x-request-id') ?? '');

    world.advance(1_000);
    const again = await lan.checkOut(orderIds, key, 'pm_card_chargeDeclined');
    expect(again.status).toBe(402);
    expect(again.body).toEqual(reply.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('x-request-id')).not.toBe(reply.headers.get('x-request-id'));

    expect((await lan.get(`/orders/${orderIds[0]}`)).body).toMatchObject({ status: 'pending' });
    expectStatus(await lan.checkOut(orderIds), 202);
  });

  test('A checkout whose key was cancelled at the provider returns 402 with the decline code cancelled, on retries too', async () => {
    const { customer, product } = createTestApi({
      wrapProvider: (provider) => ({ ...provider, charge: provider.cancel }),
    });
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const first = await lan.checkOut(orderIds, key);
    expect(codeOf(first)).toBe('402 payment_declined');
    expect(first.body).toMatchObject({ declineCode: 'cancelled' });
    const again = await lan.checkOut(orderIds, key);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const now = await lan.get(`/checkouts/${textAt(first, 'checkoutId')}`);
    expect(now.body).toMatchObject({ status: 'cancelled', orders: [{ status: 'pending' }] });
  });

  test('A checkout returns 503 if the provider is down, and its key can be sent again', async () => {
    let down = true;
    const { customer, product, errors } = createTestApi({
      wrapProvider: (provider) => ({
        ...provider,
        charge: (request) => provider.charge(down ? { ...request, method: 'pm_sim_down' } : request),
      }),
    });
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const unavailable = await lan.checkOut(orderIds, key);
    expect(codeOf(unavailable)).toBe('503 payment_unavailable');
    expect(unavailable.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(errors).toHaveLength(1);
    expect((await lan.get(`/orders/${orderIds[0]}`)).body).toMatchObject({ status: 'pending' });
    down = false;
    const paid = expectStatus(await lan.checkOut(orderIds, key), 202);
    expect(paid.headers.has('idempotent-replayed')).toBe(false);
  });

  test('A checkout is unknown and its orders stay paying if the provider’s response is lost', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const reply = expectStatus(await lan.checkOut(orderIds, key, 'pm_sim_lost_ok'), 202);
    expect(reply.body).toMatchObject({
      status: 'unknown',
      message: 'Payment is being confirmed',
      orders: [{ status: 'paying' }],
    });
    const now = await lan.get(`/checkouts/${textAt(reply, 'checkoutId')}`);
    expect(now.body).toMatchObject({ status: 'unknown', payment: { status: 'unknown' } });
    const again = await lan.checkOut(orderIds, key, 'pm_sim_lost_ok');
    expect(again.body).toEqual(reply.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('Checkouts that the customer must confirm', () => {
  const method = 'pm_card_authenticationRequired';

  test('A checkout that needs confirmation returns 202 with the action, on retries too, and its orders stay paying', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const reply = expectStatus(await lan.checkOut(orderIds, key, method), 202);
    const checkoutId = textAt(reply, 'checkoutId');
    expect(reply.body).toEqual({
      checkoutId,
      number: 'T-100001',
      status: 'requires_action',
      message: 'The customer has to confirm the payment',
      action: { clientSecret: expect.stringMatching(/^pi_.+_secret_/), redirectUrl: null },
      payment: {
        id: checkoutId,
        status: 'requires_action',
        amount: 199_000,
        currency: 'VND',
        method,
        declineCode: null,
      },
      orders: [expect.objectContaining({ id: orderIds[0], status: 'paying' })],
    });
    expect(reply.headers.get('location')).toBe(`/checkouts/${checkoutId}`);
    const again = await lan.checkOut(orderIds, key, method);
    expect(again.body).toEqual(reply.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(codeOf(await lan.checkOut(orderIds))).toBe('409 order_in_progress');
  });

  test('GET /checkouts/{id} shows the action only to the customer of the checkout', async () => {
    const { customer, operator, as, product } = createTestApi();
    const lan = customer('lan');
    const orderId = await lan.order(await product());
    const reply = await lan.checkOut([orderId], key, method);
    const path = reply.headers.get('location') ?? '';
    const shown = { status: 'requires_action', message: 'The customer has to confirm the payment' };
    const { action } = reply.body as { action: unknown };
    expect((await lan.get(path)).body).toMatchObject({ ...shown, action });
    expect((await as('lan', 'customer', 'operator').get(path)).body).toMatchObject({ ...shown, action });
    const seen = await operator.get(path);
    expect(seen.body).toMatchObject(shown);
    expect(seen.body).not.toHaveProperty('action');
    const order = await operator.get(`/orders/${orderId}`);
    expect(order.body).toMatchObject({ status: 'paying', payment: { status: 'requires_action' } });
    const secret = textAt(reply, 'action', 'clientSecret');
    expect(JSON.stringify([seen.body, order.body, (await operator.get('/orders')).body])).not.toContain(
      secret,
    );
    expect(codeOf(await customer('minh').get(path))).toBe('404 not_found');
  });
});

describe('Concurrent checkouts', () => {
  /** An API whose provider waits with each charge until `release` is called. */
  const createWaitingApi = () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const api = createTestApi({
      wrapProvider: (provider) => ({
        ...provider,
        charge: async (request) => {
          entered.resolve();
          await release.promise;
          return provider.charge(request);
        },
      }),
    });
    return { ...api, entered: entered.promise, release: release.resolve };
  };

  test('A second request with the same key gets 409 with the path of the checkout and Retry-After', async () => {
    const { customer, product, entered, release } = createWaitingApi();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const first = lan.checkOut(orderIds, key);
    await entered;
    const second = await lan.checkOut(orderIds, key);
    expect(codeOf(second)).toBe('409 checkout_in_progress');
    const checkoutId = textAt(second, 'checkoutId');
    expect(second.headers.get('location')).toBe(`/checkouts/${checkoutId}`);
    expect(second.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await lan.get(`/checkouts/${checkoutId}`)).body).toMatchObject({ status: 'processing' });
    release();
    expect(textAt(expectStatus(await first, 202), 'checkoutId')).toBe(checkoutId);
  });

  test('A request with another key gets 409 with the orders that are being paid', async () => {
    const { customer, product, entered, release } = createWaitingApi();
    const lan = customer('lan');
    const [one, two] = [await lan.order(await product()), await lan.order(await product())];
    const first = lan.checkOut([one]);
    await entered;
    const second = await lan.checkOut([two, one]);
    expect(codeOf(second)).toBe('409 order_in_progress');
    expect(second.body).toMatchObject({ orderIds: [one] });
    expect((await lan.get(`/orders/${two}`)).body).toMatchObject({ status: 'pending' });
    release();
    expectStatus(await first, 202);
  });
});

describe('GET /checkouts/{id}', () => {
  test('GET /checkouts/{id} shows a checkout to its customer and to an operator only', async () => {
    const { customer, operator, product } = createTestApi();
    const lan = customer('lan');
    const paid = await lan.checkOut([await lan.order(await product())]);
    const path = `/checkouts/${textAt(paid, 'checkoutId')}`;
    for (const reader of [lan, operator]) {
      const { body } = expectStatus(await reader.get(path), 200);
      expect(body).toMatchObject({ ...(paid.body as object), createdAt: '2026-03-01T08:00:00.000Z' });
    }
    expect(codeOf(await customer('minh').get(path))).toBe('404 not_found');
    expect(
      expectStatus(await lan.get(path.toUpperCase().replace('CHECKOUTS', 'checkouts')), 200).status,
    ).toBe(200);
  });

  test('GET /checkouts/{id} shows a declined checkout with its decline code', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const reply = await lan.checkOut([await lan.order(await product())], key, 'pm_card_chargeDeclined');
    const now = await lan.get(`/checkouts/${textAt(reply, 'checkoutId')}`);
    expect(now.body).toMatchObject({ status: 'declined', payment: { declineCode: 'card_declined' } });
  });

  test('GET /checkouts/{id} shows a late charge as cancelled and its payment as refunded', async () => {
    const { customer, product, store, world } = createTestApi();
    const lan = customer('lan');
    const orderId = await lan.order(await product());
    const reply = await lan.checkOut([orderId], key, 'pm_card_chargeDeclined');
    const checkoutId = textAt(reply, 'checkoutId');
    const found = (await store.audits.find(checkoutId))._unsafeUnwrap();
    if (found === null) throw new Error('there is no checkout');
    const nowMs = world.clock.nowMs();
    const ids = { refundId: world.ids.next(nowMs), taskId: world.ids.next(nowMs), paymentId: checkoutId };
    const response = { ...found, status: 'cancelled' as const, checkoutId, requestId: checkoutId };
    const late = await store.refunds.refundLateCharge({ ...ids, reference: 'pi_1', response }, nowMs);
    expect(late._unsafeUnwrap()).toBe(true);
    expect((await lan.get(`/checkouts/${checkoutId}`)).body).toMatchObject({
      status: 'cancelled',
      message: 'Payment was cancelled, the charge is refunded',
      payment: { status: 'refunded' },
    });
    // The stored response of the key stays declined.
    expect((await lan.checkOut([orderId], key, 'pm_card_chargeDeclined')).body).toEqual(reply.body);
  });
});
