import { describe, expect, test } from 'bun:test';
import { dong, pay, requestRefund } from './refunds.ts';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

const key = 'E0E1F2A3-0000-4000-8000-0000000000AA';

const amountOf = (reply: { readonly body: unknown }): unknown => valueAt(reply.body, 'amount');

describe('POST /refunds', () => {
  test('POST /refunds returns 202 with the refund and its path, and wakes the workers', async () => {
    const api = createTestApi();
    const orderId = await pay(api);
    await Promise.resolve();
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const reply = expectStatus(
      await requestRefund(api, { orderId: orderId.toUpperCase(), amount: 99_000 }),
      202,
    );
    const id = textAt(reply, 'id');
    expect(reply.headers.get('location')).toBe(`/refunds/${id}`);
    expect(reply.headers.has('idempotent-replayed')).toBe(false);
    const order = await api.operator.get(`/orders/${orderId}`);
    expect(reply.body).toEqual({
      id,
      orderId,
      paymentId: textAt(order, 'checkoutId'),
      amount: dong(99_000),
      origin: 'operator',
      reason: 'It was damaged',
      restock: null,
      status: 'requested',
      creditNote: null,
      creditedLine: null,
      error: null,
      createdAt: '2026-03-01T08:00:00.000Z',
      updatedAt: '2026-03-01T08:00:00.000Z',
    });
    await Promise.resolve();
    expect(hints).toBeGreaterThan(0);
    const { items } = await pageOf(api.operator.get('/queue/tasks?pipeline=refund'));
    expect(items).toMatchObject([
      { checkoutId: null, orderIds: [], jobId: id, step: 'refund_charge', state: 'ready' },
    ]);
  });

  test('POST /refunds accepts an amount, an amount with its currency, or no amount for all that is left', async () => {
    const api = createTestApi();
    const orderId = await pay(api);
    expect(amountOf(await requestRefund(api, { orderId, amount: 50_000 }))).toEqual(dong(50_000));
    expect(amountOf(await requestRefund(api, { orderId, amount: dong(49_000) }))).toEqual(dong(49_000));
    expect(amountOf(await requestRefund(api, { orderId }))).toEqual(dong(100_000));
    const more = await requestRefund(api, { orderId });
    expect(codeOf(more)).toBe('409 refund_too_large');
    expect(more.body).toMatchObject({ left: dong(0) });
  });

  test('A retry under the same key gets the same response after the refund has ended', async () => {
    const api = createTestApi();
    const orderId = await pay(api);
    const first = expectStatus(await requestRefund(api, { orderId }, key), 202);
    api.world.advance(1_000);
    const refundId = textAt(first, 'id');
    const outcome = { kind: 'failed', reason: 'charge_disputed' } as const;
    await api.store.refunds.finish({ refundId, outcome }, api.world.clock.nowMs());
    for (const spelling of [key, key.toLowerCase(), `"${key}"`]) {
      const reply = expectStatus(await requestRefund(api, { orderId: orderId.toUpperCase() }, spelling), 202);
      expect(reply.body).toEqual(first.body);
      expect(reply.headers.get('idempotent-replayed')).toBe('true');
      expect(reply.headers.get('location')).toBe(`/refunds/${refundId}`);
    }
    expect((await pageOf(api.operator.get('/refunds'))).items).toHaveLength(1);
  });

  test.each([
    ['another amount', { amount: 2 }],
    ['no amount', { amount: undefined }],
    ['another reason', { reason: 'It was late' }],
    ['another restock', { restock: true }],
  ])('POST /refunds rejects a used key with %s', async (_, change) => {
    const api = createTestApi();
    const orderId = await pay(api);
    expectStatus(await requestRefund(api, { orderId, amount: 1 }, key), 202);
    expect(codeOf(await requestRefund(api, { orderId, amount: 1, ...change }, key))).toBe(
      '422 idempotency_key_reused',
    );
  });

  test('POST /refunds lets two operators use the same key, and each has a refund of their own', async () => {
    const api = createTestApi();
    const body = { orderId: await pay(api), amount: 1, reason: 'It was damaged' };
    const refunds = await Promise.all(
      ['one', 'two'].map(async (id) =>
        expectStatus(await api.as(id, 'operator').post('/refunds', body, { 'idempotency-key': key }), 202),
      ),
    );
    expect(new Set(refunds.map((reply) => textAt(reply, 'id'))).size).toBe(2);
    for (const reply of refunds) expect(reply.headers.get('idempotent-replayed')).toBeNull();
  });

  test('POST /refunds rejects more than is left and returns what is left', async () => {
    const api = createTestApi();
    const orderId = await pay(api);
    await requestRefund(api, { orderId, amount: 150_000 });
    const reply = await requestRefund(api, { orderId, amount: 49_001 });
    expect(codeOf(reply)).toBe('409 refund_too_large');
    expect(reply.body).toMatchObject({ left: dong(49_000) });
    expectStatus(await requestRefund(api, { orderId, amount: 49_000 }), 202);
  });

  test('POST /refunds rejects an unpaid order, an unknown order and another currency', async () => {
    const api = createTestApi();
    const lan = api.customer('lan');
    const pending = await requestRefund(api, { orderId: await lan.order(await api.product()) });
    expect(codeOf(pending)).toBe('409 order_not_refundable');
    expect(pending.body).toMatchObject({ orderStatus: 'pending' });
    expect(codeOf(await requestRefund(api, { orderId: key }))).toBe('404 not_found');
    const dollars = { amount: 1, currency: 'USD' };
    expect(codeOf(await requestRefund(api, { orderId: await pay(api), amount: dollars }))).toBe(
      '422 mixed_currency',
    );
  });

  test.each([
    ['no key', undefined, '400 idempotency_key_missing'],
    ['a key that is not a UUID', 'late:x', '400 idempotency_key_invalid'],
  ])('POST /refunds rejects a request with %s', async (_, header, code) => {
    const headers = header === undefined ? {} : { 'idempotency-key': header };
    expect(codeOf(await createTestApi().operator.post('/refunds', 'not even JSON', headers))).toBe(code);
  });

  const orderId = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  test.each([
    ['no order', { orderId: undefined }, '/orderId'],
    ['an id that is not a UUID', { orderId: '1' }, '/orderId'],
    ['an amount of 0', { amount: 0 }, '/amount'],
    ['a negative amount', { amount: -1 }, '/amount'],
    ['half of a minor unit', { amount: 0.5 }, '/amount'],
    ['an amount as text', { amount: '1' }, '/amount'],
    ['an amount that is too large to be exact', { amount: 2 ** 53 }, '/amount'],
    ['an amount of null', { amount: null }, '/amount'],
    ['money without a currency', { amount: { amount: 1 } }, '/amount'],
    ['money of an unknown currency', { amount: { amount: 1, currency: 'XYZ' } }, '/amount'],
    ['money with an unknown field', { amount: { ...dong(1), fee: 1 } }, '/amount'],
    ['no reason', { reason: undefined }, '/reason'],
    ['a blank reason', { reason: ' ' }, '/reason'],
    ['a long reason', { reason: 'ộ'.repeat(501) }, '/reason'],
    ['a restock that is no boolean', { restock: 'yes' }, '/restock'],
    ['a reason with a NUL', { reason: 'a\0' }, '/reason'],
    ['an unknown field', { paymentId: orderId }, '/paymentId'],
  ])('POST /refunds rejects a body with %s', async (_, change, path) => {
    const reply = await requestRefund(createTestApi(), { orderId, amount: 1, ...change });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test.each([true, false])('POST /refunds accepts and shows the restock %p', async (restock) => {
    const api = createTestApi();
    const reply = expectStatus(await requestRefund(api, { orderId: await pay(api), restock }), 202);
    expect(reply.body).toMatchObject({ restock });
    expect((await api.operator.get(`/refunds/${textAt(reply, 'id')}`)).body).toMatchObject({ restock });
  });

  test('POST /refunds accepts a reason of 500 characters', async () => {
    expect(codeOf(await requestRefund(createTestApi(), { orderId, reason: '𝒂'.repeat(500) }))).toBe(
      '404 not_found',
    );
  });
});

describe('GET /refunds', () => {
  test('GET /refunds pages newest first and filters by order and status', async () => {
    const api = createTestApi();
    const [one, two] = [await pay(api), await pay(api)];
    const ids: string[] = [];
    for (const orderId of [one, two, one])
      ids.unshift(textAt(await requestRefund(api, { orderId, amount: 1 }), 'id'));
    const outcome = { kind: 'succeeded', reference: 're_1' } as const;
    await api.store.refunds.finish({ refundId: ids[1] ?? '', outcome }, api.world.clock.nowMs());

    const found = async (query: string) =>
      (await pageOf(api.operator.get(`/refunds${query}`))).items.map((item) => valueAt(item, 'id'));
    expect(await found('')).toEqual(ids);
    expect(await found(`?orderId=${one.toUpperCase()}`)).toEqual([ids[0], ids[2]]);
    expect(await found('?status=succeeded')).toEqual([ids[1]]);
    const first = await pageOf(api.operator.get('/refunds?limit=2'));
    await requestRefund(api, { orderId: two, amount: 1 });
    expect(await found(`?limit=2&cursor=${first.next}`)).toEqual([ids[2]]);
  });

  test('GET /refunds/{id} shows the current state of a refund', async () => {
    const api = createTestApi();
    const requested = await requestRefund(api, { orderId: await pay(api) });
    const path = requested.headers.get('location') ?? '';
    expect((await api.operator.get(path)).body).toEqual(requested.body);
    api.world.advance(1_000);
    const outcome = { kind: 'failed', reason: 'charge_disputed' } as const;
    const refundOutcome = { refundId: textAt(requested, 'id'), outcome };
    await api.store.refunds.finish(refundOutcome, api.world.clock.nowMs());
    expect((await api.operator.get(path)).body).toEqual({
      ...(requested.body as object),
      status: 'failed',
      error: 'charge_disputed',
      updatedAt: '2026-03-01T08:00:01.000Z',
    });
    expect(codeOf(await api.operator.get('/refunds/1'))).toBe('404 not_found');
    expect(codeOf(await api.operator.get(`/refunds/${key}`))).toBe('404 not_found');
  });

  test.each([
    ['orderId=1', '/orderId'],
    ['status=done', '/status'],
    ['limit=0', '/limit'],
    ['cursor=x', '/cursor'],
    ['customerId=lan', '/customerId'],
  ])('GET /refunds rejects the query %s', async (query, path) => {
    const reply = await createTestApi().operator.get(`/refunds?${query}`);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

test('Refunds need a permission', async () => {
  const api = createTestApi();
  const lan = api.customer('lan');
  const body = { orderId: await pay(api), reason: 'I want it back' };
  expect(codeOf(await lan.post('/refunds', body, { 'idempotency-key': key }))).toBe('403 forbidden');
  expect(codeOf(await lan.get('/refunds'))).toBe('403 forbidden');
  expect(codeOf(await lan.post(`/refunds/${key}/assignment`, { orderId: key }))).toBe('403 forbidden');
  expect(codeOf(await lan.get(`/refunds/${key}`))).toBe('403 forbidden');
});
