import { describe, expect, test } from 'bun:test';
import { dong, pay, requestRefund } from './refunds.ts';
import { codeOf, expectStatus, pageOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

const key = 'E0E1F2A3-0000-4000-8000-0000000000AA';

test('An order with an open dispute says so, and cannot be refunded until the dispute has ended', async () => {
  const api = createTestApi();
  const orderId = await pay(api);
  const path = `/orders/${orderId}`;
  const paymentId = textAt(await api.operator.get(path), 'checkoutId');
  const nowMs = api.world.clock.nowMs();
  const record = async (status: 'open' | 'won') => {
    const dispute = { reference: 'dp_1', amount: dong(199_000), reason: 'fraudulent', atMs: nowMs };
    const disputes = [{ ...dispute, status, isConfirmed: true }];
    const charge = { paymentId, disputes, createId: () => api.world.ids.next(nowMs) };
    (await api.store.disputes.record(charge, nowMs))._unsafeUnwrap();
  };
  await record('open');
  expect((await api.operator.get(path)).body).toMatchObject({ disputed: true, status: 'paid' });
  expect(codeOf(await requestRefund(api, { orderId }))).toBe('409 payment_disputed');
  const { items } = await pageOf(api.operator.get('/money/disputes_open'));
  expect(items).toMatchObject([{ paymentId, amount: dong(199_000), detail: 'fraudulent: dp_1' }]);
  await record('won');
  expect((await api.operator.get(path)).body).toMatchObject({ disputed: false });
  expect(valueAt((await api.operator.get('/money')).body, 'healthy')).toBe(true);
  expectStatus(await requestRefund(api, { orderId }), 202);
});

describe('POST /refunds/{id}/assignment', () => {
  /** Two orders of 199,000 ₫ that one charge paid for, and a refund of 250,000 ₫ that was made at the provider. */
  const refundAtProvider = async (api: Api) => {
    const lan = api.customer('lan');
    const orderIds = [await lan.order(await api.product()), await lan.order(await api.product())] as const;
    const paymentId = textAt(expectStatus(await lan.checkOut(orderIds), 202), 'checkoutId');
    const reported = {
      reference: 're_1',
      refundId: null,
      origin: 'provider',
      amount: dong(250_000),
    } as const;
    const nowMs = api.world.clock.nowMs();
    const createId = () => api.world.ids.next(nowMs);
    const charge = { paymentId, refunds: [{ ...reported, atMs: nowMs }], createId };
    (await api.store.refunds.adopt(charge, nowMs))._unsafeUnwrap();
    const { items } = await pageOf(api.operator.get('/money/refunds_unassigned'));
    return { orderIds, id: textAt({ body: items[0] }, 'refundId') };
  };

  test('POST /refunds/{id}/assignment gives the refund its order, and the rest to the only order that is left', async () => {
    const api = createTestApi();
    const { orderIds, id } = await refundAtProvider(api);
    const [first, second] = orderIds;
    expect(valueAt((await api.operator.get('/money')).body, 'healthy')).toBe(false);
    const assign = () => api.operator.post(`/refunds/${id}/assignment`, { orderId: second.toUpperCase() });
    const reply = expectStatus(await assign(), 200);
    expect(reply.body).toMatchObject({ id, orderId: second, origin: 'provider', amount: dong(199_000) });
    expect(expectStatus(await assign(), 200).body).toEqual(reply.body);
    const { items } = await pageOf(api.operator.get(`/refunds?orderId=${first}`));
    expect(items).toMatchObject([{ origin: 'provider', amount: dong(51_000), status: 'succeeded' }]);
    expect(valueAt((await api.operator.get(`/orders/${second}`)).body, 'status')).toBe('refunded');
    expect(valueAt((await api.operator.get('/money')).body, 'healthy')).toBe(true);
  });

  test('POST /refunds/{id}/assignment refuses an unknown order, an order of another charge, and a second order', async () => {
    const api = createTestApi();
    const { orderIds, id } = await refundAtProvider(api);
    const assign = (orderId: string) => api.operator.post(`/refunds/${id}/assignment`, { orderId });
    expect(codeOf(await assign(key))).toBe('404 not_found');
    expect(codeOf(await assign(await pay(api)))).toBe('409 order_not_refundable');
    expectStatus(await assign(orderIds[0]), 200);
    expect(codeOf(await assign(orderIds[1]))).toBe('409 order_not_refundable');
    expect(codeOf(await api.operator.post(`/refunds/${key}/assignment`, { orderId: orderIds[0] }))).toBe(
      '404 not_found',
    );
  });
});
