import process from 'node:process';
import { err } from 'neverthrow';
import { systemWorld } from '../../adapters/system/system.ts';
import { createApp } from '../../api/app.ts';
import { serve } from '../../api/http/serve.ts';
import { createMemoryStore } from '../../tests/model/store.ts';
import { secret } from '../../tests/processes/tokens.ts';

/** The product's whole API over the memory adapter, so that the time of a request is that of the API. */
const nobody = { kind: 'unavailable', reason: 'nobody pays here' } as const;
const world = systemWorld();
const api = createApp({
  store: createMemoryStore(world),
  checkOut: async () => err(nobody),
  requestRefund: async () => err(nobody),
  receiveEvent: async () => err(nobody),
  providerName: 'none',
  charges: null,
  finishChallenge: null,
  auth: { key: { kind: 'secret', secret }, issuer: null, audience: null },
  demo: false,
  role: 'all',
  world,
  version: 'bench',
  log: console,
  isReady: async () => ({ ready: true, missing: [] }),
});
await serve(api, { port: Number(process.env.PORT) });
