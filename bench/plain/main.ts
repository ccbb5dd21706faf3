import process from 'node:process';
import { systemWorld } from '../../adapters/world.ts';
import { app } from '../../api/app.ts';
import { serve } from '../../api/server.ts';
import { receivingEvents } from '../../core/providerEvents.ts';
import { requestRefund } from '../../core/refunding.ts';
import { readConfig } from '../../main/config.ts';
import { openProvider, openStore } from '../../main/wire.ts';
import { plainCheckOut } from './checkOut.ts';

/**
 * The product's API with one thing taken out: checkouts share nothing, each claims and settles by itself. All
 * else, the provider and its webhooks among it, is the product's own, with the product's settings.
 */
const read = readConfig(process.env);
if (read.isErr()) throw new Error(read.error.join('\n'));
const config = read.value;
const { key } = config.auth;
if (key.kind === 'demo') throw new Error('AUTH_SECRET is not set');

const world = systemWorld();
const store = await openStore(world, config);
const { provider, simulator, close } = await openProvider(world, config);
const ports = { ...store, provider, world };
const api = app({
  store,
  checkOut: plainCheckOut(ports, config),
  requestRefund: requestRefund(ports),
  receiveEvent: receivingEvents(ports),
  providerName: provider.name,
  charges: null,
  finishChallenge: null,
  auth: { ...config.auth, key },
  demo: false,
  role: 'checkout',
  world,
  version: 'plain',
  log: console,
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
