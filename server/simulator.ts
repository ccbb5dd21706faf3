import process from 'node:process';
import { createEngine } from '../adapters/sandbox/engine.ts';
import { createStripeApi } from '../adapters/sandbox/http/api.ts';
import { serveStripe } from '../adapters/sandbox/http/serve.ts';
import { startWebhooks } from '../adapters/sandbox/webhooks.ts';
import { createSystemWorld } from '../adapters/system/system.ts';
import { watchRunners } from './launcher.ts';
import { describeStartFailure, exitWithError } from './process.ts';
import { openSandboxRecords } from './sandboxRecords.ts';
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
const { PORT, DATABASE_URL, WEBHOOK_URL, STRIPE_WEBHOOK_SECRET, DUPLICATES, SHUFFLE } = process.env;

const port = Number(PORT ?? 12_111);
const duplicates = Number(DUPLICATES ?? 0);

/** What is wrong with the variables, a line each. */
const findWrong = (): readonly string[] => [
  ...(Number.isInteger(port) && port >= 0 && port <= 65_535
    ? []
    : [`PORT is "${PORT}": write a whole number from 0 to 65535`]),
  ...(duplicates >= 0 && duplicates <= 1
    ? []
    : [`DUPLICATES is "${DUPLICATES}": write a number from 0 to 1`]),
  ...(!WEBHOOK_URL || /^https?:/.test(URL.parse(WEBHOOK_URL)?.protocol ?? '')
    ? []
    : [`WEBHOOK_URL is "${WEBHOOK_URL}": write a URL like ${exampleUrl}`]),
];
const simulatorName = 'The simulated Stripe';
const exampleUrl = 'http://localhost:3000/webhooks/stripe';
const world = createSystemWorld();
const closers: (() => Promise<void>)[] = [];

const start = async (): Promise<string> => {
  const records = await openSandboxRecords(DATABASE_URL ?? 'sqlite:./data/stripe.db');
  closers.push(records.close);
  const engine = createEngine(records, world, { events: WEBHOOK_URL ? 'all' : 'none' });
  if (WEBHOOK_URL)
    closers.push(
      startWebhooks({
        engine,
        url: WEBHOOK_URL,
        secret: STRIPE_WEBHOOK_SECRET ?? 'whsec_simulator',
        fetch,
        duplicates,
        shuffle: SHUFFLE === '1',
      }),
    );
  const server = await serveStripe(createStripeApi(engine), port);
  closers.push(server.stop);
  const events = WEBHOOK_URL
    ? `It sends its events to ${WEBHOOK_URL}.`
    : `It sends no events, so the shop does not see disputes: WEBHOOK_URL=${exampleUrl} turns them on.`;
  return `The simulated Stripe is ready on http://127.0.0.1:${server.port}. ${events} Start the shop with:
PAYMENT_PROVIDER=stripe STRIPE_API_KEY=sk_test_simulator STRIPE_WEBHOOK_SECRET=${STRIPE_WEBHOOK_SECRET ?? 'whsec_simulator'} STRIPE_API_URL=http://127.0.0.1:${server.port} bun run start`;
};

const stop = async (): Promise<void> => {
  for (const close of closers.toReversed()) await close();
  process.exit(0);
};

onStopSignal(world.timer, () => void stop());
watchRunners(process.env, world.timer, () => void stop());
const wrong = findWrong();
if (wrong.length > 0) exitWithError(wrong.join('\n'), simulatorName);
try {
  console.log(await start());
} catch (cause) {
  exitWithError(describeStartFailure(cause, { port }), simulatorName);
}
