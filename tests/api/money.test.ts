import { describe, expect, test } from 'bun:test';
import { moneyCheckLimits, moneyChecks } from '../../core/ledger.ts';
import { addDifference } from './differences.ts';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

/** Requests refunds of one order that no worker carries out. Returns their ids. */
const requestRefunds = async (api: Api, count: number): Promise<readonly string[]> => {
  const lan = api.customer('lan');
  const orderId = await lan.order(await api.product());
  await lan.checkOut([orderId]);
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const body = { orderId, amount: 1, reason: 'It was damaged' };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    ids.push(textAt(expectStatus(await api.operator.post('/refunds', body, headers), 202), 'id'));
  }
  return ids;
};

describe('GET /money', () => {
  test('GET /money is healthy and all counts are 0 if nothing is wrong', async () => {
    const api = createTestApi();
    const lan = api.customer('lan');
    await lan.checkOut([await lan.order(await api.product())]);
    const { body } = expectStatus(await api.operator.get('/money'), 200);
    expect(body).toEqual({
      healthy: true,
      checks: Object.fromEntries(
        moneyChecks.map((check) => [check, { count: 0, oldestAgeMs: null, list: `/money/${check}` }]),
      ),
    });
  });

  test('GET /money shows the count, the oldest age and the list of each check', async () => {
    const api = createTestApi();
    const ids = await requestRefunds(api, 3);
    api.world.advance(moneyCheckLimits.refundMs + 60_000);
    const { body } = await api.operator.get('/money');
    expect(valueAt(body, 'healthy')).toBe(false);
    const stuck = valueAt(valueAt(body, 'checks'), 'refunds_stuck');
    expect(stuck).toEqual({
      count: 3,
      oldestAgeMs: moneyCheckLimits.refundMs + 60_000,
      list: '/money/refunds_stuck',
    });

    const list = textAt({ body: stuck }, 'list');
    const first = await pageOf(api.operator.get(`${list}?limit=2`));
    const second = await pageOf(api.operator.get(`${list}?limit=2&cursor=${first.next}`));
    const items = [...first.items, ...second.items];
    expect(items.map((item) => valueAt(item, 'id'))).toEqual([...ids]);
    expect(second.next).toBeNull();
    const refund = await api.operator.get(`/refunds/${ids[0]}`);
    expect(items[0]).toMatchObject({
      refundId: ids[0] ?? '',
      orderId: textAt(refund, 'orderId'),
      paymentId: textAt(refund, 'paymentId'),
      amount: { amount: 1, currency: 'VND' },
      since: '2026-03-01T08:00:00.000Z',
    });
  });

  test('A case from a process whose clock is ahead has the age 0', async () => {
    const { operator } = createTestApi({
      wrapStore: (store) => ({
        ...store,
        ledger: {
          ...store.ledger,
          counts: async (nowMs) =>
            (await store.ledger.counts(nowMs)).map((counts) => ({
              ...counts,
              unknown: { count: 1, oldestMs: nowMs + 5 },
            })),
        },
      }),
    });
    const { body } = await operator.get('/money');
    expect(body).toMatchObject({ healthy: false, checks: { unknown: { count: 1, oldestAgeMs: 0 } } });
  });
});

describe('GET /money/{check}', () => {
  test.each([...moneyChecks])('The check %s has no cases in a healthy shop', async (check) => {
    expect(await pageOf(createTestApi().operator.get(`/money/${check}`))).toEqual({ items: [], next: null });
  });

  test.each([['nothing'], ['Unknown'], ['toString']])('The unknown check %s is 404', async (check) => {
    expect(codeOf(await createTestApi().operator.get(`/money/${check}`))).toBe('404 not_found');
  });

  test.each([
    ['limit=101', '/limit'],
    ['cursor=x', '/cursor'],
    ['since=2026', '/since'],
  ])('GET /money/{check} rejects the query %s', async (query, path) => {
    const reply = await createTestApi().operator.get(`/money/unknown?${query}`);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

describe('POST /money/{check}/acknowledgements', () => {
  test('POST /money/{check}/acknowledgements makes the shop healthy again and keeps the case listed', async () => {
    const api = createTestApi();
    const [caseId = ''] = await requestRefunds(api, 1);
    api.world.advance(moneyCheckLimits.refundMs);
    expect(valueAt((await api.operator.get('/money')).body, 'healthy')).toBe(false);
    const path = '/money/refunds_stuck/acknowledgements';
    const body = { caseId: caseId.toUpperCase(), note: 'The bank was called' };
    const reply = expectStatus(await api.operator.post(path, body), 201);
    const acknowledgement = {
      note: 'The bank was called',
      actor: { id: 'operator-1', email: 'operator-1@example.com' },
      at: '2026-03-01T08:15:00.000Z',
    };
    expect(reply.body).toMatchObject({ id: caseId, acknowledgement });
    expect(valueAt((await api.operator.get('/money')).body, 'healthy')).toBe(true);
    const { items } = await pageOf(api.operator.get('/money/refunds_stuck'));
    expect(items).toEqual([reply.body as never]);
    api.world.advance(1_000);
    expect(expectStatus(await api.operator.post(path, body), 201).body).toEqual(reply.body);
  });

  test('POST /money/{check}/acknowledgements stores one note for each key', async () => {
    const api = createTestApi();
    const [caseId = ''] = await requestRefunds(api, 1);
    api.world.advance(moneyCheckLimits.refundMs);
    const path = '/money/refunds_stuck/acknowledgements';
    const key = { 'idempotency-key': '9f1c2d3e-4b5a-4687-9a0b-1c2d3e4f5a6b' };
    const first = expectStatus(await api.operator.post(path, { caseId, note: 'called' }, key), 201);
    expectStatus(await api.operator.post(path, { caseId, note: 'called again' }), 201);
    const again = expectStatus(await api.operator.post(path, { caseId, note: 'called' }, key), 201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { items } = await pageOf(api.operator.get('/money/refunds_stuck'));
    expect(items).toMatchObject([{ acknowledgement: { note: 'called again' } }]);
  });

  test('POST /money/{check}/acknowledgements is 404 for an unknown check and an unknown case', async () => {
    const { operator, world } = createTestApi();
    const body = { caseId: world.ids.next(0), note: 'done' };
    expect(codeOf(await operator.post('/money/nothing/acknowledgements', body))).toBe('404 not_found');
    expect(codeOf(await operator.post('/money/unknown/acknowledgements', body))).toBe('404 not_found');
  });

  test.each([
    [{ note: '' }, '/note'],
    [{ note: 'x'.repeat(501) }, '/note'],
    [{ caseId: 'x' }, '/caseId'],
    [{ by: 'me' }, '/by'],
  ])('POST /money/{check}/acknowledgements rejects %p', async (change, path) => {
    const { operator, world } = createTestApi();
    const body = { caseId: world.ids.next(0), note: 'done', ...change };
    const reply = await operator.post('/money/unknown/acknowledgements', body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

describe('POST /money/{check}/refunds', () => {
  const path = '/money/ledger_differences/refunds';

  test('POST /money/{check}/refunds requests the refund of a charge without an order, once', async () => {
    const api = createTestApi();
    const caseId = await addDifference(api);
    expect(valueAt((await api.operator.get('/money')).body, 'healthy')).toBe(false);
    const reply = expectStatus(await api.operator.post(path, { caseId, reason: 'A test' }), 202);
    const id = textAt(reply, 'id');
    expect(reply.headers.get('location')).toBe(`/refunds/${id}`);
    expect(reply.body).toMatchObject({
      ...{ orderId: null, paymentId: null, amount: { amount: 5_000, currency: 'VND' } },
      ...{ reason: 'A test', status: 'requested' },
    });
    const again = { caseId, reason: 'Another' };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    expect(reply.headers.has('idempotent-replayed')).toBe(false);
    const repeated = expectStatus(await api.operator.post(path, again, headers), 202);
    expect(repeated.body).toEqual(reply.body);
    expect(repeated.headers.get('idempotent-replayed')).toBe('true');
    expect(expectStatus(await api.operator.get(`/refunds/${id}`), 200).body).toEqual(reply.body);
    expect(valueAt((await api.operator.get('/money')).body, 'healthy')).toBe(true);
    const { items } = await pageOf(api.operator.get('/money/ledger_differences'));
    expect(items).toMatchObject([{ acknowledgement: { note: `refund ${id}: A test` } }]);
  });

  test('POST /money/{check}/refunds refuses a key that is not a UUID, and refunds nothing', async () => {
    const api = createTestApi();
    const body = { caseId: await addDifference(api), reason: 'A test' };
    for (const key of ['hello', ''])
      expect(codeOf(await api.operator.post(path, body, { 'idempotency-key': key }))).toBe(
        '400 idempotency_key_invalid',
      );
    expect((await pageOf(api.operator.get('/refunds'))).items).toEqual([]);
  });

  test('POST /money/{check}/refunds is 409 for a case with orders, and 404 for an unknown case', async () => {
    const api = createTestApi();
    const reason = 'A test';
    const caseId = await addDifference(api, 'refund_unknown');
    expect(codeOf(await api.operator.post(path, { caseId, reason }))).toBe('409 order_not_refundable');
    const [refundId] = await requestRefunds(api, 1);
    api.world.advance(moneyCheckLimits.refundMs);
    const ofRefund = { caseId: refundId, reason };
    expect(codeOf(await api.operator.post('/money/refunds_stuck/refunds', ofRefund))).toBe(
      '409 order_not_refundable',
    );
    const unknown = { caseId: api.world.ids.next(0), reason };
    expect(codeOf(await api.operator.post(path, unknown))).toBe('404 not_found');
    expect(codeOf(await api.operator.post('/money/nothing/refunds', unknown))).toBe('404 not_found');
  });
});

test('Money checks need a permission', async () => {
  const lan = createTestApi().customer('lan');
  expect(codeOf(await lan.get('/money'))).toBe('403 forbidden');
  expect(codeOf(await lan.get('/money/unknown'))).toBe('403 forbidden');
  expect(codeOf(await lan.post('/money/unknown/acknowledgements', {}))).toBe('403 forbidden');
  expect(codeOf(await lan.post('/money/unknown/refunds', {}))).toBe('403 forbidden');
});
