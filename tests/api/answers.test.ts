import { expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { type Api, apiOver, productDraft, type Reply, tokenOf, valueAt } from './api.ts';
import { brokenBy } from './broken.ts';
import { describedBy, operationsOf } from './documented.ts';
import { eventText, signatureOf } from './signed.ts';

const operations = operationsOf((await describedBy(apiOver().api)).document);

/** `POST /orders 201 -`, or with the code of a problem. */
type Told = string;

const documented = (): readonly Told[] =>
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

/** No port stands behind these, and so nothing that could fail. */
const unfailing = [
  'GET /docs',
  'GET /docs/json',
  'GET /docs/{file}',
  'GET /health/live',
  'POST /demo/tokens',
];

/** What the answers to all this are is checked as they are heard; here, that all that is documented is heard. */
test('every answer that is documented is given, and no other', async () => {
  const told = new Set<Told>();
  const listen = (api: Api): Api => ({
    ...api,
    call: async (method, path, options) => hear(method, path, await api.call(method, path, options)),
    as: (who, ...roles) => {
      const one = api.as(who, ...roles);
      const say: typeof one.say = async (method, path, options) =>
        hear(method, path, await one.say(method, path, options));
      const post: typeof one.post = (path, body, headers = {}) => say('POST', path, { body, headers });
      const checkOut: typeof one.checkOut = (orderIds, key = crypto.randomUUID(), method = 'pm_card_visa') =>
        post('/checkouts', { orderIds, payment: { method } }, { 'idempotency-key': key });
      return {
        ...one,
        say,
        post,
        checkOut,
        get: (path) => say('GET', path),
        remove: (path) => say('DELETE', path),
      };
    },
  });
  const hear = (method: string, path: string, reply: Reply): Reply => {
    const url = path.split('?')[0] ?? '';
    const known = operations.find(
      (one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(url),
    );
    const exact = operations.find((one) => one.method === method && one.path === url) ?? known;
    const code = reply.status < 400 ? '-' : valueAt(reply.body, 'code');
    told.add(`${method} ${exact?.path} ${reply.status} ${code}`);
    return reply;
  };

  for (const { method, path, operation } of operations) {
    const url = urlOf(path);
    const { call, as } = listen(apiOver());
    const headers = { 'idempotency-key': id };
    if (operation.security.length > 0) {
      await call(method, url);
      await as('nobody').say(method, url, { headers });
    }
    if (method === 'POST') {
      const root = as('root', 'customer', 'operator');
      await root.post(url, '{', headers);
      await root.post(url, 'x'.repeat(1024 * 1024 + 1), headers);
      await root.post(url, '{}', headers);
      await root.post(url, 'x', { ...headers, 'content-type': 'text/plain' });
      const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('it broke')) });
      await root.post(url, broken, headers);
    }
    const name = `${method} ${path}`;
    if (unfailing.includes(name)) continue;
    const body = bodies[name];
    for (const verb of [away, bug]) {
      const isReady = () => Promise.reject(new Error('a bug'));
      const root = listen(apiOver({ ...brokenBy(verb), isReady })).as('root', 'customer', 'operator');
      await root.say(method, url, { body, headers });
    }
  }

  await succeed(listen(apiOver()));
  await beRefused(listen(apiOver()));
  const notReady = async () => ({ ready: false, missing: ['database'] });
  await listen(apiOver({ isReady: notReady })).call('GET', '/health/ready');
  await beTooEarly(listen);

  const expected = documented().filter(
    (one) => !(one.endsWith(' 500 internal') && unfailing.some((name) => one.startsWith(`${name} `))),
  );
  expect([...told].sort()).toEqual([...new Set(expected)].sort());
});

const away = async () => err({ kind: 'unavailable' as const, reason: 'away' });
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
  'POST /orders': { productId: id, quantity: 1 },
  'POST /checkouts': { orderIds: [id], payment: { method: 'pm_card_visa' } },
  'POST /queue/retries': { taskIds: [id] },
  'POST /refunds': { orderId: id, reason: 'It was damaged' },
  'POST /webhooks/stripe': {},
  'POST /money/audits': { day: '2026-02-28' },
  'POST /demo/challenges': { clientSecret: 'x', outcome: 'succeed' },
};

const lists = [
  '/orders',
  '/refunds',
  '/queue/tasks',
  '/money/unknown',
  '/money/audits',
  '/demo/mails',
  '/demo/charges',
];

/** Each route’s success. */
const succeed = async ({ as, call, world, store }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  for (const path of ['/health/live', '/health/ready', '/docs', '/docs/json', '/docs/start.js'])
    await call('GET', path);
  await call('POST', '/demo/tokens', { body: { email: 'lan@example.com', role: 'customer' } });
  await root.post('/products', { ...productDraft(world), code: 'one' });
  const { body } = await call('GET', '/products');
  const productId = String(valueAt((valueAt(body, 'items') as unknown[])[0], 'id'));
  await call('GET', `/products/${productId}`);
  const place = async () =>
    String(valueAt((await root.post('/orders', { productId, quantity: 1 })).body, 'id'));
  const [paid, cancelled] = [await place(), await place()];
  const checkout = await root.checkOut([paid]);
  await root.get(`/checkouts/${valueAt(checkout.body, 'checkoutId')}`);
  await root.remove(`/orders/${cancelled}`);
  await root.get(`/orders/${paid}`);
  const mail = {
    messageId: '<1@example.com>',
    orderId: paid,
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
  const audit = await root.post('/money/audits', bodies['POST /money/audits']);
  await root.get(`/money/audits/${valueAt(audit.body, 'id')}`);
  await root.get(`/money/audits/${valueAt(audit.body, 'id')}/differences`);
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

/** What a route refuses for reasons of its own. */
const beRefused = async ({ as, call, world, product }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  for (const path of ['/products', `/money/audits/${id}/differences`, ...lists])
    await root.get(`${path}?colour=red`);
  await call('GET', `/products/${id}`);
  await call('GET', '/docs/passwd');
  for (const path of [`/orders/${id}`, `/checkouts/${id}`, `/refunds/${id}`, '/money/nothing'])
    await root.get(path);
  for (const path of [`/money/audits/${id}`, `/money/audits/${id}/differences`]) await root.get(path);
  await root.post('/demo/challenges', bodies['POST /demo/challenges']);
  await root.remove(`/orders/${id}`);
  await root.post('/orders', bodies['POST /orders']);
  const [rare, dollars] = [
    await product({ stock: 1 }),
    await product({ price: { amount: 1, currency: 'USD' } }),
  ];
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
  await root.checkOut([three], 'no uuid');
  await root.checkOut([three], '');
  await root.remove(`/orders/${one}`);
  const refund = (orderId: string, amount: unknown, as: string = crypto.randomUUID()) =>
    root.post('/refunds', { orderId, amount, reason: 'r' }, { 'idempotency-key': as });
  await refund(id, 1);
  await refund(two, 1);
  await refund(one, 1, key);
  await refund(one, 2, key);
  await refund(one, 1_000_000);
  await refund(one, { amount: 1, currency: 'USD' });
  await refund(one, 1, '');
  await refund(one, 1, 'no uuid');
  await call('GET', '/orders', { token: await tokenOf(world, {}) });
};

/** Two checkouts of one order at once. */
const beTooEarly = async (listen: (api: Api) => Api): Promise<void> => {
  const entered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { as, product } = listen(
    apiOver({
      providing: (provider) => ({
        ...provider,
        charge: async (asked) => {
          entered.resolve();
          await released.promise;
          return provider.charge(asked);
        },
      }),
    }),
  );
  const root = as('root', 'customer', 'operator');
  const orderId = await root.order(await product());
  const key = crypto.randomUUID();
  const first = root.checkOut([orderId], key);
  await entered.promise;
  await root.checkOut([orderId], key);
  await root.checkOut([orderId]);
  released.resolve();
  await first;
};
