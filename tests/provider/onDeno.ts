/** Run under Deno: it says what came of each thing, a line each. */

import { createStripeApi } from '../../adapters/sandbox/http/api.ts';
import { serveStripe } from '../../adapters/sandbox/http/serve.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { deliveries, directGround, request, secret } from './harness.ts';

const { engine, world } = directGround(createMemoryRecords());
const server = await serveStripe(createStripeApi(engine, { slowMs: 0 }), 0);
const provider = createStripeProvider(world.timer, {
  apiKey: 'sk_test_deno',
  webhookSecret: secret,
  baseUrl: `http://127.0.0.1:${server.port}`,
  timeoutMs: 5_000,
  pauseMs: 1,
});

const paid = await provider.charge(request('a'));
console.log('charged:', paid.kind);
console.log('declined:', (await provider.charge(request('b', 'pm_card_chargeDeclined'))).kind);
// Deno's fetch may send again by itself where a connection breaks: the key makes that one charge, too.
await provider.charge(request('c', 'pm_sim_lost_ok'));
console.log('lost:', (await provider.charge(request('c', 'pm_sim_lost_ok'))).kind);
console.log('cancelled:', (await provider.cancel(request('d'))).kind);
const reference = paid.kind === 'succeeded' ? paid.reference : '';
const amount = { amount: 1, currency: 'VND' };
console.log('returned:', (await provider.refund({ refundId: 'r', reference, amount })).kind);
for (const delivery of (await deliveries(engine)).slice(0, 1)) {
  const read = async (nowMs: number) => (await provider.readEvent(delivery, nowMs)).isOk();
  console.log('told:', await read(world.clock.nowMs()), await read(world.clock.nowMs() + 301_000));
}
await server.stop();
console.log('nobody there:', (await provider.charge(request('e'))).kind);
