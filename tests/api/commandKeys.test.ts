import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf, textAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

const key = 'E0E1F2A3-0000-4000-8000-0000000000AA';
const keyHeader = { 'idempotency-key': key };

describe('The Idempotency-Key of POST /orders', () => {
  test('An order that is sent again under its key is placed once, and gets the first response', async () => {
    const { customer, product, world } = createTestApi();
    const lan = customer('lan');
    const body = { productId: await product(), quantity: 2 };
    const first = expectStatus(await lan.post('/orders', body, keyHeader), 201);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    await lan.remove(`/orders/${textAt(first, 'id')}`);
    world.advance(1_000);
    for (const spelling of [key, key.toLowerCase(), `"${key}"`]) {
      const again = await lan.post(
        '/orders',
        { ...body, productId: body.productId.toUpperCase() },
        { 'idempotency-key': spelling },
      );
      expect(expectStatus(again, 201).body).toEqual(first.body);
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    }
    expect((await pageOf(lan.get('/orders'))).items).toHaveLength(1);
  });

  test('A key that is sent 40 times at once places one order', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const body = { productId: await product(), quantity: 1 };
    const replies = await Promise.all(Array.from({ length: 40 }, () => lan.post('/orders', body, keyHeader)));
    expect(new Set(replies.map((reply) => textAt(expectStatus(reply, 201), 'id'))).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  test('A key with another body is rejected, and another customer may use it', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const productId = await product();
    const first = expectStatus(await lan.post('/orders', { productId, quantity: 1 }, keyHeader), 201);
    expect(codeOf(await lan.post('/orders', { productId, quantity: 2 }, keyHeader))).toBe(
      '422 idempotency_key_reused',
    );
    const other = await customer('minh').post('/orders', { productId, quantity: 2 }, keyHeader);
    expect(textAt(expectStatus(other, 201), 'id')).not.toBe(textAt(first, 'id'));
  });

  test('The key of an order may be the key of its checkout too', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const order = await lan.post('/orders', { productId: await product(), quantity: 1 }, keyHeader);
    expectStatus(await lan.checkOut([textAt(order, 'id')], key), 202);
  });

  test('A refused order uses up no key', async () => {
    const { customer, product, world } = createTestApi();
    const lan = customer('lan');
    const missing = { productId: world.ids.next(world.clock.nowMs()), quantity: 1 };
    expect(codeOf(await lan.post('/orders', missing, keyHeader))).toBe('404 not_found');
    expectStatus(await lan.post('/orders', { productId: await product(), quantity: 1 }, keyHeader), 201);
  });

  test.each([
    ['not a UUID', 'hello'],
    ['empty', ''],
    ['two keys', `${key}, ${key}`],
  ])('An order key that is %s is rejected', async (_, header) => {
    const { customer, product } = createTestApi();
    const body = { productId: await product(), quantity: 1 };
    const reply = await customer('lan').post('/orders', body, { 'idempotency-key': header });
    expect(codeOf(reply)).toBe('400 idempotency_key_invalid');
  });

  test('Orders without a key are placed each time', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const productId = await product();
    expect(await lan.order(productId)).not.toBe(await lan.order(productId));
  });
});

test('POST /money/reconciliations requests one reconciliation for each key', async () => {
  const { operator, as } = createTestApi();
  const body = { day: '2026-02-28' };
  const first = expectStatus(await operator.post('/money/reconciliations', body, keyHeader), 202);
  const again = expectStatus(await operator.post('/money/reconciliations', body, keyHeader), 202);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const other = await as('operator-2', 'operator').post('/money/reconciliations', body, keyHeader);
  expect(textAt(expectStatus(other, 202), 'id')).not.toBe(textAt(first, 'id'));
  const reused = await operator.post('/money/reconciliations', { day: '2026-02-27' }, keyHeader);
  expect(codeOf(reused)).toBe('422 idempotency_key_reused');
});
