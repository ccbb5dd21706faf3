import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, textAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

const method = 'pm_card_authenticationRequired';

describe('DELETE /checkouts/{id}', () => {
  const createWaitingCheckout = async (changes: Parameters<typeof createTestApi>[0] = {}) => {
    const api = createTestApi(changes);
    const lan = api.customer('lan');
    const orderId = await lan.order(await api.product());
    const reply = await lan.checkOut([orderId], crypto.randomUUID(), method);
    return { ...api, lan, orderId, reply, path: reply.headers.get('location') ?? '' };
  };

  test('A checkout that is given up is shown as cancelled, and its order can be paid with another card', async () => {
    const { lan, orderId, path } = await createWaitingCheckout();
    const { body } = expectStatus(await lan.remove(path), 200);
    expect(body).toMatchObject({
      status: 'cancelled',
      message: 'Payment was cancelled, nothing was charged',
      payment: { status: 'cancelled' },
      orders: [{ id: orderId, status: 'pending' }],
    });
    expect(body).not.toHaveProperty('action');
    expect(expectStatus(await lan.remove(path), 200).body).toEqual(body);
    expect((await lan.get(path)).body).toEqual(body);
    expectStatus(await lan.checkOut([orderId]), 202);
  });

  test('The order of a checkout that is given up can be cancelled', async () => {
    const { lan, orderId, path } = await createWaitingCheckout();
    expect(codeOf(await lan.remove(`/orders/${orderId}`))).toBe('409 order_not_pending');
    await lan.remove(path);
    expectStatus(await lan.remove(`/orders/${orderId}`), 204);
  });

  test('A checkout whose customer was quicker is shown as succeeded', async () => {
    const { lan, orderId, reply, path } = await createWaitingCheckout();
    const clientSecret = textAt(reply, 'action', 'clientSecret');
    expectStatus(await lan.post('/demo/challenges', { clientSecret, outcome: 'succeed' }), 204);
    expect(expectStatus(await lan.remove(path), 200).body).toMatchObject({
      status: 'succeeded',
      orders: [{ id: orderId, status: 'paid' }],
    });
  });

  test('A checkout that the provider is processing gets 409, and is unknown', async () => {
    const { lan, path } = await createWaitingCheckout({
      wrapProvider: (provider) => ({
        ...provider,
        cancel: async () => ({ kind: 'processing', reference: 'pi_1' }),
      }),
    });
    const refused = await lan.remove(path);
    expect(codeOf(refused)).toBe('409 checkout_not_cancellable');
    expect(refused.headers.get('location')).toBe(path);
    expect((await lan.get(path)).body).toMatchObject({ status: 'unknown' });
  });

  test('A checkout whose provider cannot be reached gets 503, and waits for its customer as before', async () => {
    const { lan, path, errors } = await createWaitingCheckout({
      wrapProvider: (provider) => ({
        ...provider,
        cancel: async () => ({ kind: 'unavailable', reason: 'connection refused' }),
      }),
    });
    const refused = await lan.remove(path);
    expect(codeOf(refused)).toBe('503 payment_unavailable');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(errors).toMatchObject([{ facts: { reason: 'connection refused' } }]);
    expect((await lan.get(path)).body).toMatchObject({ status: 'requires_action' });
  });

  test('Only the customer of a checkout can give it up', async () => {
    const { customer, as, operator, lan, path } = await createWaitingCheckout();
    expect(codeOf(await customer('minh').remove(path))).toBe('404 not_found');
    expect(codeOf(await as('minh', 'customer', 'operator').remove(path))).toBe('404 not_found');
    expect(codeOf(await operator.remove(path))).toBe('403 forbidden');
    expect((await lan.get(path)).body).toMatchObject({ status: 'requires_action' });
  });
});
