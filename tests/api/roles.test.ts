import { describe, expect, test } from 'bun:test';
import { apiOver, codeOf } from './api.ts';

const always = [
  'GET /docs',
  'GET /docs/:file',
  'GET /docs/json',
  'GET /health/live',
  'GET /health/ready',
  'POST /demo/tokens',
];
const commands = [
  'DELETE /orders/:id',
  'POST /checkouts',
  'POST /demo/challenges',
  'POST /money/audits',
  'POST /orders',
  'POST /products',
  'POST /queue/retries',
  'POST /refunds',
  'POST /webhooks/stripe',
];
const queries = [
  'GET /demo/charges',
  'GET /demo/mails',
  'GET /money',
  'GET /money/:check',
  'GET /money/audits',
  'GET /money/audits/:id',
  'GET /money/audits/:id/differences',
  'GET /orders',
  'GET /orders/:id',
  'GET /products',
  'GET /products/:id',
  'GET /queue',
  'GET /queue/tasks',
  'GET /refunds',
  'GET /refunds/:id',
];
const checkout = 'GET /checkouts/:id';

describe('the role', () => {
  test.each([
    ['all' as const, [...always, ...commands, ...queries, checkout]],
    ['checkout' as const, [...always, ...commands, checkout]],
    ['read' as const, [...always, ...queries, checkout]],
    ['worker' as const, always],
  ])('%s serves its part', (role, expected) => {
    const { api } = apiOver({ role });
    expect(api.routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...expected].sort());
  });

  test('read knows of an order what it serves', async () => {
    const reply = await apiOver({ role: 'read' }).call('DELETE', '/orders/1');
    expect(codeOf(reply)).toBe('405 method_not_allowed');
    expect(reply.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(codeOf(await apiOver({ role: 'read' }).call('POST', '/checkouts'))).toBe('404 not_found');
    expect(codeOf(await apiOver({ role: 'read' }).call('POST', '/webhooks/stripe'))).toBe('404 not_found');
  });

  test.each(['all', 'checkout', 'read'] as const)('%s knows the audits from the checks', async (role) => {
    const reply = await apiOver({ role }).call('DELETE', '/money/audits');
    const methods = {
      all: 'GET, HEAD, OPTIONS, POST',
      checkout: 'OPTIONS, POST',
      read: 'GET, HEAD, OPTIONS',
    };
    expect(reply.headers.get('allow')).toBe(methods[role]);
  });

  test('demo tokens are no role’s but the demo’s', () => {
    const { api } = apiOver({ role: 'checkout', demo: false });
    expect(api.routes.map(({ path }) => path)).not.toContain('/demo/tokens');
  });
});
