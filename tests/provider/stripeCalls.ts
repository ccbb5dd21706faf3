import type { Fetch } from '../../adapters/stripe/client.ts';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { failed, intent, json, keyTaken, type Reply } from './fakeStripe.ts';
import { apiKey, chargeRequest, webhookSecret } from './harness.ts';

/** A request as Stripe gets it, with its parameters in order, and the response. */
export type Exchange = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly (readonly string[])[];
  readonly version: string;
  readonly status: number;
  readonly response: unknown;
};

const refundRequest = { refundId: 'r', reference: 'pi_1', amount: { amount: 1, currency: 'VND' } };
const challenged = json(intent({ status: 'requires_action' }));
const afterFailure = json(intent({ status: 'requires_payment_method', last_payment_error: failed }));
const firstPage = json({
  object: 'list',
  data: [{ id: 're_1', object: 'refund', metadata: {} }],
  has_more: true,
});
const noRefunds = json({ object: 'list', data: [], has_more: false });
const range = { fromMs: 1_000, toMs: 2_000 };

type Scenario = {
  /** Local replies to the first requests, which lead to the request that Stripe gets. */
  readonly before: readonly Reply[];
  readonly returnUrl?: string;
  readonly call: (provider: PaymentProvider) => Promise<unknown>;
};

/** Every request that the adapter can send. */
const scenarios: readonly Scenario[] = [
  { before: [], call: (provider) => provider.charge(chargeRequest('a')) },
  {
    before: [],
    returnUrl: 'https://shop.test/paid',
    call: (provider) => provider.charge(chargeRequest('a')),
  },
  { before: [challenged, afterFailure], call: (provider) => provider.charge(chargeRequest('a')) },
  { before: [keyTaken, keyTaken], call: (provider) => provider.charge(chargeRequest("it's a \\ b")) },
  { before: [], call: (provider) => provider.cancel(chargeRequest('a')) },
  { before: [], call: (provider) => provider.refund(refundRequest) },
  { before: [firstPage], call: (provider) => provider.refund(refundRequest) },
  { before: [], call: (provider) => provider.readLedger({ ...range, after: null }) },
  { before: [], call: (provider) => provider.readLedger({ ...range, after: 'charge:ch_1' }) },
  { before: [], call: (provider) => provider.readLedger({ ...range, after: 'refund:' }) },
  { before: [], call: (provider) => provider.readLedger({ ...range, after: 'dispute:' }) },
  { before: [], call: (provider) => provider.readCharge('pi_1') },
  { before: [json(intent())], call: (provider) => provider.readCharge('pi_1') },
  { before: [json(intent()), noRefunds], call: (provider) => provider.readCharge('pi_1') },
  { before: [], call: (provider) => provider.readLedger({ ...range, after: 'refund:re_1' }) },
];

/** Runs all scenarios against `stripe`, and returns its requests and responses. */
export const runScenarios = async (stripe: Fetch): Promise<readonly Exchange[]> => {
  const exchanges: Exchange[] = [];
  for (const { before, returnUrl = null, call } of scenarios) {
    const localReplies = [...before];
    const fetch: Fetch = async (url, init) => {
      const { pathname: path, searchParams } = new URL(url);
      const method = init.method ?? 'GET';
      const key = new Headers(init.headers).get('idempotency-key');
      const reply = localReplies.shift();
      if (reply !== undefined) return reply({ method, path, body: '', key }, init);
      const response = await stripe(url, init);
      const parameters = method === 'GET' ? searchParams : new URLSearchParams(String(init.body));
      const version = new Headers(init.headers).get('stripe-version') ?? '';
      const answer: unknown = await response.clone().json();
      exchanges.push({
        method,
        path,
        parameters: [...parameters],
        version,
        status: response.status,
        response: answer,
      });
      return response;
    };
    const options = { apiKey, webhookSecret, fetch, returnUrl, timeoutMs: 5_000, pauseMs: 1 };
    await call(createStripeProvider(systemTimer, options));
  }
  return exchanges;
};
