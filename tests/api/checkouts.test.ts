import { describe, expect, test } from 'bun:test';
import { apiOver, codeOf, expectStatus, pathsOf, textAt, valueAt } from './api.ts';

const key = 'E0E1F2A3-0000-4000-8000-0000000000AA';

describe('a checkout that is paid', () => {
  test('answers 202 with the contract’s words, and where to look', async () => {
    const { customer, product } = apiOver();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product(), 2), await lan.order(await product())];
    const reply = expectStatus(await lan.checkOut(orderIds, key), 202);
    const checkoutId = textAt(reply, 'checkoutId');
    expect(reply.body).toEqual({
      checkoutId,
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

  test('leaves a task for each order', async () => {
    const { customer, product, operator } = apiOver();
    const lan = customer('lan');
    const orderId = await lan.order(await product());
    await lan.checkOut([orderId]);
    const { body } = await operator.get(`/queue/tasks?orderId=${orderId}`);
    expect(valueAt(body, 'items')).toMatchObject([{ orderId, pipeline: 'physical', state: 'ready' }]);
  });

  test('is charged once and answered the same again, however the key is written', async () => {
    const { customer, product, simulated } = apiOver();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const first = expectStatus(await lan.checkOut(orderIds, key), 202);
    for (const again of [key, key.toLowerCase(), `"${key}"`]) {
      const reply = await lan.checkOut([orderIds[0]?.toUpperCase() ?? ''], again);
      expect(reply.status).toBe(202);
      expect(reply.body).toEqual(first.body);
      expect(reply.headers.get('idempotent-replayed')).toBe('true');
      expect(reply.headers.get('location')).toBe(first.headers.get('location'));
    }
    expect((await simulated.list({ after: null, limit: 10 }))._unsafeUnwrap().items).toHaveLength(1);
  });
});

describe('a checkout that is not paid', () => {
  test('declined: 402 with the code, and the orders can be paid with another key', async () => {
    const { customer, product, world } = apiOver();
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

  test('cancelled under its key at the provider: 402 with the code cancelled, again and again', async () => {
    const { customer, product } = apiOver({
      providing: (provider) => ({ ...provider, charge: ({ paymentId }) => provider.cancel(paymentId) }),
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

  test('the provider is not reached: 503, and the same key may be sent again', async () => {
    let down = true;
    const { customer, product, logged } = apiOver({
      providing: (provider) => ({
        ...provider,
        charge: (asked) => provider.charge(down ? { ...asked, method: 'pm_sim_down' } : asked),
      }),
    });
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const refused = await lan.checkOut(orderIds, key);
    expect(codeOf(refused)).toBe('503 payment_unavailable');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(logged).toHaveLength(1);
    expect((await lan.get(`/orders/${orderIds[0]}`)).body).toMatchObject({ status: 'pending' });
    down = false;
    const paid = expectStatus(await lan.checkOut(orderIds, key), 202);
    expect(paid.headers.has('idempotent-replayed')).toBe(false);
  });

  test('the answer is lost: 202 unknown, the orders stay paying, and the checkout says so', async () => {
    const { customer, product } = apiOver();
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

describe('a checkout while another runs', () => {
  /** A provider that charges once it is let. */
  const held = () => {
    const entered = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const api = apiOver({
      providing: (provider) => ({
        ...provider,
        charge: async (asked) => {
          entered.resolve();
          await released.promise;
          return provider.charge(asked);
        },
      }),
    });
    return { ...api, entered: entered.promise, release: released.resolve };
  };

  test('under the same key: 409, with where to look and when to come again', async () => {
    const { customer, product, entered, release } = held();
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

  test('under another key: 409 with the orders that are being paid', async () => {
    const { customer, product, entered, release } = held();
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

describe('a checkout is refused', () => {
  test('for an order that is paid or cancelled, with how it stands', async () => {
    const { customer, product } = apiOver();
    const lan = customer('lan');
    const [paid, cancelled] = [await lan.order(await product()), await lan.order(await product())];
    await lan.checkOut([paid]);
    await lan.remove(`/orders/${cancelled}`);
    const reply = await lan.checkOut([paid, cancelled]);
    expect(codeOf(reply)).toBe('409 order_not_payable');
    expect(reply.body).toMatchObject({
      orderIds: [paid, cancelled],
      orders: [
        { orderId: paid, status: 'paid' },
        { orderId: cancelled, status: 'cancelled' },
      ],
    });
  });

  test('for more than is in stock, with the orders', async () => {
    const { customer, product } = apiOver();
    const lan = customer('lan');
    const orderId = await lan.order(await product({ stock: 1 }), 2);
    const reply = await lan.checkOut([orderId]);
    expect(codeOf(reply)).toBe('409 out_of_stock');
    expect(reply.body).toMatchObject({ orderIds: [orderId] });
  });

  test('for an order that is not there and for another’s, which look alike', async () => {
    const { customer, product, world } = apiOver();
    const lan = customer('lan');
    const hers = await lan.order(await product());
    const none = world.ids.next(world.clock.nowMs());
    const minh = customer('minh');
    const [another, missing] = [await minh.checkOut([hers]), await minh.checkOut([none])];
    for (const reply of [another, missing]) expect(codeOf(reply)).toBe('404 not_found');
    const blank = (reply: { readonly body: unknown }) => ({
      ...(reply.body as object),
      instance: '',
      orderIds: [],
    });
    expect(blank(another)).toEqual(blank(missing));
  });

  test('for a key that came with another body or from another customer', async () => {
    const { customer, product } = apiOver();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    await lan.checkOut(orderIds, key);
    expect(codeOf(await lan.checkOut(orderIds, key, 'pm_other'))).toBe('422 idempotency_key_reused');
    expect(codeOf(await customer('minh').checkOut(orderIds, key))).toBe('422 idempotency_key_reused');
  });

  test('for mixed currencies', async () => {
    const { customer, product } = apiOver();
    const lan = customer('lan');
    const dollars = await product({ price: { amount: 100, currency: 'USD' } });
    const orderIds = [await lan.order(await product()), await lan.order(dollars)];
    expect(codeOf(await lan.checkOut(orderIds))).toBe('422 mixed_currency');
  });

  test.each([
    ['none', undefined, '400 idempotency_key_missing'],
    ['an empty one', '', '400 idempotency_key_missing'],
    ['no UUID', 'hello', '400 idempotency_key_invalid'],
    ['two', `${key}, ${key}`, '400 idempotency_key_invalid'],
    ['half a quoted one', `"${key}`, '400 idempotency_key_invalid'],
    ['an empty quoted one', '""', '400 idempotency_key_invalid'],
  ])('for a key that is %s', async (_, header, code) => {
    const { customer } = apiOver();
    const headers = header === undefined ? {} : { 'idempotency-key': header };
    const reply = await customer('lan').post('/checkouts', 'not even JSON', headers);
    expect(codeOf(reply)).toBe(code);
  });

  const orderId = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  const payment = { method: 'pm_card_visa' };
  const upTo = (count: number) =>
    Array.from({ length: count }, (_, index) => orderId.slice(0, -3) + String(index).padStart(3, '0'));
  test.each([
    ['no order', { orderIds: [], payment }, '/orderIds'],
    ['101 orders', { orderIds: upTo(101), payment }, '/orderIds'],
    ['the same order twice', { orderIds: [orderId, orderId.toUpperCase()], payment }, '/orderIds'],
    ['an id that is no UUID', { orderIds: ['1'], payment }, '/orderIds/0'],
    ['no payment', { orderIds: [orderId] }, '/payment'],
    ['no method', { orderIds: [orderId], payment: {} }, '/payment/method'],
    ['an empty method', { orderIds: [orderId], payment: { method: '' } }, '/payment/method'],
    ['a method with a NUL', { orderIds: [orderId], payment: { method: 'a\0' } }, '/payment/method'],
    ['a long method', { orderIds: [orderId], payment: { method: 'x'.repeat(101) } }, '/payment/method'],
    ['an unknown field', { orderIds: [orderId], payment, amount: 1 }, '/amount'],
    ['an unknown field inside', { orderIds: [orderId], payment: { ...payment, cvc: '1' } }, '/payment/cvc'],
  ])('for a body with %s', async (_, body, path) => {
    const { customer } = apiOver();
    const reply = await customer('lan').post('/checkouts', body, { 'idempotency-key': key });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('not for 100 orders and a method of 100 characters', async () => {
    const { customer } = apiOver();
    const body = { orderIds: upTo(100), payment: { method: 'ộ'.repeat(100) } };
    const reply = await customer('lan').post('/checkouts', body, { 'idempotency-key': key });
    expect(codeOf(reply)).toBe('404 not_found');
  });
});

describe('a checkout is shown', () => {
  test('to its customer and to an operator, and to nobody else', async () => {
    const { customer, operator, product } = apiOver();
    const lan = customer('lan');
    const paid = await lan.checkOut([await lan.order(await product())]);
    const path = `/checkouts/${textAt(paid, 'checkoutId')}`;
    for (const one of [lan, operator]) {
      const { body } = expectStatus(await one.get(path), 200);
      expect(body).toMatchObject({ ...(paid.body as object), createdAt: '2026-03-01T08:00:00.000Z' });
    }
    expect(codeOf(await customer('minh').get(path))).toBe('404 not_found');
    expect(
      expectStatus(await lan.get(path.toUpperCase().replace('CHECKOUTS', 'checkouts')), 200).status,
    ).toBe(200);
  });

  test('declined as such', async () => {
    const { customer, product } = apiOver();
    const lan = customer('lan');
    const reply = await lan.checkOut([await lan.order(await product())], key, 'pm_card_chargeDeclined');
    const now = await lan.get(`/checkouts/${textAt(reply, 'checkoutId')}`);
    expect(now.body).toMatchObject({ status: 'declined', payment: { declineCode: 'card_declined' } });
  });
});
