import process from 'node:process';
import { ok } from 'neverthrow';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { createApp } from '../../api/app.ts';
import { createClientOf } from '../../api/http/clientAddress.ts';
import { serve } from '../../api/http/serve.ts';
import { createLiveFeed } from '../../api/routes/liveFeed.ts';
import { type CheckOut, createCheckOut } from '../../core/usecases/checkOut.ts';
import { createGiveUpCheckout } from '../../core/usecases/giveUpCheckout.ts';
import { createReceiveEvent } from '../../core/usecases/providerEvents.ts';
import { createRefundCase } from '../../core/usecases/refundCase.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import type { World } from '../../core/world.ts';
import { type Config, readConfig } from '../../server/config.ts';
import { type OpenProvider, openProvider, openStore } from '../../server/wiring.ts';

type Parts = {
  readonly checkOut: (...args: Parameters<typeof createCheckOut>) => CheckOut;
  readonly openProvider: (world: World, config: Config) => Promise<OpenProvider>;
};

/** Serves the product's checkout API with its own settings, with some parts replaced. */
export const serveCheckouts = async (parts: Partial<Parts>): Promise<void> => {
  const read = readConfig(process.env);
  if (read.isErr()) throw new Error(read.error.join('\n'));
  const config = read.value;
  const { key } = config.auth;
  if (key.kind === 'demo') throw new Error('AUTH_SECRET is not set');

  const used: Parts = { checkOut: createCheckOut, openProvider, ...parts };
  const world = createSystemWorld();
  const store = await openStore(world, config);
  const { provider, simulator, close } = await used.openProvider(world, config);
  const ports = { ...store, provider, world, log: console };
  const api = createApp({
    store,
    checkOut: used.checkOut(ports, config),
    giveUpCheckout: createGiveUpCheckout(ports),
    requestRefund: createRequestRefund(ports),
    refundCase: createRefundCase(ports),
    receiveEvent: createReceiveEvent(ports),
    providerName: provider.name,
    stepServices: [],
    invoiceRenderer: createInvoiceRenderer(yieldToSystemEventLoop),
    charges: null,
    finishChallenge: null,
    auth: { ...config.auth, key },
    ordersPendingMax: config.ordersPendingMax,
    demo: false,
    orderTtlMs: 86_400_000,
    role: 'checkout',
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
  const listening = await serve(api, { port: config.port });
  const endWebhooks = simulator?.startWebhooks(async (request) => api.handle(request));

  process.on('SIGTERM', async () => {
    await endWebhooks?.();
    await listening.stop();
    await close();
    await store.close();
    process.exit();
  });
};
