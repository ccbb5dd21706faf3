import type { Engine } from '../../adapters/sandbox/engine.ts';
import { createStripeApi, type StripeApi } from '../../adapters/sandbox/http/api.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { RecordStore } from '../../adapters/sandbox/records.ts';
import { refund } from '../../adapters/sandbox/refunds.ts';
import { sendDueEvents, type WebhookOptions } from '../../adapters/sandbox/webhooks.ts';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import type { ChargeRequest, LedgerEntry, PaymentProvider, WebhookRequest } from '../../core/provider.ts';
import { createTestWorld, type TestWorld } from '../world.ts';

/** A provider over the sandbox, whose engine and world the tests control. */
export type ProviderHarness = {
  readonly provider: PaymentProvider;
  readonly engine: Engine;
  readonly world: TestWorld;
};

/** Opens a harness for one test. */
export type OpenHarness = () => Promise<{ readonly harness: ProviderHarness; close(): Promise<void> }>;

export const webhookSecret = 'whsec_of_the_tests';

/** The sandbox, called directly. */
export const createSandboxHarness = (records: RecordStore, world = createTestWorld()): ProviderHarness => {
  const provider = createSandboxProvider(records, world, { slowMs: 20, webhookSecret, events: 'all' });
  return { provider, engine: provider.engine, world };
};

/** The API as a `fetch`, for a caller in the same process. */
const createFetch =
  (api: StripeApi) =>
  async (url: string, init: RequestInit): Promise<Response> => {
    const response = await api(new Request(url, init));
    if (response === null) throw new TypeError('the connection broke');
    return response;
  };

/** The Stripe adapter, which calls the sandbox over Stripe's HTTP API. */
const createStripeHarness = (records: RecordStore, world = createTestWorld()): ProviderHarness => {
  const { engine } = createSandboxHarness(records, world);
  const api = createStripeApi(engine, { apiKey, slowMs: 20 });
  const provider = createStripeProvider(world.timer, {
    apiKey,
    webhookSecret,
    baseUrl: 'http://stripe.test',
    fetch: createFetch(api),
    timeoutMs: 10_000,
    pauseMs: 2,
  });
  return { provider, engine, world };
};

/** Every adapter that the suites check. A new adapter adds its harness here. */
export const harnesses = { sandbox: createSandboxHarness, stripe: createStripeHarness };

export const apiKey = 'sk_test_0123456789abcdef';

export const chargeRequest = (
  paymentId: string,
  method = 'pm_card_visa',
  amount = 1_299_000,
): ChargeRequest => ({
  paymentId,
  method,
  amount: { amount, currency: 'VND' },
});

/** A refund that was made in the provider's dashboard: without our id. Null: of all that is left. */
export const refundAtProvider = async (
  engine: Engine,
  intentId: string,
  amount: number | null,
): Promise<string> => {
  const key = engine.newId('re');
  const money = amount === null ? null : { amount, currency: 'VND' };
  const made = await refund(engine, { key, intentId, amount: money, metadata: {}, fingerprint: null });
  return made._unsafeUnwrap().refund.id;
};

/** All entries of the ledger. */
export const ledgerOf = ({ provider, world }: ProviderHarness): Promise<readonly LedgerEntry[]> =>
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

/** Sends the due events and returns them as they arrive. With `isAccepted` false the receiver answers 503. */
export const receiveEvents = async (
  engine: Engine,
  options: Partial<WebhookOptions> = {},
  isAccepted = true,
): Promise<readonly WebhookRequest[]> => {
  const received: WebhookRequest[] = [];
  const receive = async (sent: Request) => {
    const { headers } = sent;
    received.push({ body: await sent.text(), header: (name) => headers.get(name) });
    return new Response(null, { status: isAccepted ? 204 : 503 });
  };
  await sendDueEvents({
    engine,
    url: 'http://shop.test/webhooks/stripe',
    secret: webhookSecret,
    fetch: receive,
    ...options,
  });
  return received;
};

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
