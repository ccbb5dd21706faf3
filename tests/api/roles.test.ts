import { describe, expect, test } from 'bun:test';
import { codeOf } from './reply.ts';
import { createTestApi } from './testApi.ts';

const health = ['GET /health/live', 'GET /health/ready'];
const docs = [
  'GET /docs',
  'GET /docs/:file',
  'GET /docs/asyncapi',
  'GET /docs/asyncapi.json',
  'GET /docs/events/:type/:version',
  'GET /docs/json',
  'GET /docs/problems',
  'GET /docs/problems/:code',
  'POST /demo/tokens',
];
const commands = [
  'DELETE /checkouts/:id',
  'DELETE /keys/:id',
  'DELETE /orders/:id',
  'PATCH /orders/:id',
  'PATCH /products/:id',
  'POST /checkouts',
  'DELETE /session',
  'POST /session',
  'POST /demo/challenges',
  'POST /keys',
  'POST /money/:check/acknowledgements',
  'POST /money/:check/refunds',
  'POST /money/reconciliations',
  'POST /orders',
  'POST /products',
  'POST /orders/:id/contact',
  'DELETE /customers/:id',
  'POST /queue/retries',
  'POST /queue/skips',
  'POST /queue/pauses',
  'DELETE /queue/pauses/:id',
  'POST /refunds',
  'POST /refunds/:id/assignment',
  'POST /webhooks/stripe',
  'DELETE /webhook-endpoints/:id',
  'PATCH /webhook-endpoints/:id',
  'POST /webhook-endpoints',
  'POST /webhook-endpoints/:id/deliveries/:deliveryId/resend',
  'POST /webhook-endpoints/:id/test',
];
const pages = [
  'GET /assets/:file',
  'GET /console',
  'GET /console/*',
  'GET /images/:file',
  'GET /shop',
  'GET /shop/*',
];
const queries = [
  ...pages,
  'GET /checkouts/options',
  'GET /checkouts/:id/invoice',
  'GET /demo/charges',
  'GET /demo/mails',
  'GET /keys',
  'GET /live',
  'GET /money',
  'GET /money/:check',
  'GET /money/reconciliations',
  'GET /money/reconciliations/:id',
  'GET /money/reconciliations/:id/differences',
  'GET /.well-known/security.txt',
  'GET /activity',
  'GET /customers/:id/export',
  'GET /orders',
  'GET /orders/:id',
  'GET /orders/:id/history',
  'GET /orders/:id/timeline',
  'GET /products',
  'GET /products/:id',
  'GET /queue',
  'GET /queue/failures',
  'GET /queue/history',
  'GET /queue/tasks',
  'GET /refunds',
  'GET /refunds/:id',
  'GET /webhook-endpoints',
  'GET /webhook-endpoints/:id',
  'GET /webhook-endpoints/:id/deliveries',
];
const home = ['GET /', 'GET /favicon.ico', 'GET /session'];
const shared = [...health, ...docs, ...home, 'GET /checkouts/:id', 'GET /metrics'];

describe('The role of a process', () => {
  test.each([
    ['all' as const, [...shared, ...commands, ...queries]],
    ['checkout' as const, [...shared, ...commands]],
    ['read' as const, [...shared, ...queries]],
    ['worker' as const, health],
  ])('The role %s serves its routes and no others', (role, expected) => {
    const { api } = createTestApi({ role });
    expect(api.routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...expected].sort());
  });

  test('What only another role serves is not found, and Allow is that of the product', async () => {
    const { call } = createTestApi({ role: 'read' });
    for (const [method, path] of [
      ['DELETE', '/orders/1'],
      ['POST', '/checkouts'],
      ['POST', '/webhooks/stripe'],
    ] as const)
      expect(codeOf(await call(method, path))).toBe('404 not_found');
    const refused = await call('PUT', '/orders/1');
    expect(codeOf(refused)).toBe('405 method_not_allowed');
    expect(refused.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH');
    expect((await call('OPTIONS', '/checkouts')).headers.get('allow')).toBe('OPTIONS, POST');
  });

  test.each(['all', 'checkout', 'read'] as const)(
    'The role %s does not confuse the path of reconciliations with a money check',
    async (role) => {
      const reply = await createTestApi({ role }).call('DELETE', '/money/reconciliations');
      expect(reply.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
    },
  );

  test('No role serves demo tokens outside of demo mode', () => {
    const { api } = createTestApi({ role: 'checkout', demo: false });
    expect(api.routes.map(({ path }) => path)).not.toContain('/demo/tokens');
  });
});
