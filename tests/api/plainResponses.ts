import { moneyCheckLimits } from '../../core/ledger.ts';
import { waitTurns } from '../timer.ts';
import { addDifference } from './differences.ts';
import { pauseBody } from './pauseResponses.ts';
import { requestAboutProviderRefunds } from './providerRefundResponses.ts';
import { valueAt } from './reply.ts';
import { serviceKeyBody } from './serviceKeyResponses.ts';
import { eventText, signatureOf } from './stripeEvents.ts';
import { type Api, productDraft, tokenOf } from './testApi.ts';
import { webhookEndpointBody } from './webhookEndpointResponses.ts';

/** An id of nothing. */
export const id = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';

/** Valid bodies, by route. */
export const bodies: Readonly<Record<string, unknown>> = {
  'POST /products': {
    code: 'a',
    name: 'b',
    type: 'physical',
    price: { amount: 1, currency: 'VND' },
    stock: 1,
  },
  'PATCH /orders/{id}': { quantity: 2 },
  'PATCH /products/{id}': { stock: { add: 1 } },
  'POST /orders': { productId: id, quantity: 1 },
  'POST /checkouts': { orderIds: [id], payment: { method: 'pm_card_visa' } },
  // A service key is looked up before it is refused.
  'POST /session': { token: `cwk_${'x'.repeat(43)}` },
  'POST /orders/{id}/contact': { email: 'right@example.com', resend: true },
  'POST /queue/retries': { taskIds: [id] },
  'POST /queue/skips': { taskIds: [id], reason: 'r' },
  'POST /queue/pauses': pauseBody,
  'POST /refunds': { orderId: id, reason: 'It was damaged' },
  'POST /refunds/{id}/assignment': { orderId: id },
  'POST /webhooks/stripe': {},
  'POST /money/{check}/acknowledgements': { caseId: id, note: 'n' },
  'POST /money/{check}/refunds': { caseId: id, reason: 'r' },
  'POST /money/reconciliations': { day: '2026-02-28' },
  'POST /keys': serviceKeyBody,
  'POST /webhook-endpoints': webhookEndpointBody,
  'PATCH /webhook-endpoints/{id}': { paused: true },
  'POST /demo/challenges': { clientSecret: 'x', outcome: 'succeed' },
};

const lists = [
  '/orders',
  '/activity',
  '/refunds',
  '/queue/tasks',
  '/money/unknown',
  '/money/reconciliations',
  '/demo/mails',
  '/demo/charges',
];

/** Sends a successful request to each route. */
export const requestSuccesses = async ({ as, call, world, store, live }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  for (const path of [
    '/favicon.ico',
    '/health/live',
    '/health/ready',
    '/docs',
    '/docs/json',
    '/docs/start.js',
    '/docs/problems',
    '/docs/problems/internal',
    '/docs/asyncapi',
    '/docs/asyncapi.json',
    '/docs/events/order.paid/v1',
    '/checkouts/options',
  ])
    await call('GET', path);
  await call('POST', '/demo/tokens', { body: { email: 'lan@example.com', role: 'customer' } });
  await call('POST', '/session', { body: { token: await root.token() } });
  await root.get('/session');
  await call('DELETE', '/session');
  await root.post('/products', { ...productDraft(world), code: 'one' });
  const { body, headers: kept } = await call('GET', '/products');
  await call('GET', '/products', { headers: { 'if-none-match': kept.get('etag') ?? '' } });
  const productId = String(valueAt((valueAt(body, 'items') as unknown[])[0], 'id'));
  await call('GET', `/products/${productId}`);
  await root.send('PATCH', `/products/${productId}`, { body: { stock: { add: 1 } } });
  const place = async () =>
    String(valueAt((await root.post('/orders', { productId, quantity: 1 })).body, 'id'));
  const [paid, cancelled] = [await place(), await place()];
  const checkout = await root.checkOut([paid]);
  await root.get(`/checkouts/${valueAt(checkout.body, 'checkoutId')}`);
  await root.remove(`/orders/${cancelled}`);
  for (const part of ['', '/history', '/timeline']) await root.get(`/orders/${paid}${part}`);
  await root.post(`/orders/${paid}/contact`, bodies['POST /orders/{id}/contact']);
  const mail = {
    messageId: '<1@example.com>',
    checkoutId: null,
    orderIds: [paid],
    to: 'a@example.com',
    subject: 's',
    text: 't',
    html: 'h',
    attachments: [{ name: 'n', type: 'application/pdf', content: new Uint8Array(3) }],
  };
  await store.mailbox.send(mail);
  for (const path of lists) await root.get(path);
  for (const path of ['/queue', '/money', '/metrics']) await root.get(path);
  await root.send('GET', '/metrics', { headers: { accept: 'application/openmetrics-text' } });
  const stream = root.get('/live');
  while (live.streams() === 0) await waitTurns(1);
  live.end();
  await stream;
  await requestCustomers(root);
  await root.post('/queue/retries', { taskIds: [id] });
  for (const part of ['failures', 'history']) await root.get(`/queue/${part}`);
  await root.post('/queue/skips', bodies['POST /queue/skips']);
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

/** Of a customer of whom nothing is held. */
const requestCustomers = async (root: ReturnType<Api['as']>): Promise<void> => {
  await root.get('/customers/nobody/export');
  await root.remove('/customers/nobody');
};

/** Sends requests that fail with the problems of each route. */
export const requestFailures = async ({ as, call, world, store, product }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  for (const path of ['/products', `/money/reconciliations/${id}/differences`, ...lists])
    await root.get(`${path}?colour=red`);
  for (const part of ['history', 'timeline'])
    for (const query of ['', '?colour=red']) await root.get(`/orders/${id}/${part}${query}`);
  await call('GET', `/products/${id}`);
  await call('GET', '/products?archived=true');
  await as('nobody').get('/products?archived=true');
  await root.send('PATCH', `/products/${id}`, { body: { archived: true } });
  for (const path of ['/docs/passwd', '/docs/events/order.paid/v0']) await call('GET', path);
  await call('POST', '/session', { body: { token: 'not a token' } });
  for (const path of [`/orders/${id}`, `/checkouts/${id}`, `/refunds/${id}`, '/money/nothing'])
    await root.get(path);
  await root.remove(`/checkouts/${id}`);
  await root.remove('/customers/%01');
  await root.get('/customers/%01/export');
  await root.post(`/orders/${id}/contact`, bodies['POST /orders/{id}/contact']);
  for (const path of [`/money/reconciliations/${id}`, `/money/reconciliations/${id}/differences`])
    await root.get(path);
  const missing = bodies['POST /money/{check}/acknowledgements'];
  for (const headers of [{}, { 'idempotency-key': 'not a UUID' }])
    await root.post('/money/unknown/acknowledgements', missing, headers);
  for (const headers of [{}, { 'idempotency-key': 'not a UUID' }])
    await root.post('/money/unknown/refunds', bodies['POST /money/{check}/refunds'], headers);
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
