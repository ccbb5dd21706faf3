import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pathsOf, valueAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

const key = 'E0E1F2A3-0000-4000-8000-0000000000AA';

describe('Checkouts that are rejected', () => {
  test('A checkout of paid or cancelled orders is rejected with their statuses', async () => {
    const { customer, product } = createTestApi();
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

  test('A checkout of more than the stock is rejected with its orders and what is left', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const productId = await product({ stock: 1 });
    const orderId = await lan.order(productId, 2);
    const other = await lan.order(await product({ stock: null }));
    const reply = await lan.checkOut([orderId, other]);
    expect(codeOf(reply)).toBe('409 out_of_stock');
    expect(reply.body).toMatchObject({
      orderIds: [orderId],
      products: [{ productId, left: 1, orderIds: [orderId] }],
    });
  });

  test('A checkout of a missing order and of another customer’s order get the same response', async () => {
    const { customer, product, world } = createTestApi();
    const lan = customer('lan');
    const orderOfLan = await lan.order(await product());
    const unknownId = world.ids.next(world.clock.nowMs());
    const minh = customer('minh');
    const [another, missing] = [await minh.checkOut([orderOfLan]), await minh.checkOut([unknownId])];
    for (const reply of [another, missing]) expect(codeOf(reply)).toBe('404 not_found');
    const comparable = (reply: { readonly body: unknown }) => ({
      ...(reply.body as object),
      instance: '',
      // The id is what the caller sent.
      detail: String(valueAt(reply.body, 'detail')).replace(/[0-9a-f-]{36}/, 'ID'),
      orderIds: [],
    });
    expect(comparable(another)).toEqual(comparable(missing));
  });

  test('A key that was used with another body is rejected, and another customer’s key is not in the way', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    await lan.checkOut(orderIds, key);
    expect(codeOf(await lan.checkOut(orderIds, key, 'pm_other'))).toBe('422 idempotency_key_reused');
    const minh = customer('minh');
    expect(codeOf(await minh.checkOut(orderIds, key))).toBe('404 not_found');
    expectStatus(await minh.checkOut([await minh.order(await product())], key), 202);
  });

  test('A checkout of orders in different currencies is rejected', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const dollars = await product({ price: { amount: 100, currency: 'USD' } });
    const orderIds = [await lan.order(await product()), await lan.order(dollars)];
    expect(codeOf(await lan.checkOut(orderIds))).toBe('422 mixed_currency');
  });

  test.each([
    ['missing', undefined, '400 idempotency_key_missing'],
    ['empty', '', '400 idempotency_key_missing'],
    ['not a UUID', 'hello', '400 idempotency_key_invalid'],
    ['two keys', `${key}, ${key}`, '400 idempotency_key_invalid'],
    ['quoted only at its start', `"${key}`, '400 idempotency_key_invalid'],
    ['in two different quotes', `"${key}'`, '400 idempotency_key_invalid'],
    ['empty in quotes', '""', '400 idempotency_key_invalid'],
  ])('A checkout key that is %s is rejected', async (_, header, code) => {
    const { customer } = createTestApi();
    const headers = header === undefined ? {} : { 'idempotency-key': header };
    const reply = await customer('lan').post('/checkouts', 'not even JSON', headers);
    expect(codeOf(reply)).toBe(code);
  });

  const orderId = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  const payment = { method: 'pm_card_visa' };
  const idsOf = (count: number) =>
    Array.from({ length: count }, (_, index) => orderId.slice(0, -3) + String(index).padStart(3, '0'));
  test.each([
    ['no order', { orderIds: [], payment }, '/orderIds'],
    ['101 orders', { orderIds: idsOf(101), payment }, '/orderIds'],
    ['the same order twice', { orderIds: [orderId, orderId.toUpperCase()], payment }, '/orderIds'],
    ['an id that is not a UUID', { orderIds: ['1'], payment }, '/orderIds/0'],
    ['no payment', { orderIds: [orderId] }, '/payment'],
    ['no method', { orderIds: [orderId], payment: {} }, '/payment/method'],
    ['an empty method', { orderIds: [orderId], payment: { method: '' } }, '/payment/method'],
    ['a method with a NUL', { orderIds: [orderId], payment: { method: 'a\0' } }, '/payment/method'],
    ['a long method', { orderIds: [orderId], payment: { method: 'x'.repeat(101) } }, '/payment/method'],
    ['an unknown field', { orderIds: [orderId], payment, amount: 1 }, '/amount'],
    [
      'an unknown field of payment',
      { orderIds: [orderId], payment: { ...payment, cvc: '1' } },
      '/payment/cvc',
    ],
  ])('A checkout body with %s is rejected', async (_, body, path) => {
    const { customer } = createTestApi();
    const reply = await customer('lan').post('/checkouts', body, { 'idempotency-key': key });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('A checkout body with 100 orders and a method of 100 characters is valid', async () => {
    const { customer } = createTestApi();
    const body = { orderIds: idsOf(100), payment: { method: 'ộ'.repeat(100) } };
    const reply = await customer('lan').post('/checkouts', body, { 'idempotency-key': key });
    expect(codeOf(reply)).toBe('404 not_found');
  });
});
