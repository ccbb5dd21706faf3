/** Runs under Deno and prints one line for each response. */

import { ok } from 'neverthrow';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { createApp } from '../../api/app.ts';
import { createClientOf } from '../../api/http/clientAddress.ts';
import { serve } from '../../api/http/serve.ts';
import { createLiveFeed } from '../../api/routes/liveFeed.ts';
import { createCountedLog } from '../../core/countedLog.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { createGiveUpCheckout } from '../../core/usecases/giveUpCheckout.ts';
import { createReceiveEvent } from '../../core/usecases/providerEvents.ts';
import { createRefundCase } from '../../core/usecases/refundCase.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { eventText, signatureOf, webhookSecret } from './stripeEvents.ts';

const world = createTestWorld();
const store = createMemoryStore(world);
const provider = createSandboxProvider(createMemoryRecords(), world, { webhookSecret });
const { audits, refunds, inbox, wakeup } = store;
const log = { warn: () => {}, error: console.log };
const api = createApp({
  store,
  checkOut: createCheckOut({ audits, refunds, provider, wakeup, world }, { reconcileAfterMs: 15_000 }),
  giveUpCheckout: createGiveUpCheckout({ audits, refunds, provider, wakeup, world }),
  requestRefund: createRequestRefund({ refunds, wakeup, world }),
  refundCase: createRefundCase({ ...store, world }),
  receiveEvent: createReceiveEvent({ inbox, provider, wakeup, world, log: { warn: () => {} } }),
  providerName: provider.name,
  stepServices: [],
  invoiceRenderer: createInvoiceRenderer(yieldToSystemEventLoop),
  charges: provider.list,
  finishChallenge: null,
  auth: {
    key: { kind: 'secret', secret: 'a secret of well over thirty-two bytes' },
    issuer: null,
    audience: null,
  },
  ordersPendingMax: 0,
  demo: true,
  role: 'all',
  orderTtlMs: 86_400_000,
  world,
  version: '0.0.0',
  log,
  countedLog: createCountedLog(log, world.timer),
  clientOf: createClientOf([]),
  live: createLiveFeed({ ...store, ...world, countedLog: createCountedLog(log, world.timer) }),
  corsOrigins: [],
  renderMetrics: async () => ({ contentType: 'text/plain', text: '' }),
  checkWebhookUrl: async () => ok(undefined),
  isReady: async () => ({ ready: true, missing: [] }),
});

const post = (base: string, path: string, body: unknown, token = '', headers = {}) =>
  new Request(`${base}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  });
const local = 'http://localhost';
const handle = async (request: Request) => (await api.handle(request)).json();

const tokenFor = async (role: string): Promise<string> =>
  (await handle(post(local, '/demo/tokens', { email: 'lan@example.com', role }))).token;
const [customer, operator] = [await tokenFor('customer'), await tokenFor('operator')];
const price = { amount: 1, currency: 'VND' };
await handle(
  post(local, '/products', { code: 'a', name: 'Áo', type: 'physical', price, stock: 9 }, operator),
);
const [{ id: productId }] = (await handle(new Request(`${local}/products?q=ao`))).items;
const order = async (): Promise<string> =>
  (await handle(post(local, '/orders', { productId, quantity: 1 }, customer))).id;
const checkOutBody = (orderId: string) => ({ orderIds: [orderId], payment: { method: 'pm_card_visa' } });
const key = { 'idempotency-key': '9f1c2d3e-4b5a-4687-9a0b-1c2d3e4f5a6b' };
const paid = await order();

const handled = await api.handle(post(local, '/checkouts', checkOutBody(paid), customer, key));
console.log('handled:', handled.status, (await handled.json()).status);
const event = eventText('evt_1', paid);
const signature = { 'stripe-signature': signatureOf(event, world.clock.nowMs()) };
for (const headers of [signature, {}]) {
  const request = new Request(`${local}/webhooks/stripe`, { method: 'POST', body: event, headers });
  console.log('handled:', (await api.handle(request)).status);
}
const authorization = `Bearer ${customer}`;
const cancelled = new Request(`${local}/orders/${await order()}`, {
  method: 'DELETE',
  headers: { authorization },
});
console.log('handled:', (await api.handle(cancelled)).status);
const refused = await api.handle(new Request(`${local}/orders`, { method: 'PATCH' }));
console.log('handled:', refused.status, (await refused.json()).code);

const server = await serve(api, { port: 0 });
const base = `http://127.0.0.1:${server.port}`;
const again = await fetch(post(base, '/checkouts', checkOutBody(paid), customer, key));
console.log('served:', again.status, (await again.json()).status, again.headers.get('idempotent-replayed'));
const large = await fetch(post(base, '/orders', 'x'.repeat(2_000_000), customer));
console.log('served:', large.status, (await large.json()).code);
const css = await fetch(`${base}/docs/swagger-ui.css`);
console.log('served:', css.status, css.headers.get('content-type'));
await css.text();
console.log('served:', (await (await fetch(`${base}/docs/json`)).json()).openapi);
await server.stop();
console.log('stopped');
