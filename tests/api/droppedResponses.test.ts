import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, textAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

const key = 'e0e1f2a3-0000-4000-8000-0000000000aa';

describe('Checkouts whose response is no longer kept', () => {
  const dropResponses = async ({ store, world }: Api) => {
    world.advance(100 * 86_400_000);
    const slice = { kind: 'responses', beforeMs: world.clock.nowMs() - 1_000, limit: 10 } as const;
    return (await store.dropOld(slice))._unsafeUnwrap().rows;
  };

  test('A repeat gets 200 with the checkout as it now stands, and is not charged', async () => {
    const api = createTestApi();
    const lan = api.customer('lan');
    const orderIds = [await lan.order(await api.product())];
    const checkoutId = textAt(expectStatus(await lan.checkOut(orderIds, key), 202), 'checkoutId');
    const body = { orderId: orderIds[0] ?? '', reason: 'torn' };
    expectStatus(await api.operator.post('/refunds', body, { 'idempotency-key': crypto.randomUUID() }), 202);
    expect(await dropResponses(api)).toBe(1);
    const reply = expectStatus(await lan.checkOut(orderIds, key), 200);
    expect(reply.body).toEqual((await lan.get(`/checkouts/${checkoutId}`)).body);
    expect(reply.body).toMatchObject({ status: 'succeeded', orders: [{ id: orderIds[0] }] });
    expect(reply.headers.get('idempotent-replayed')).toBe('true');
    expect(reply.headers.get('location')).toBe(`/checkouts/${checkoutId}`);
    expect(codeOf(await lan.checkOut(orderIds, key, 'pm_sim_slow'))).toBe('422 idempotency_key_reused');
    expect((await api.sandbox.list({ after: null, limit: 10 }))._unsafeUnwrap().items).toHaveLength(1);
  });

  test('A repeat of one that was declined gets 200 that says so, and its order can be paid with a new key', async () => {
    const api = createTestApi();
    const lan = api.customer('lan');
    const orderIds = [await lan.order(await api.product())];
    await lan.checkOut(orderIds, key, 'pm_card_chargeDeclined');
    expect(await dropResponses(api)).toBe(1);
    const reply = expectStatus(await lan.checkOut(orderIds, key, 'pm_card_chargeDeclined'), 200);
    expect(reply.body).toMatchObject({ status: 'declined', payment: { declineCode: 'card_declined' } });
    const later = [await lan.order(await api.product())];
    expectStatus(await lan.checkOut(later), 202);
  });
});
