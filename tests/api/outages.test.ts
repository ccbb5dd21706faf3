import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { failingPorts } from './failingPorts.ts';
import { codeOf, textAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

const placeOrderBody = { productId: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01', quantity: 1 };

describe('Outages and bugs', () => {
  const id = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  const draft = { code: 'a', name: 'b', type: 'physical', price: { amount: 1, currency: 'VND' }, stock: 1 };
  const requests: Readonly<Record<string, unknown>> = {
    'GET /products': undefined,
    [`GET /products/${id}`]: undefined,
    'POST /products': draft,
    'GET /orders': undefined,
    [`GET /orders/${id}`]: undefined,
    'POST /orders': placeOrderBody,
    [`DELETE /orders/${id}`]: undefined,
    [`GET /checkouts/${id}`]: undefined,
    'POST /checkouts': { orderIds: [id], payment: { method: 'pm_card_visa' } },
    'GET /queue': undefined,
    'GET /queue/tasks': undefined,
    'POST /queue/retries': { taskIds: [id] },
    'GET /demo/mails': undefined,
    'POST /refunds': { orderId: id, reason: 'broken' },
    'GET /refunds': undefined,
    [`GET /refunds/${id}`]: undefined,
    'POST /webhooks/stripe': {},
    'GET /money': undefined,
    'GET /money/unknown': undefined,
    'POST /money/reconciliations': { day: '2026-02-28' },
    'GET /money/reconciliations': undefined,
    [`GET /money/reconciliations/${id}`]: undefined,
    [`GET /money/reconciliations/${id}/differences`]: undefined,
    'GET /demo/charges': undefined,
    'POST /demo/challenges': { clientSecret: 'secret', outcome: 'succeed' },
  };
  const secretText = 'SELECT * FROM secrets at /srv/app.ts:1';
  const unavailable = async () => err({ kind: 'unavailable' as const, reason: secretText });

  for (const [name, body] of Object.entries(requests)) {
    const [method = '', path = ''] = name.split(' ');
    const route = path.replace(id, ':id').replace('/money/unknown', '/money/:check');

    test(`${name} returns 503 while the store is unavailable, and the log has the reason`, async () => {
      const { as, errors } = createTestApi(failingPorts(unavailable));
      const root = as('root', 'customer', 'operator');
      const reply = await root.send(method, path, { body, headers: { 'idempotency-key': id } });
      expect(codeOf(reply)).toBe('503 unavailable');
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(JSON.stringify(reply.body)).not.toContain('SELECT');
      expect(errors).toHaveLength(1);
      const requestId = reply.headers.get('x-request-id');
      expect(errors[0]?.facts).toMatchObject({ reason: secretText, requestId });
    });

    test(`${name} returns 500 without details for a bug, and logs it once`, async () => {
      const bug = () => {
        throw new Error(secretText);
      };
      const { as, errors } = createTestApi(failingPorts(bug));
      const root = as('root', 'customer', 'operator');
      const reply = await root.send(method, path, { body, headers: { 'idempotency-key': id } });
      expect(codeOf(reply)).toBe('500 internal');
      expect(JSON.stringify(reply.body)).not.toContain('SELECT');
      expect(JSON.stringify([...reply.headers])).not.toContain('SELECT');
      expect(textAt(reply, 'instance')).toBe(reply.headers.get('x-request-id') ?? '');
      expect(errors).toHaveLength(1);
      expect(errors[0]?.facts).toMatchObject({ error: new Error(secretText), method, route });
    });
  }

  test('An outage is one log line, and one more a minute with the count of the requests', async () => {
    const api = createTestApi({ ...failingPorts(unavailable), ownApp: true });
    for (let index = 0; index < 50; index++)
      expect(codeOf(await api.call('GET', '/products'))).toBe('503 unavailable');
    expect(api.errors).toHaveLength(1);
    await api.logTimer.advance(60_000);
    expect(api.errors.slice(1)).toMatchObject([{ facts: { reason: secretText, count: 49 } }]);
  });

  test('GET /health/ready returns 500 for a bug', async () => {
    const isReady = () => Promise.reject(new Error(secretText));
    expect(codeOf(await createTestApi({ isReady }).call('GET', '/health/ready'))).toBe('500 internal');
  });
});
