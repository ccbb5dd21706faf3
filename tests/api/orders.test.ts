import { describe, expect, test } from 'bun:test';
import type { Store } from '../../core/store.ts';
import { apiOver, codeOf, expectStatus, pageOf, pathsOf, textAt, tokenOf, valueAt } from './api.ts';

describe('POST /orders', () => {
  test('answers 201 with the order and where it is', async () => {
    const { customer, product } = apiOver();
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
      createdAt: '2026-03-01T08:00:00.000Z',
      updatedAt: '2026-03-01T08:00:00.000Z',
    });
  });

  test.each([
    ['no quantity', { quantity: undefined }, '/quantity'],
    ['a quantity of 0', { quantity: 0 }, '/quantity'],
    ['a quantity of 10,001', { quantity: 10_001 }, '/quantity'],
    ['half a piece', { quantity: 0.5 }, '/quantity'],
    ['a quantity as text', { quantity: '1' }, '/quantity'],
    ['no id', { productId: 'x' }, '/productId'],
    ['a price of its own', { total: 1 }, '/total'],
  ])('refuses %s', async (_, change, path) => {
    const { customer, product } = apiOver();
    const reply = await customer('lan').post('/orders', {
      productId: await product(),
      quantity: 1,
      ...change,
    });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('refuses a total that no longer adds up exactly', async () => {
    const { customer, product } = apiOver();
    const productId = await product({ price: { amount: 1e12, currency: 'VND' } });
    const reply = await customer('lan').post('/orders', { productId, quantity: 10_000 });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/quantity']);
  });

  test('knows no such product', async () => {
    const { customer, world } = apiOver();
    const productId = world.ids.next(world.clock.nowMs());
    const reply = await customer('lan').post('/orders', { productId, quantity: 1 });
    expect(codeOf(reply)).toBe('404 not_found');
  });

  test('is a customer’s', async () => {
    const { operator, product } = apiOver();
    const reply = await operator.post('/orders', { productId: await product(), quantity: 1 });
    expect(codeOf(reply)).toBe('403 forbidden');
  });

  test.each([
    ['the token’s language', { locale: 'en-GB' }, 'vi', 'en'],
    ['the header’s where the token names none', {}, 'fr, en;q=0.4, vi;q=0.8', 'vi'],
    ['the header’s where we do not write the token’s', { locale: 'fr' }, 'en', 'en'],
    ['none where neither says', {}, undefined, null],
  ])('keeps the email of the token and %s', async (_, claims, header, language) => {
    const contacts: unknown[] = [];
    const storing = (store: Store): Store => ({
      ...store,
      orders: {
        ...store.orders,
        place: (requests, nowMs) => {
          contacts.push(...requests.map(({ contact }) => contact));
          return store.orders.place(requests, nowMs);
        },
      },
    });
    const { call, product, world } = apiOver({ storing });
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
  test('lists a customer’s own, newest first and page by page, and everybody’s to an operator', async () => {
    const { customer, operator, product } = apiOver();
    const [lan, minh] = [customer('lan'), customer('minh')];
    const productId = await product();
    const hers = [
      await lan.order(productId),
      await lan.order(productId),
      await lan.order(productId),
    ].reverse();
    const his = await minh.order(productId);
    const ids = async (one: typeof lan, query: string) =>
      (await pageOf(one.get(`/orders${query}`))).items.map((item) => valueAt(item, 'id'));
    expect(await ids(lan, '')).toEqual(hers);
    expect(await ids(operator, '')).toEqual([his, ...hers]);
    expect(await ids(operator, '?customerId=minh')).toEqual([his]);
    expect(await ids(operator, '?customerId=nobody')).toEqual([]);
    expect(await ids(lan, '?customerId=lan')).toEqual(hers);

    const first = await pageOf(lan.get('/orders?limit=2'));
    await lan.order(productId);
    const second = await pageOf(lan.get(`/orders?limit=2&cursor=${first.next}`));
    expect([...first.items, ...second.items].map((item) => valueAt(item, 'id'))).toEqual(hers);
    expect(second.next).toBeNull();
  });

  test('does not list another’s', async () => {
    expect(codeOf(await apiOver().customer('minh').get('/orders?customerId=lan'))).toBe('403 forbidden');
  });

  test('narrows by words, status, type and time', async () => {
    const { customer, product, world } = apiOver();
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

  test.each([
    ['status=Paid', '/status'],
    ['type=magic', '/type'],
    ['from=yesterday', '/from'],
    ['from=2026-03-01', '/from'],
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
  ])('refuses %s', async (query, path) => {
    const reply = await apiOver().operator.get(`/orders?${query}`);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('needs a role', async () => {
    expect(codeOf(await apiOver().as('lan').get('/orders'))).toBe('403 forbidden');
    expect(codeOf(await apiOver().as('lan', 'admin').get('/orders'))).toBe('403 forbidden');
  });
});

describe('GET /orders/{id}', () => {
  test('shows payment and history, to its owner and to an operator only', async () => {
    const { customer, operator, product } = apiOver();
    const lan = customer('lan');
    const id = await lan.order(await product());
    expect((await lan.get(`/orders/${id}`)).body).toMatchObject({
      payment: null,
      invoice: null,
      licences: [],
    });
    const paid = await lan.checkOut([id]);
    for (const one of [lan, operator]) {
      const { body } = expectStatus(await one.get(`/orders/${id}`), 200);
      expect(body).toMatchObject({ id, status: 'paid', payment: valueAt(paid.body, 'payment') });
      expect(valueAt(body, 'history')).toEqual(
        ['pending', 'paying', 'paid'].map((state, index) =>
          expect.objectContaining({ seq: index + 1, state, at: '2026-03-01T08:00:00.000Z' }),
        ),
      );
    }
    expect(codeOf(await customer('minh').get(`/orders/${id}`))).toBe('404 not_found');
    expect(codeOf(await lan.get('/orders/1'))).toBe('404 not_found');
  });
});

describe('DELETE /orders/{id}', () => {
  test('cancels what is pending, once', async () => {
    const { customer, product } = apiOver();
    const lan = customer('lan');
    const id = await lan.order(await product());
    const reply = expectStatus(await lan.remove(`/orders/${id}`), 204);
    expect(reply.body).toBe('');
    const again = await lan.remove(`/orders/${id}`);
    expect(codeOf(again)).toBe('409 order_not_pending');
    expect(again.body).toMatchObject({ orderStatus: 'cancelled' });
  });

  test('is the owner’s: another customer sees nothing, an operator may not', async () => {
    const { customer, operator, as, product, world } = apiOver();
    const lan = customer('lan');
    const id = await lan.order(await product());
    expect(codeOf(await customer('minh').remove(`/orders/${id}`))).toBe('404 not_found');
    expect(codeOf(await operator.remove(`/orders/${id}`))).toBe('403 forbidden');
    const none = world.ids.next(world.clock.nowMs());
    expect(codeOf(await operator.remove(`/orders/${none}`))).toBe('404 not_found');
    expect(codeOf(await lan.remove('/orders/x'))).toBe('404 not_found');
    expectStatus(await as('lan', 'customer', 'operator').remove(`/orders/${id}`), 204);
  });
});
