import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { apiOver, codeOf, textAt } from './api.ts';
import { brokenBy } from './broken.ts';

const placing = { productId: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01', quantity: 1 };

describe('when something fails underneath', () => {
  const id = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  const draft = { code: 'a', name: 'b', type: 'physical', price: { amount: 1, currency: 'VND' }, stock: 1 };
  const requests: Readonly<Record<string, unknown>> = {
    'GET /products': undefined,
    [`GET /products/${id}`]: undefined,
    'POST /products': draft,
    'GET /orders': undefined,
    [`GET /orders/${id}`]: undefined,
    'POST /orders': placing,
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
    'POST /money/audits': { day: '2026-02-28' },
    'GET /money/audits': undefined,
    [`GET /money/audits/${id}`]: undefined,
    [`GET /money/audits/${id}/differences`]: undefined,
    'GET /demo/charges': undefined,
    'POST /demo/challenges': { clientSecret: 'secret', outcome: 'succeed' },
  };
  const secretText = 'SELECT * FROM secrets at /srv/app.ts:1';
  const away = async () => err({ kind: 'unavailable' as const, reason: secretText });

  for (const [name, body] of Object.entries(requests)) {
    const [method = '', path = ''] = name.split(' ');

    test(`${name} says 503 when the store is away, and an operator can read why`, async () => {
      const { as, logged } = apiOver(brokenBy(away));
      const root = as('root', 'customer', 'operator');
      const reply = await root.say(method, path, { body, headers: { 'idempotency-key': id } });
      expect(codeOf(reply)).toBe('503 unavailable');
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(JSON.stringify(reply.body)).not.toContain('SELECT');
      expect(logged).toHaveLength(1);
      const requestId = reply.headers.get('x-request-id');
      expect(logged[0]?.facts).toMatchObject({ reason: secretText, requestId });
    });

    test(`${name} says 500 and nothing else for a bug, and logs it once`, async () => {
      const bug = () => {
        throw new Error(secretText);
      };
      const { as, logged } = apiOver(brokenBy(bug));
      const root = as('root', 'customer', 'operator');
      const reply = await root.say(method, path, { body, headers: { 'idempotency-key': id } });
      expect(codeOf(reply)).toBe('500 internal');
      expect(JSON.stringify(reply.body)).not.toContain('SELECT');
      expect(JSON.stringify([...reply.headers])).not.toContain('SELECT');
      expect(textAt(reply, 'instance')).toBe(reply.headers.get('x-request-id') ?? '');
      expect(logged).toHaveLength(1);
      expect(logged[0]?.facts).toMatchObject({ error: new Error(secretText), method, path });
    });
  }

  test('readiness that fails says 500 too', async () => {
    const isReady = () => Promise.reject(new Error(secretText));
    expect(codeOf(await apiOver({ isReady }).call('GET', '/health/ready'))).toBe('500 internal');
  });
});
