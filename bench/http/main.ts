import process from 'node:process';
import { err, ok } from 'neverthrow';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { createApp } from '../../api/app.ts';
import { createClientOf } from '../../api/http/clientAddress.ts';
import { serve } from '../../api/http/serve.ts';
import { createLiveFeed } from '../../api/routes/liveFeed.ts';
import { createMemoryStore } from '../../tests/model/store.ts';
import { secret } from '../../tests/processes/tokens.ts';

/** The product's whole API over the memory store, so that only the API takes time. */
const noPayments = { kind: 'unavailable', reason: 'the bench has no payments' } as const;
const world = createSystemWorld();
const store = createMemoryStore(world);
const api = createApp({
  store,
  checkOut: async () => err(noPayments),
  giveUpCheckout: async () => err(noPayments),
  requestRefund: async () => err(noPayments),
  refundCase: async () => err(noPayments),
  receiveEvent: async () => err(noPayments),
  providerName: 'none',
  stepServices: [],
  invoiceRenderer: createInvoiceRenderer(yieldToSystemEventLoop),
  charges: null,
  finishChallenge: null,
  auth: { key: { kind: 'secret', secret }, issuer: null, audience: null },
  ordersPendingMax: 0,
  demo: false,
  orderTtlMs: 86_400_000,
  role: 'all',
  world,
  version: 'bench',
  log: console,
  countedLog: console,
  clientOf: createClientOf([]),
  corsOrigins: [],
  live: createLiveFeed({ ...store, ...world, countedLog: console }),
  renderMetrics: async () => ({ contentType: 'text/plain', text: '' }),
  checkWebhookUrl: async () => ok(undefined),
  isReady: async () => ({ ready: true, missing: [] }),
});
await serve(api, { port: Number(process.env.PORT) });
