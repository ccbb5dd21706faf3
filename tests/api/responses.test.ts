import { expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { moneyCheckLimits } from '../../core/ledger.ts';
import { requestConflicts, requestGiveUps } from './checkoutResponses.ts';
import { addDifference } from './differences.ts';
import { documentOf, operationsOf } from './documentedResponse.ts';
import { failingPorts } from './failingPorts.ts';
import { requestAboutProviderRefunds } from './providerRefundResponses.ts';
import { type Reply, valueAt } from './reply.ts';
import { eventText, signatureOf } from './stripeEvents.ts';
import { type Api, createTestApi, productDraft, tokenOf } from './testApi.ts';

const operations = operationsOf((await documentOf(createTestApi().api)).document);

/** Such as `POST /orders 201 -`, or with a problem code: `POST /orders 404 not_found`. */
type DocumentedResponse = string;

const documentedResponses = (): readonly DocumentedResponse[] =>
  operations.flatMap(({ method, path, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content = {} }]) => {
      const problem = content['application/problem+json'];
      if (problem === undefined) return [`${method} ${path} ${status} -`];
      const [, { properties }] = (
        problem.schema as { allOf: [object, { properties: { code: { enum: string[] } } }] }
      ).allOf;
      return properties.code.enum.map((code) => `${method} ${path} ${status} ${code}`);
    }),
  );

const id = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
const urlOf = (path: string): string =>
  path.replace('{id}', id).replace('{file}', 'start.js').replace('{check}', 'unknown');

/** Routes that use no port and can therefore not fail. */
const neverFail = [
  'GET /docs',
  'GET /docs/json',
  'GET /docs/{file}',
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

  for (const { method, path, operation } of operations) {
    const url = urlOf(path);
    const { call, as } = recordResponses(createTestApi());
    const headers = { 'idempotency-key': id };
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
    }
    const name = `${method} ${path}`;
    if (neverFail.includes(name)) continue;
    const body = bodies[name];
    for (const behaviour of [unavailable, bug]) {
      const isReady = () => Promise.reject(new Error('a bug'));
      const root = recordResponses(createTestApi({ ...failingPorts(behaviour), isReady })).as(
        'root',
        'customer',
        'operator',
      );
      await root.send(method, url, { body, headers });
    }
  }

  await requestSuccesses(recordResponses(createTestApi()));
  await requestFailures(recordResponses(createTestApi()));
  const notReady = async () => ({ ready: false, missing: ['database'] });
  await recordResponses(createTestApi({ isReady: notReady })).call('GET', '/health/ready');
  await requestConflicts(recordResponses);
  await requestGiveUps(recordResponses);

  const expected = documentedResponses().filter(
    (one) => !(one.endsWith(' 500 internal') && neverFail.some((name) => one.startsWith(`${name} `))),
  );
  expect([...received].sort()).toEqual([...new Set(expected)].sort());
});

const unavailable = async () => err({ kind: 'unavailable' as const, reason: 'the database is down' });
const bug = () => {
  throw new Error('a bug');
};

const bodies: Readonly<Record<string, unknown>> = {
  'POST /products': {
    code: 'a',
    name: 'b',
    type: 'physical',
    price: { amount: 1, currency: 'VND' },
    stock: 1,
  },
  'PATCH /products/{id}': { stock: { add: 1 } },
  'POST /orders': { productId: id, quantity: 1 },
  'POST /checkouts': { orderIds: [id], payment: { method: 'pm_card_visa' } },
  'POST /queue/retries': { taskIds: [id] },
  'POST /refunds': { orderId: id, reason: 'It was damaged' },
  'POST /refunds/{id}/assignment': { orderId: id },
  'POST /webhooks/stripe': {},
  'POST /money/{check}/acknowledgements': { caseId: id, note: 'n' },
  'POST /money/{check}/refunds': { caseId: id, reason: 'r' },
  'POST /money/reconciliations': { day: '2026-02-28' },
  'POST /demo/challenges': { clientSecret: 'x', outcome: 'succeed' },
};

const lists = [
  '/orders',
  '/refunds',
  '/queue/tasks',
  '/money/unknown',
  '/money/reconciliations',
  '/demo/mails',
  '/demo/charges',
];

/** Sends a successful request to each route. */
const requestSuccesses = async ({ as, call, world, store }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  for (const path of ['/health/live', '/health/ready', '/docs', '/docs/json', '/docs/start.js'])
    await call('GET', path);
  await call('POST', '/demo/tokens', { body: { email: 'lan@example.com', role: 'customer' } });
  await root.post('/products', { ...productDraft(world), code: 'one' });
  const { body } = await call('GET', '/products');
  const productId = String(valueAt((valueAt(body, 'items') as unknown[])[0], 'id'));
  await call('GET', `/products/${productId}`);
  await root.send('PATCH', `/products/${productId}`, { body: { stock: { add: 1 } } });
  const place = async () =>
    String(valueAt((await root.post('/orders', { productId, quantity: 1 })).body, 'id'));
  const [paid, cancelled] = [await place(), await place()];
  const checkout = await root.checkOut([paid]);
  await root.get(`/checkouts/${valueAt(checkout.body, 'checkoutId')}`);
  await root.remove(`/orders/${cancelled}`);
  await root.get(`/orders/${paid}`);
  const mail = {
    messageId: '<1@example.com>',
    checkoutId: null,
    orderIds: [paid],
    to: 'a@example.com',
    subject: 's',
    text: 't',
    html: 'h',
  };
  await store.mailbox.send(mail);
  for (const path of lists) await root.get(path);
  for (const path of ['/queue', '/money']) await root.get(path);
  await root.post('/queue/retries', { taskIds: [id] });
  const refund = await root.post('/refunds', { orderId: paid, reason: 'r' }, { 'idempotency-key': id });
  await root.get(`/refunds/${valueAt(refund.body, 'id')}`);
  const both = [await place(), await place()];
  await requestAboutProviderRefunds({ root, store, world }, both);
  const reconciliation = await root.post('/money/reconciliations', bodies['POST /money/reconciliations']);
  await root.get(`/money/reconciliations/${valueAt(reconciliation.body, 'id')}`);
  await root.get(`/money/reconciliations/${valueAt(reconciliation.body, 'id')}/differences`);
  world.advance(moneyCheckLimits.refundMs);
  for (const note of ['one', 'another']) {
    const acknowledged = { caseId: valueAt(refund.body, 'id'), note };
    await root.post('/money/refunds_stuck/acknowledgements', acknowledged, { 'idempotency-key': id });
  }
  const caseId = await addDifference({ store, world });
  await root.post('/money/ledger_differences/refunds', { caseId, reason: 'r' });
  const event = eventText('evt_1', id);
  const headers = { 'stripe-signature': signatureOf(event, world.clock.nowMs()) };
  await call('POST', '/webhooks/stripe', { body: event, headers });
  const challenged = await root.checkOut(
    [await place()],
    crypto.randomUUID(),
    'pm_card_authenticationRequired',
  );
  const { clientSecret } = valueAt(challenged.body, 'action') as { clientSecret: string };
  await root.post('/demo/challenges', { clientSecret, outcome: 'succeed' });
};

/** Sends requests that fail with the problems of each route. */
const requestFailures = async ({ as, call, world, store, product }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  for (const path of ['/products', `/money/reconciliations/${id}/differences`, ...lists])
    await root.get(`${path}?colour=red`);
  await call('GET', `/products/${id}`);
  await call('GET', '/products?archived=true');
  await as('nobody').get('/products?archived=true');
  await root.send('PATCH', `/products/${id}`, { body: { archived: true } });
  await call('GET', '/docs/passwd');
  for (const path of [`/orders/${id}`, `/checkouts/${id}`, `/refunds/${id}`, '/money/nothing'])
    await root.get(path);
  await root.remove(`/checkouts/${id}`);
  for (const path of [`/money/reconciliations/${id}`, `/money/reconciliations/${id}/differences`])
    await root.get(path);
  const missing = bodies['POST /money/{check}/acknowledgements'];
  for (const headers of [{}, { 'idempotency-key': 'not a UUID' }])
    await root.post('/money/unknown/acknowledgements', missing, headers);
  await root.post('/money/unknown/refunds', bodies['POST /money/{check}/refunds']);
  const caseId = await addDifference({ store, world }, 'refund_unknown');
  await root.post('/money/ledger_differences/refunds', { caseId, reason: 'r' });
  await root.post('/demo/challenges', bodies['POST /demo/challenges']);
  const days = ['2026-02-27', '2026-02-28'];
  for (const day of days) await root.post('/money/reconciliations', { day }, { 'idempotency-key': id });
  for (const path of ['/orders', '/money/reconciliations'])
    await root.post(path, bodies[`POST ${path}`], { 'idempotency-key': 'not a UUID' });
  await root.remove(`/orders/${id}`);
  await root.post('/orders', bodies['POST /orders']);
  const [rare, dollars] = [
    await product({ stock: 1 }),
    await product({ price: { amount: 1, currency: 'USD' } }),
  ];
  await root.send('PATCH', `/products/${rare}`, { body: { stock: { add: -2 } } });
  for (const quantity of [1, 2])
    await root.post('/orders', { productId: dollars, quantity }, { 'idempotency-key': id });
  const [one, two, three] = [await root.order(rare), await root.order(rare, 2), await root.order(dollars)];
  const four = await root.order(await product());
  const key = crypto.randomUUID();
  await root.checkOut([one], key);
  await root.checkOut([one], key, 'pm_other');
  await root.checkOut([one]);
  await root.checkOut([two]);
  await root.checkOut([three, four]);
  await root.checkOut([id]);
  await root.checkOut([three], crypto.randomUUID(), 'pm_card_chargeDeclined');
  await root.checkOut([three], crypto.randomUUID(), 'pm_sim_down');
  await root.checkOut([three], 'not a UUID');
  await root.checkOut([three], '');
  await root.remove(`/orders/${one}`);
  const refund = (orderId: string, amount: unknown, key: string = crypto.randomUUID()) =>
    root.post('/refunds', { orderId, amount, reason: 'r' }, { 'idempotency-key': key });
  await root.post(`/refunds/${id}/assignment`, bodies['POST /refunds/{id}/assignment']);
  await refund(id, 1);
  await refund(two, 1);
  await refund(one, 1, key);
  await refund(one, 2, key);
  await refund(one, 1_000_000);
  await refund(one, { amount: 1, currency: 'USD' });
  await refund(one, 1, '');
  await refund(one, 1, 'not a UUID');
  await call('GET', '/orders', { token: await tokenOf(world, {}) });
};
