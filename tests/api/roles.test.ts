import { describe, expect, test } from 'bun:test';
import { codeOf } from './reply.ts';
import { createTestApi } from './testApi.ts';

const allRoles = [
  'GET /docs',
  'GET /docs/:file',
  'GET /docs/json',
  'GET /health/live',
  'GET /health/ready',
  'POST /demo/tokens',
];
const commands = [
  'DELETE /checkouts/:id',
  'DELETE /keys/:id',
  'DELETE /orders/:id',
  'PATCH /orders/:id',
  'PATCH /products/:id',
  'POST /checkouts',
  'POST /demo/challenges',
  'POST /keys',
  'POST /money/:check/acknowledgements',
  'POST /money/:check/refunds',
  'POST /money/reconciliations',
  'POST /orders',
  'POST /products',
  'POST /queue/retries',
  'POST /refunds',
  'POST /refunds/:id/assignment',
  'POST /webhooks/stripe',
];
const queries = [
  'GET /demo/charges',
  'GET /demo/mails',
  'GET /keys',
  'GET /money',
  'GET /money/:check',
  'GET /money/reconciliations',
  'GET /money/reconciliations/:id',
  'GET /money/reconciliations/:id/differences',
  'GET /activity',
  'GET /orders',
  'GET /orders/:id',
  'GET /orders/:id/history',
  'GET /orders/:id/timeline',
  'GET /products',
  'GET /products/:id',
  'GET /queue',
  'GET /queue/tasks',
  'GET /refunds',
  'GET /refunds/:id',
];
const checkout = 'GET /checkouts/:id';
const home = ['GET /', 'GET /favicon.ico'];

describe('The role of a process', () => {
  test.each([
    ['all' as const, [...allRoles, ...commands, ...queries, checkout, ...home]],
    ['checkout' as const, [...allRoles, ...commands, checkout, ...home]],
    ['read' as const, [...allRoles, ...queries, checkout, ...home]],
    ['worker' as const, allRoles],
  ])('The role %s serves its routes and no others', (role, expected) => {
    const { api } = createTestApi({ role });
    expect(api.routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...expected].sort());
  });

  test('The role read rejects the methods that only other roles serve', async () => {
    const reply = await createTestApi({ role: 'read' }).call('DELETE', '/orders/1');
    expect(codeOf(reply)).toBe('405 method_not_allowed');
    expect(reply.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(codeOf(await createTestApi({ role: 'read' }).call('POST', '/checkouts'))).toBe('404 not_found');
    expect(codeOf(await createTestApi({ role: 'read' }).call('POST', '/webhooks/stripe'))).toBe(
      '404 not_found',
    );
  });

  test.each(['all', 'checkout', 'read'] as const)(
    'The role %s does not confuse the path of reconciliations with a money check',
    async (role) => {
      const reply = await createTestApi({ role }).call('DELETE', '/money/reconciliations');
      const methods = {
        all: 'GET, HEAD, OPTIONS, POST',
        checkout: 'OPTIONS, POST',
        read: 'GET, HEAD, OPTIONS',
      };
      expect(reply.headers.get('allow')).toBe(methods[role]);
    },
  );

  test('No role serves demo tokens outside of demo mode', () => {
    const { api } = createTestApi({ role: 'checkout', demo: false });
    expect(api.routes.map(({ path }) => path)).not.toContain('/demo/tokens');
  });
});
