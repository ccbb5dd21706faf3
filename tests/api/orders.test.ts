import { describe, expect, test } from 'bun:test';
import type { Store } from '../../core/store.ts';
import { createTestWorld } from '../world.ts';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { createTestApi, tokenOf } from './testApi.ts';

describe('POST /orders', () => {
  test('POST /orders returns 201 with the order and its path', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const productId = await product({ code: 'TEE-1' });
    const reply = expectStatus(
      await lan.post('/orders', { productId: productId.toUpperCase(), quantity: 2 }),
      201,
    );
    const id = textAt(reply, 'id');
    expect(reply.headers.get('location')).toBe(`/orders/${id}`);
    expect(reply.body).toEqual({
      id,
      customerId: 'lan',
      product: { id: productId, code: 'TEE-1', name: 'Áo thun nam', type: 'physical' },
      quantity: 2,
      total: { amount: 398_000, currency: 'VND' },
      status: 'pending',
      checkoutId: null,
      number: null,
      expiresAt: '2026-03-02T08:00:00.000Z',
      disputed: false,
      createdAt: '2026-03-01T08:00:00.000Z',
      updatedAt: '2026-03-01T08:00:00.000Z',
    });
  });

  test.each([
    ['no quantity', { quantity: undefined }, '/quantity'],
    ['a quantity of 0', { quantity: 0 }, '/quantity'],
    ['a quantity of 10,001', { quantity: 10_001 }, '/quantity'],
    ['half a unit', { quantity: 0.5 }, '/quantity'],
    ['a quantity as text', { quantity: '1' }, '/quantity'],
    ['an id that is not a UUID', { productId: 'x' }, '/productId'],
    ['its own total', { total: 1 }, '/total'],
  ])('POST /orders rejects an order with %s', async (_, change, path) => {
    const { customer, product } = createTestApi();
    const reply = await customer('lan').post('/orders', {
      productId: await product(),
      quantity: 1,
      ...change,
    });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('An order is in a range from its createdAt on and in none up to it, however long its request waits', async () => {
    const base = createTestWorld();
    // Time passes between the request and the statement that places its order.
    const yieldToEventLoop = async () => void base.advance(7);
    const { customer, product } = createTestApi({ world: { ...base, yieldToEventLoop }, ownApp: true });
    const productId = await product();
    const headersOf = { lan: {}, mai: { 'idempotency-key': crypto.randomUUID() } };
    for (const [id, headers] of Object.entries(headersOf)) {
      const client = customer(id);
      const placed = expectStatus(await client.post('/orders', { productId, quantity: 1 }, headers), 201);
      const countOf = async (name: string) =>
        (await pageOf(client.get(`/orders?${name}=${textAt(placed, 'createdAt')}`))).items.length;
      expect([await countOf('from'), await countOf('to')]).toEqual([1, 0]);
    }
  });

  test('POST /orders rejects a total that is too large to be exact', async () => {
    const { customer, product } = createTestApi();
    const productId = await product({ price: { amount: 1e12, currency: 'VND' } });
    const reply = await customer('lan').post('/orders', { productId, quantity: 10_000 });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/quantity']);
  });

  test('POST /orders returns 404 for an unknown product', async () => {
    const { customer, world } = createTestApi();
    const productId = world.ids.next(world.clock.nowMs());
    const reply = await customer('lan').post('/orders', { productId, quantity: 1 });
    expect(codeOf(reply)).toBe('404 not_found');
    expect(reply.body).toMatchObject({ productId, detail: expect.stringContaining('productId') });
  });

  test('POST /orders needs the role customer', async () => {
    const { operator, product } = createTestApi();
    const reply = await operator.post('/orders', { productId: await product(), quantity: 1 });
    expect(codeOf(reply)).toBe('403 forbidden');
  });

  test.each([
    ['the language of the token', { locale: 'en-GB' }, 'vi', 'en'],
    ['the language of the header if the token has none', {}, 'fr, en;q=0.4, vi;q=0.8', 'vi'],
    [
      'the language of the header if mails are not written in that of the token',
      { locale: 'fr' },
      'en',
      'en',
    ],
    ['no language if neither has one', {}, undefined, null],
  ])('POST /orders stores the email of the token and %s', async (_, claims, header, language) => {
    const contacts: unknown[] = [];
    const wrapStore = (store: Store): Store => ({
      ...store,
      orders: {
        ...store.orders,
        place: (requests, nowMs) => {
          contacts.push(...requests.map(({ contact }) => contact));
          return store.orders.place(requests, nowMs);
        },
      },
    });
    const { call, product, world } = createTestApi({ wrapStore });
    const token = await tokenOf(world, {
      sub: 'lan',
      email: 'lan@example.com',
      roles: ['customer'],
      ...claims,
    });
    const headers = header === undefined ? {} : { 'accept-language': header };
    const body = { productId: await product(), quantity: 1 };
    expectStatus(await call('POST', '/orders', { token, body, headers }), 201);
    expect(contacts).toEqual([{ email: 'lan@example.com', language }]);
  });
});

describe('GET /orders', () => {
  test('GET /orders pages newest first: for a customer the own orders, for an operator all orders', async () => {
    const { customer, operator, product } = createTestApi();
    const [lan, minh] = [customer('lan'), customer('minh')];
    const productId = await product();
    const ordersOfLan = [
      await lan.order(productId),
      await lan.order(productId),
      await lan.order(productId),
    ].reverse();
    const orderOfMinh = await minh.order(productId);
    const ids = async (client: typeof lan, query: string) =>
      (await pageOf(client.get(`/orders${query}`))).items.map((item) => valueAt(item, 'id'));
    expect(await ids(lan, '')).toEqual(ordersOfLan);
    expect(await ids(operator, '')).toEqual([orderOfMinh, ...ordersOfLan]);
    expect(await ids(operator, '?customerId=minh')).toEqual([orderOfMinh]);
    expect(await ids(operator, '?customerId=nobody')).toEqual([]);
    expect(await ids(lan, '?customerId=lan')).toEqual(ordersOfLan);

    const first = await pageOf(lan.get('/orders?limit=2'));
    await lan.order(productId);
    const second = await pageOf(lan.get(`/orders?limit=2&cursor=${first.next}`));
    expect([...first.items, ...second.items].map((item) => valueAt(item, 'id'))).toEqual(ordersOfLan);
    expect(second.next).toBeNull();
  });

  test('GET /orders does not show another customer’s orders to a customer', async () => {
    expect(codeOf(await createTestApi().customer('minh').get('/orders?customerId=lan'))).toBe(
      '403 forbidden',
    );
  });

  test('GET /orders filters by words, status, type and time', async () => {
    const { customer, product, world } = createTestApi();
    const lan = customer('lan');
    const shirt = await lan.order(await product({ name: 'Áo thun nam' }));
    world.advance(60_000);
    const course = await lan.order(await product({ name: 'Khoá học', type: 'digital' }));
    await lan.checkOut([course]);
    const found = async (query: string) =>
      (await pageOf(lan.get(`/orders?${query}`))).items.map((item) => valueAt(item, 'id'));
    expect(await found('q=ao+thun')).toEqual([shirt]);
    expect(await found('status=paid')).toEqual([course]);
    expect(await found('type=physical')).toEqual([shirt]);
    expect(await found('from=2026-03-01T08:01:00Z')).toEqual([course]);
    expect(await found('to=2026-03-01T08:01:00Z')).toEqual([shirt]);
    expect(await found('from=2026-03-01T15:01:00%2B07:00')).toEqual([course]);
    expect(await found('from=2026-03-01T15:01:00+07:00')).toEqual([course]);
    expect(await found('from=2026-03-01T08:00:00Z&to=2026-03-01T08:00:00Z')).toEqual([]);
  });

  test('GET /orders takes a plain date as the whole day of the time zone of the shop', async () => {
    const { customer, product, world } = createTestApi();
    world.setTimeZone('Asia/Ho_Chi_Minh');
    const lan = customer('lan');
    const shirt = await product();
    const found = async (query: string) =>
      (await pageOf(lan.get(`/orders?${query}`))).items.map((item) => valueAt(item, 'id'));
    const orderAt = (ms: number) => {
      world.clock.set(ms);
      return lan.order(shirt);
    };
    const firstMs = Date.UTC(2026, 2, 1, 17);
    const before = await orderAt(firstMs - 1);
    const first = await orderAt(firstMs);
    const last = await orderAt(firstMs + 24 * 3_600_000 - 1);
    const after = await orderAt(firstMs + 24 * 3_600_000);
    expect(await found('from=2026-03-02&to=2026-03-02')).toEqual([last, first]);
    expect(await found('from=2026-03-03')).toEqual([after]);
    expect(await found('to=2026-03-01')).toEqual([before]);
    expect(await found('from=2026-03-01&to=2026-03-02T00:00:00%2B07:00')).toEqual([before]);
  });

  test.each([
    ['status=Paid', '/status'],
    ['type=magic', '/type'],
    ['from=yesterday', '/from'],
    ['from=2026-02-29', '/from'],
    ['to=2026-3-1', '/to'],
    ['to=2026-02-30T00:00:00Z', '/to'],
    ['to=2026-03-01T24:00:00Z', '/to'],
    ['to=2026-03-01T08:00:00', '/to'],
    ['limit=101', '/limit'],
    ['sort=asc', '/sort'],
    [`q=${'x'.repeat(201)}`, '/q'],
    ['customerId=', '/customerId'],
    ['customerId=%00', '/customerId'],
    [`cursor=${Buffer.from('{"tier":0}').toString('base64url')}`, '/cursor'],
    [
      `cursor=${Buffer.from('"urn:uuid:019ca869-5000-71fe-bd5a-46dd9755d1f8"').toString('base64url')}`,
      '/cursor',
    ],
  ])('GET /orders rejects the query %s', async (query, path) => {
    const reply = await createTestApi().operator.get(`/orders?${query}`);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('GET /orders needs a known role', async () => {
    expect(codeOf(await createTestApi().as('lan').get('/orders'))).toBe('403 forbidden');
    expect(codeOf(await createTestApi().as('lan', 'admin').get('/orders'))).toBe('403 forbidden');
  });
});

describe('GET /orders/{id}', () => {
  test('GET /orders/{id} shows payment and history to the owner and to an operator only', async () => {
    const { customer, operator, product } = createTestApi();
    const lan = customer('lan');
    const id = await lan.order(await product());
    expect((await lan.get(`/orders/${id}`)).body).toMatchObject({
      payment: null,
      invoice: null,
      licences: [],
      bookings: [],
      shipment: null,
    });
    const paid = await lan.checkOut([id]);
    for (const reader of [lan, operator]) {
      const { body } = expectStatus(await reader.get(`/orders/${id}`), 200);
      expect(body).toMatchObject({ id, status: 'paid', payment: valueAt(paid.body, 'payment') });
      expect(valueAt(body, 'history')).toEqual(
        ['pending', 'paying', 'stock_reserved', 'paid'].map((state, index) =>
          expect.objectContaining({ seq: index + 1, state, at: '2026-03-01T08:00:00.000Z' }),
        ),
      );
    }
    expect(codeOf(await customer('minh').get(`/orders/${id}`))).toBe('404 not_found');
    expect(codeOf(await lan.get('/orders/1'))).toBe('404 not_found');
  });
});

describe('DELETE /orders/{id}', () => {
  test('DELETE /orders/{id} cancels a pending order, and answers the same when it is sent again', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const id = await lan.order(await product());
    const reply = expectStatus(await lan.remove(`/orders/${id}`), 204);
    expect(reply.body).toBe('');
    expect(expectStatus(await lan.remove(`/orders/${id}`), 204).body).toBe('');
  });

  test('DELETE /orders/{id} rejects a paid order and names its status', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const id = await lan.order(await product());
    expectStatus(await lan.checkOut([id]), 202);
    const reply = await lan.remove(`/orders/${id}`);
    expect(codeOf(reply)).toBe('409 order_not_pending');
    expect(reply.body).toMatchObject({ orderStatus: 'paid' });
  });

  test('Only the owner can cancel an order: another customer gets 404, an operator 403', async () => {
    const { customer, operator, as, product, world } = createTestApi();
    const lan = customer('lan');
    const id = await lan.order(await product());
    expect(codeOf(await customer('minh').remove(`/orders/${id}`))).toBe('404 not_found');
    expect(codeOf(await operator.remove(`/orders/${id}`))).toBe('403 forbidden');
    const unknownId = world.ids.next(world.clock.nowMs());
    expect(codeOf(await operator.remove(`/orders/${unknownId}`))).toBe('403 forbidden');
    expect(codeOf(await as('minh', 'customer', 'operator').remove(`/orders/${id}`))).toBe('404 not_found');
    expect(codeOf(await lan.remove('/orders/x'))).toBe('404 not_found');
    expectStatus(await as('lan', 'customer', 'operator').remove(`/orders/${id}`), 204);
  });
});
