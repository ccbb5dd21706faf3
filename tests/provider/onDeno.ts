/** Runs under Deno, and prints the result of each call on a line. */

import { createStripeApi } from '../../adapters/sandbox/http/api.ts';
import { serveStripe } from '../../adapters/sandbox/http/serve.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { chargeRequest, createSandboxHarness, receiveEvents, webhookSecret } from './harness.ts';

const { engine, world } = createSandboxHarness(createMemoryRecords());
const server = await serveStripe(createStripeApi(engine, { slowMs: 0 }), 0);
const provider = createStripeProvider(world.timer, {
  apiKey: 'sk_test_deno',
  webhookSecret,
  baseUrl: `http://127.0.0.1:${server.port}`,
  timeoutMs: 5_000,
  pauseMs: 1,
});

const paid = await provider.charge(chargeRequest('a'));
console.log('charged:', paid.kind);
console.log('declined:', (await provider.charge(chargeRequest('b', 'pm_card_chargeDeclined'))).kind);
// Deno's fetch may send a request again after a broken connection. The key makes that one charge, too.
await provider.charge(chargeRequest('c', 'pm_sim_lost_ok'));
console.log('lost:', (await provider.charge(chargeRequest('c', 'pm_sim_lost_ok'))).kind);
console.log('cancelled:', (await provider.cancel(chargeRequest('d'))).kind);
const reference = paid.kind === 'succeeded' ? paid.reference : '';
const amount = { amount: 1, currency: 'VND' };
console.log('refunded:', (await provider.refund({ refundId: 'r', reference, amount })).kind);
for (const event of (await receiveEvents(engine)).slice(0, 1)) {
  const read = async (nowMs: number) => (await provider.readEvent(event, nowMs)).isOk();
  console.log('event:', await read(world.clock.nowMs()), await read(world.clock.nowMs() + 301_000));
}
await server.stop();
console.log('server stopped:', (await provider.charge(chargeRequest('e'))).kind);
