import process from 'node:process';
import { createEngine } from '../adapters/sandbox/engine.ts';
import { createStripeApi } from '../adapters/sandbox/http/api.ts';
import { serveStripe } from '../adapters/sandbox/http/serve.ts';
import { startWebhooks } from '../adapters/sandbox/webhooks.ts';
import { createSystemWorld } from '../adapters/system/system.ts';
import { watchRunners } from './launcher.ts';
import { describeStartFailure, exitWithError } from './process.ts';
import { openSandboxRecords } from './sandboxRecords.ts';
import { readSimulatorSettings, type SimulatorSettings } from './simulatorSettings.ts';
import { onStopSignal } from './stopSignals.ts';

/**
 * `bun run simulator`: a simulated Stripe on this machine, to try the Stripe adapter without an account. Its charges
 * and unsent events are stored in its own database, so they survive a restart.
 *
 *   PORT                   12111
 *   DATABASE_URL           sqlite:./data/stripe.db
 *   WEBHOOK_URL            where to send events, such as http://localhost:3000/webhooks/stripe; not sent if unset
 *   STRIPE_WEBHOOK_SECRET  the secret to sign events with; default whsec_simulator
 *   DUPLICATES             the share of events that are sent twice, 0 to 1; default 0
 *   SHUFFLE                1 sends events in random order
 *
 * What Stripe's dashboard and the banks do, over HTTP and with their signed events:
 *   POST /v1/refunds payment_intent, amount?             a refund that the shop did not request
 *   POST /v1/test_helpers/disputes payment_intent, amount?, reason?   a dispute
 *   POST /v1/disputes/{id} evidence[uncategorized_text]  winning_evidence or losing_evidence ends it
 *   POST /v1/disputes/{id}/close                         accepts it, which loses it
 */
const program = 'The simulated Stripe';

const exampleUrl = 'http://localhost:3000/webhooks/stripe';
const world = createSystemWorld();
const closers: (() => Promise<void>)[] = [];

const start = async (settings: SimulatorSettings): Promise<string> => {
  const { port, databaseUrl, webhookUrl, webhookSecret: secret, duplicates, shuffle } = settings;
  const records = await openSandboxRecords(databaseUrl);
  closers.push(records.close);
  const engine = createEngine(records, world, { events: webhookUrl === null ? 'none' : 'all' });
  if (webhookUrl !== null)
    closers.push(startWebhooks({ engine, url: webhookUrl, secret, fetch, duplicates, shuffle }));
  const server = await serveStripe(createStripeApi(engine), port);
  closers.push(server.stop);
  const events =
    webhookUrl === null
      ? `It sends no events, so the shop does not see disputes: WEBHOOK_URL=${exampleUrl} turns them on.`
      : `It sends its events to ${webhookUrl}.`;
  return `The simulated Stripe is ready on http://127.0.0.1:${server.port}. ${events} Start the shop with:
PAYMENT_PROVIDER=stripe STRIPE_API_KEY=sk_test_simulator STRIPE_WEBHOOK_SECRET=${secret} STRIPE_API_URL=http://127.0.0.1:${server.port} bun run start`;
};

const stop = async (): Promise<void> => {
  for (const close of closers.toReversed()) await close();
  process.exit(0);
};

onStopSignal(world.timer, () => void stop());
watchRunners(process.env, world.timer, () => void stop());
const settings = readSimulatorSettings(process.env);
if (settings.isErr())
  exitWithError(
    ['some settings are wrong.', ...settings.error.map((line) => `- ${line}`)].join('\n'),
    program,
  );
else
  try {
    console.log(await start(settings.value));
  } catch (cause) {
    exitWithError(describeStartFailure(cause, settings.value), program);
  }
