import type { Engine } from '../../adapters/sandbox/engine.ts';
import { createFetch, createStripeApi } from '../../adapters/sandbox/http/api.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { RecordStore } from '../../adapters/sandbox/records.ts';
import { sendDueEvents, type WebhookOptions } from '../../adapters/sandbox/webhooks.ts';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import type { ChargeRequest, LedgerEntry, PaymentProvider, WebhookRequest } from '../../core/provider.ts';
import { type TestWorld, testWorld } from '../world.ts';

/** A provider, and the hand that moves what is behind it. */
export type Ground = {
  readonly provider: PaymentProvider;
  readonly engine: Engine;
  readonly world: TestWorld;
};

export const secret = 'whsec_of_the_tests';

/** The simulator, asked directly. */
export const directGround = (book: RecordStore, world = testWorld()): Ground => {
  const provider = createSandboxProvider(book, world, { slowMs: 20, webhookSecret: secret, events: 'all' });
  return { provider, engine: provider.engine, world };
};

/** The adapter for Stripe, speaking with the simulator in Stripe's words. */
export const stripeGround = (book: RecordStore, world = testWorld()): Ground => {
  const { engine } = directGround(book, world);
  const api = createStripeApi(engine, { apiKey, slowMs: 20 });
  const provider = createStripeProvider(world.timer, {
    apiKey,
    webhookSecret: secret,
    baseUrl: 'http://stripe.test',
    fetch: createFetch(api),
    timeoutMs: 10_000,
    pauseMs: 2,
  });
  return { provider, engine, world };
};

export const apiKey = 'sk_test_0123456789abcdef';

export const request = (paymentId: string, method = 'pm_card_visa', amount = 1_299_000): ChargeRequest => ({
  paymentId,
  method,
  amount: { amount, currency: 'VND' },
});

/** Everything that moved, ever. */
export const ledgerOf = ({ provider, world }: Ground): Promise<readonly LedgerEntry[]> =>
  ledgerOfProvider(provider, world.clock.nowMs() + 1_000);

export const ledgerOfProvider = async (
  provider: PaymentProvider,
  toMs: number,
): Promise<readonly LedgerEntry[]> => {
  const entries: LedgerEntry[] = [];
  let after: string | null = null;
  do {
    const page: { items: readonly LedgerEntry[]; next: string | null } = (
      await provider.readLedger({ fromMs: 0, toMs, after })
    )._unsafeUnwrap();
    entries.push(...page.items);
    after = page.next;
  } while (after !== null);
  return entries;
};

/** What the simulator has to tell now, as it arrives. Everything is heard, unless `isHeard` says otherwise. */
export const deliveries = async (
  engine: Engine,
  options: Partial<WebhookOptions> = {},
  isHeard = true,
): Promise<readonly WebhookRequest[]> => {
  const arrived: WebhookRequest[] = [];
  const deliver = async (sent: Request) => {
    const { headers } = sent;
    arrived.push({ body: await sent.text(), header: (name) => headers.get(name) });
    return new Response(null, { status: isHeard ? 204 : 503 });
  };
  await sendDueEvents({ engine, url: 'http://shop.test/webhooks/stripe', secret, deliver, ...options });
  return arrived;
};

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
