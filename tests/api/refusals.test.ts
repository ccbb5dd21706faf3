import { describe, expect, test } from 'bun:test';
import { apiOver, codeOf, pathsOf } from './api.ts';

const key = 'E0E1F2A3-0000-4000-8000-0000000000AA';

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
    ['one in unlike quotes', `"${key}'`, '400 idempotency_key_invalid'],
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
