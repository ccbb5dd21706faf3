import { expect, test } from 'bun:test';
import { withRequestLog } from '../../api/http/requestLog.ts';
import { createRoutePattern } from '../../api/http/routePattern.ts';
import { createCountedLog } from '../../core/countedLog.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { createTestApi, tokenOf } from './testApi.ts';

type Line = { readonly level: string; readonly message: string; readonly facts: Record<string, unknown> };

const createFixture = ({ logLevel = 'info', slowMs = 1_000, tookMs = 0 } = {}) => {
  const api = createTestApi();
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const lines: Line[] = [];
  const write =
    (level: string) =>
    (message: string, facts: object = {}) =>
      lines.push({ level, message, facts: { ...facts } });
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const app = {
    routes: ['/orders/:id', '/products', '/health/live'].map((path) => ({ path })),
    fetch: async (request: Request) => {
      const response = await api.api.handle(request);
      world.clock.set(world.clock.nowMs() + tookMs);
      return response;
    },
  };
  const counted: Readonly<Record<string, unknown>>[] = [];
  const requests = {
    started: () => counted.push({}),
    finished: (request: object) => counted.push({ ...request }),
  };
  const fetch = withRequestLog(
    app,
    { log, countedLog: createCountedLog(log, timer), timer, requests },
    { logLevel, slowMs },
  );
  const send = async (path: string, init: RequestInit = {}) =>
    fetch(new Request(`http://localhost${path}`, init));
  return { api, lines, counted, send, timer };
};

test('Each request has one line with its route, status, time, id and caller', async () => {
  const { api, lines, send } = createFixture({ tookMs: 3 });
  const token = await api.customer('lan').token();
  await send('/orders/0198c5a0-0000-7000-8000-000000000000?a=b', {
    headers: { authorization: `Bearer ${token}`, 'x-request-id': 'mine' },
  });
  expect(lines).toEqual([
    {
      level: 'info',
      message: 'request',
      facts: { method: 'GET', route: '/orders/:id', status: 404, ms: 3, requestId: 'mine', who: 'lan' },
    },
  ]);
});

test('A caller whose id is an address has a hash in the line', async () => {
  const { api, lines, send } = createFixture();
  const token = await tokenOf(api.world, {
    sub: 'lan@example.com',
    email: 'lan@example.com',
    roles: ['customer'],
  });
  for (let index = 0; index < 2; index++)
    await send('/orders/none', { headers: { authorization: `Bearer ${token}` } });
  expect(lines[0]?.facts.who).toMatch(/^sha256:[0-9a-f]{16}$/);
  expect(lines[1]?.facts.who).toBe(lines[0]?.facts.who);
});

test('A line of a request without a caller or a route names neither', async () => {
  const { lines, send } = createFixture();
  await send('/customers/lan@example.com/nothing');
  expect(lines[0]?.facts).toMatchObject({ route: null, status: 404, who: null });
  expect(JSON.stringify(lines)).not.toContain('lan');
});

test('At debug, a line has the names of the query and the sizes, and no value', async () => {
  const { lines, send } = createFixture({ logLevel: 'debug' });
  await send('/products?q=secret&limit=1&eyJ0b2tlbi.x=1');
  expect(lines[0]?.facts).toMatchObject({ query: ['q', 'limit', '?'], requestBytes: null });
  expect(JSON.stringify(lines)).not.toMatch(/secret|eyJ/);
});

test('Health checks have lines only at debug', async () => {
  const { lines, send } = createFixture();
  await send('/health/live');
  expect(lines.map(({ level }) => level)).toEqual(['debug']);
});

test('Slow requests of one route are one line at once, and one line a minute with their count', async () => {
  const { lines, send, timer } = createFixture({ logLevel: 'warn', slowMs: 50, tookMs: 50 });
  for (let index = 0; index < 3; index++) await send('/products');
  await timer.advance(60_000);
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'slow request',
      facts: expect.objectContaining({ route: '/products', ms: 50 }),
    },
    { level: 'warn', message: 'slow request', facts: expect.objectContaining({ count: 2 }) },
  ]);
});

test('The pattern of a path is that of the route that serves it', () => {
  const patternOf = createRoutePattern([
    { path: '/orders/:id' },
    { path: '/orders/:id/history' },
    { path: '/checkouts/options' },
    { path: '/checkouts/:id' },
    { path: '/shop' },
    { path: '/shop/*' },
    { path: '/' },
  ]);
  expect(
    [
      '/orders/1',
      '/orders/1/history',
      '/checkouts/options',
      '/checkouts/1/',
      '/shop',
      '/shop/a/b',
      '/',
      '/none',
    ].map(patternOf),
  ).toEqual([
    '/orders/:id',
    '/orders/:id/history',
    '/checkouts/options',
    '/checkouts/:id',
    '/shop',
    '/shop/*',
    '/',
    null,
  ]);
  expect(patternOf('/orders')).toBeNull();
});

test('Each request is counted by the pattern of its route, at every level of the log', async () => {
  const { counted, send } = createFixture({ logLevel: 'error', tookMs: 3 });
  await send('/orders/0198c5a0-0000-7000-8000-000000000000?a=b');
  await send('/nothing');
  expect(counted).toEqual([
    {},
    { method: 'GET', route: '/orders/:id', status: 401, ms: 3 },
    {},
    { method: 'GET', route: null, status: 404, ms: 3 },
  ]);
});
