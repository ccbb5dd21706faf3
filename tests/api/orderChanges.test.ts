import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

const hourMs = 3_600_000;

const patch = (client: ReturnType<Api['customer']>, id: string, body: unknown) =>
  client.send('PATCH', `/orders/${id}`, { body });

describe('PATCH /orders/{id}', () => {
  test('A customer changes the quantity of a pending order, at the price that it was ordered for', async () => {
    const { customer, product, operator } = createTestApi();
    const lan = customer('lan');
    const productId = await product();
    const id = await lan.order(productId, 2);
    const price = { amount: 1, currency: 'VND' };
    expectStatus(await operator.send('PATCH', `/products/${productId}`, { body: { price } }), 200);
    const reply = expectStatus(await patch(lan, id, { quantity: 3 }), 200);
    const changed = { id, status: 'pending', quantity: 3, total: { amount: 597_000, currency: 'VND' } };
    expect(reply.body).toMatchObject(changed);
    expect((await lan.get(`/orders/${id}`)).body).toMatchObject({
      ...changed,
      history: [{ state: 'pending' }, { state: 'quantity_changed', detail: '2 → 3' }],
    });
    expect(expectStatus(await lan.checkOut([id]), 202).body).toMatchObject({
      payment: { amount: 597_000 },
      orders: [{ quantity: 3 }],
    });
    const refused = await patch(lan, id, { quantity: 4 });
    expect(codeOf(refused)).toBe('409 order_not_pending');
    expect(refused.body).toMatchObject({ orderStatus: 'paid' });
  });

  test('Only the owner of an order changes it', async () => {
    const { customer, product, operator } = createTestApi();
    const id = await customer('lan').order(await product());
    expect(codeOf(await patch(customer('minh'), id, { quantity: 2 }))).toBe('404 not_found');
    expect(codeOf(await patch(operator, id, { quantity: 2 }))).toBe('403 forbidden');
    expect(codeOf(await patch(customer('lan'), 'x', { quantity: 2 }))).toBe('404 not_found');
  });

  test.each([
    [{ quantity: 0 }, '/quantity'],
    [{ quantity: 10_001 }, '/quantity'],
    [{}, '/quantity'],
    [{ quantity: 1, total: 1 }, '/total'],
  ])('The change %p is refused', async (body, path) => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const reply = await patch(lan, await lan.order(await product()), body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('A quantity whose total is too large is refused', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const id = await lan.order(await product({ price: { amount: 1e12, currency: 'VND' } }));
    const reply = await patch(lan, id, { quantity: 10_000 });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/quantity']);
  });
});

describe('Orders that expire', () => {
  test('An order is paid 1 ms before its expiresAt, and refused as cancelled at it', async () => {
    const { customer, product, world } = createTestApi();
    const lan = customer('lan');
    const [early, late] = [await lan.order(await product()), await lan.order(await product())];
    world.advance(24 * hourMs - 1);
    expectStatus(await lan.checkOut([early]), 202);
    world.advance(1);
    const refused = await lan.checkOut([late]);
    expect(codeOf(refused)).toBe('409 order_not_payable');
    expect(refused.body).toMatchObject({
      orderIds: [late],
      orders: [{ orderId: late, status: 'cancelled' }],
    });
    const unchanged = await patch(lan, late, { quantity: 2 });
    expect(codeOf(unchanged)).toBe('409 order_not_pending');
    expect(unchanged.body).toMatchObject({ orderStatus: 'cancelled' });
  });

  test('The declined response that a retry gets again has the quantity that was asked for', async () => {
    const { customer, product } = createTestApi();
    const lan = customer('lan');
    const id = await lan.order(await product(), 2);
    const key = crypto.randomUUID();
    const first = await lan.checkOut([id], key, 'pm_card_authenticationRequired');
    expectStatus(await lan.remove(`/checkouts/${textAt(first, 'checkoutId')}`), 200);
    expectStatus(await patch(lan, id, { quantity: 5 }), 200);
    const again = await lan.checkOut([id], key, 'pm_card_authenticationRequired');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
  });
});

describe('GET /orders?number=', () => {
  test('The number of a checkout finds its orders, for their customer and for operators', async () => {
    const { customer, product, operator } = createTestApi();
    const lan = customer('lan');
    const ids = [await lan.order(await product()), await lan.order(await product())];
    const other = await lan.order(await product());
    const paid = expectStatus(await lan.checkOut(ids), 202);
    await lan.checkOut([other]);
    const number = textAt(paid, 'number');
    const checkoutId = textAt(paid, 'checkoutId');
    expect((await lan.get(`/checkouts/${checkoutId}`)).body).toMatchObject({ number });
    const found = async (client: typeof lan, text: string) =>
      (await pageOf(client.get(`/orders?number=${encodeURIComponent(text)}`))).items.map((item) =>
        valueAt(item, 'id'),
      );
    expect(await found(lan, number)).toEqual(ids.toReversed());
    expect(await found(operator, ` ${number.toLowerCase()} `)).toEqual(ids.toReversed());
    expect(await found(customer('minh'), number)).toEqual([]);
    for (const none of ['T-1', 'X-100001', 'T-', '100001', 'áo', '99999999999999999999'])
      expect(await found(operator, none)).toEqual([]);
    const page = await pageOf(lan.get(`/orders?number=${number}&limit=1`));
    expect(page.items).toMatchObject([{ id: ids[1], number }]);
    expect(page.next).not.toBeNull();
  });
});
