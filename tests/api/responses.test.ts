import { expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { requestConflicts, requestDroppedResponse, requestGiveUps } from './checkoutResponses.ts';
import { documentOf, operationsOf } from './documentedResponse.ts';
import { failingPorts } from './failingPorts.ts';
import { requestInvoices } from './invoiceResponses.ts';
import { requestOverLimits } from './limitResponses.ts';
import { requestOrderChanges } from './orderChangeResponses.ts';
import { requestPauses } from './pauseResponses.ts';
import { bodies, id, requestFailures, requestSuccesses } from './plainResponses.ts';
import { type Reply, valueAt } from './reply.ts';
import { requestServiceKeys } from './serviceKeyResponses.ts';
import { type Api, createTestApi } from './testApi.ts';
import { requestWebhookEndpoints } from './webhookEndpointResponses.ts';

const operations = operationsOf((await documentOf(createTestApi().api)).document);

/** Such as `POST /orders 201 -`, or with a problem code: `POST /orders 404 not_found`. */
type DocumentedResponse = string;

const documentedResponses = (): readonly DocumentedResponse[] =>
  operations.flatMap(({ method, path, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content = {}, isShared = false }]) => {
      if (isShared) return [];
      const problem = content['application/problem+json'];
      if (problem === undefined) return [`${method} ${path} ${status} -`];
      const [, { properties }] = (
        problem.schema as { allOf: [object, { properties: { code: { enum: string[] } } }] }
      ).allOf;
      return properties.code.enum.map((code) => `${method} ${path} ${status} ${code}`);
    }),
  );

const urlOf = (path: string): string =>
  path
    .replace('{id}', id)
    .replace('{deliveryId}', id)
    .replace('{file}', 'start.js')
    .replace('{code}', 'internal')
    .replace('{type}/{version}', 'order.paid/v1')
    .replace('{check}', 'unknown');

/** Routes that use no port and can therefore not fail. */
const neverFail = [
  'GET /session',
  'DELETE /session',
  'GET /checkouts/options',
  'GET /docs',
  'GET /docs/json',
  'GET /docs/{file}',
  'GET /docs/asyncapi',
  'GET /docs/asyncapi.json',
  'GET /docs/events/{type}/{version}',
  'GET /favicon.ico',
  'GET /docs/problems',
  'GET /docs/problems/{code}',
  'GET /health/live',
  'POST /demo/tokens',
];

/**
 * `createTestApi` compares each response with the document. This test checks that each documented response
 * occurs.
 */
test('Every documented response occurs, and no other', async () => {
  const received = new Set<DocumentedResponse>();
  const recordResponses = (api: Api): Api => ({
    ...api,
    call: async (method, path, options) => record(method, path, await api.call(method, path, options)),
    as: (id, ...roles) => {
      const client = api.as(id, ...roles);
      const send: typeof client.send = async (method, path, options) =>
        record(method, path, await client.send(method, path, options));
      const post: typeof client.post = (path, body, headers = {}) => send('POST', path, { body, headers });
      const checkOut: typeof client.checkOut = (
        orderIds,
        key = crypto.randomUUID(),
        method = 'pm_card_visa',
      ) => post('/checkouts', { orderIds, payment: { method } }, { 'idempotency-key': key });
      return {
        ...client,
        send,
        post,
        checkOut,
        get: (path) => send('GET', path),
        remove: (path) => send('DELETE', path),
      };
    },
  });
  const record = (method: string, path: string, reply: Reply): Reply => {
    const url = path.split('?')[0] ?? '';
    const candidates = operations.filter((one) => one.method === method);
    const operation =
      candidates.find((one) => one.path === url) ??
      candidates.find((one) => new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(url));
    const code = reply.status < 400 ? '-' : valueAt(reply.body, 'code');
    received.add(`${method} ${operation?.path} ${reply.status} ${code}`);
    return reply;
  };

  /** Bodies of 10 bytes have no time, and those of 1,000 no room. */
  const impatient = recordResponses(
    createTestApi({
      ownApp: true,
      bodyLimits: { totalMs: 0, smallBytes: 10, smallBytesMax: 100, largeBytesMax: 0 },
    }),
  );

  for (const { method, path, operation } of operations) {
    const url = urlOf(path);
    const { call, as } = recordResponses(createTestApi());
    const headers = { 'idempotency-key': id };
    await call(method, `${url}?q=${'x'.repeat(200_000)}`);
    await call(method, url, { headers: { 'x-padding': 'x'.repeat(40_000) } });
    if (operation.security.length > 0) {
      await call(method, url);
      await as('nobody').send(method, url, { headers });
    }
    if (method === 'POST' || method === 'PATCH') {
      const root = as('root', 'customer', 'operator');
      const send = (body: unknown, changes = {}) =>
        root.send(method, url, { body, headers: { ...headers, ...changes } });
      await send('{');
      await send('x'.repeat(1024 * 1024 + 1));
      await send('{}');
      await send('x', { 'content-type': 'text/plain' });
      const broken = new ReadableStream({
        pull: (controller) => controller.error(new Error('the connection was lost')),
      });
      await send(broken);
      for (const length of ['10', '1000']) {
        const endless = { body: new ReadableStream(), headers: { ...headers, 'content-length': length } };
        await impatient.as('root', 'customer', 'operator').send(method, url, endless);
      }
    }
    const name = `${method} ${path}`;
    if (neverFail.includes(name)) continue;
    const body = bodies[name];
    for (const behaviour of [unavailable, bug]) {
      const isReady = () => Promise.reject(new Error('a bug'));
      // The page of metrics comes without what cannot be read, so only a bug can keep it.
      const deps = { ...failingPorts(behaviour), isReady, renderMetrics: isReady };
      const root = recordResponses(createTestApi(deps)).as('root', 'customer', 'operator');
      await root.send(method, url, { body, headers });
    }
  }

  // Who asks with a service key is looked up in the database.
  const serviceKey = `cwk_${'x'.repeat(43)}`;
  await recordResponses(createTestApi(failingPorts(unavailable))).call('GET', '/metrics', {
    token: serviceKey,
  });

  await requestSuccesses(recordResponses(createTestApi()));
  await requestFailures(recordResponses(createTestApi()));
  await recordResponses(createTestApi()).call('GET', '/docs/problems/nothing');
  const notReady = async () => ({ ready: false, missing: ['database'] });
  await recordResponses(createTestApi({ isReady: notReady })).call('GET', '/health/ready');
  await requestConflicts(recordResponses);
  await requestDroppedResponse(recordResponses);
  await requestGiveUps(recordResponses);
  await requestInvoices(recordResponses);
  await requestServiceKeys(recordResponses(createTestApi()));
  await requestPauses(recordResponses(createTestApi()));
  await requestWebhookEndpoints(recordResponses(createTestApi()));
  await requestOrderChanges(recordResponses(createTestApi()));
  await requestOverLimits(recordResponses);

  const expected = documentedResponses().filter(
    (one) => !(one.endsWith(' 500 internal') && neverFail.some((name) => one.startsWith(`${name} `))),
  );
  expect([...received].sort()).toEqual([...new Set(expected)].sort());
});

const unavailable = async () => err({ kind: 'unavailable' as const, reason: 'the database is down' });
const bug = () => {
  throw new Error('a bug');
};
