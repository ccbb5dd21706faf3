import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, type Reply } from './reply.ts';
import { createTestApi } from './testApi.ts';

const limitHeaders = ({ headers }: Reply) =>
  ['retry-after', 'ratelimit-policy', 'ratelimit'].map((name) => headers.get(name));

describe('Limits of a customer', () => {
  const declinedCard = 'pm_card_chargeDeclined';

  test('After too many declines a checkout is 429, whatever the card, until a decline is ten minutes old', async () => {
    const { customer, product, world } = createTestApi({
      checkoutLimits: { declinesMax: 2, challengesMax: 0 },
    });
    const lan = customer('lan');
    const orderIds = [await lan.order(await product())];
    const key = crypto.randomUUID();
    expectStatus(await lan.checkOut(orderIds, key, declinedCard), 402);
    world.advance(60_000);
    expectStatus(await lan.checkOut(orderIds, crypto.randomUUID(), declinedCard), 402);
    world.advance(500);

    const limited = crypto.randomUUID();
    for (const method of [declinedCard, 'pm_card_visa']) {
      const reply = await lan.checkOut(orderIds, limited, method);
      expect(codeOf(reply)).toBe('429 rate_limited');
      expect(reply.body).toMatchObject({ limit: 'declines' });
      expect(limitHeaders(reply)).toEqual(['540', '"declines";q=2;w=600', '"declines";r=0;t=540']);
    }
    const replay = await lan.checkOut(orderIds, key, declinedCard);
    expect(codeOf(replay)).toBe('402 payment_declined');
    expect(replay.headers.get('idempotent-replayed')).toBe('true');

    world.advance(540_000);
    expectStatus(await lan.checkOut(orderIds, limited), 202);
  });

  test('With too many waiting checkouts the next one is 429, until one is given up', async () => {
    const { customer, product } = createTestApi({ checkoutLimits: { declinesMax: 0, challengesMax: 1 } });
    const lan = customer('lan');
    const orders = [await lan.order(await product()), await lan.order(await product())];
    const waiting = await lan.checkOut(
      orders.slice(0, 1),
      crypto.randomUUID(),
      'pm_card_authenticationRequired',
    );
    const reply = await lan.checkOut(orders.slice(1));
    expect(codeOf(reply)).toBe('429 rate_limited');
    expect(limitHeaders(reply)).toEqual(['60', '"challenges";q=1', '"challenges";r=0;t=60']);
    expectStatus(await lan.remove(waiting.headers.get('location') ?? ''), 200);
    expectStatus(await lan.checkOut(orders.slice(1)), 202);
  });

  test('With too many pending orders the next order is 429, with and without a key', async () => {
    const { customer, product } = createTestApi({ ownApp: true, ordersPendingMax: 1 });
    const lan = customer('lan');
    const body = { productId: await product(), quantity: 1 };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await lan.post('/orders', body, headers);
    expectStatus(first, 201);
    for (const reply of [
      await lan.post('/orders', body),
      await lan.post('/orders', body, { 'idempotency-key': crypto.randomUUID() }),
    ]) {
      expect(codeOf(reply)).toBe('429 rate_limited');
      expect(limitHeaders(reply)).toEqual(['60', '"pending_orders";q=1', '"pending_orders";r=0;t=60']);
    }
    expectStatus(await lan.post('/orders', body, headers), 201);
    expectStatus(await customer('minh').post('/orders', body), 201);
    expectStatus(await lan.remove(first.headers.get('location') ?? ''), 204);
    expectStatus(await lan.post('/orders', body), 201);
  });
});
