import process from 'node:process';
import { createEngine } from '../adapters/sandbox/engine.ts';
import { createStripeApi } from '../adapters/sandbox/http/api.ts';
import { serveStripe } from '../adapters/sandbox/http/serve.ts';
import { startWebhooks } from '../adapters/sandbox/webhooks.ts';
import { systemWorld } from '../adapters/system/system.ts';
import { openSandboxRecords } from './sandboxRecords.ts';

/**
 * `bun run simulator`: Stripe on this machine, for whoever wants to try its adapter without an account. What it
 * was asked and what it has to tell outlive it, in a database of its own.
 *
 *   PORT                   12111
 *   DATABASE_URL           sqlite:./data/stripe.db
 *   WEBHOOK_URL            where events go, such as http://localhost:3000/webhooks/stripe; nowhere by default
 *   STRIPE_WEBHOOK_SECRET  what they are signed with
 *   DUPLICATES, SHUFFLE    0 to 1, the share of events that are sent twice; 1 for events in any order
 */
const { PORT, DATABASE_URL, WEBHOOK_URL, STRIPE_WEBHOOK_SECRET, DUPLICATES, SHUFFLE } = process.env;

const book = await openSandboxRecords(DATABASE_URL ?? 'sqlite:./data/stripe.db');
const engine = createEngine(book, systemWorld(), { events: WEBHOOK_URL ? 'all' : 'none' });
const server = await serveStripe(createStripeApi(engine), Number(PORT ?? 12_111));
const stopWebhooks = WEBHOOK_URL
  ? startWebhooks({
      engine,
      url: WEBHOOK_URL,
      secret: STRIPE_WEBHOOK_SECRET ?? 'whsec_simulator',
      deliver: fetch,
      duplicates: Number(DUPLICATES ?? 0),
      shuffle: SHUFFLE === '1',
    })
  : async () => {};

console.log(`Stripe, simulated, on http://127.0.0.1:${server.port}. Start the shop with:
PAYMENT_PROVIDER=stripe STRIPE_API_KEY=sk_test_simulator STRIPE_WEBHOOK_SECRET=${STRIPE_WEBHOOK_SECRET ?? 'whsec_simulator'} STRIPE_API_URL=http://127.0.0.1:${server.port} bun run start`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await server.stop();
    await stopWebhooks();
    await book.close();
    process.exit(0);
  });
