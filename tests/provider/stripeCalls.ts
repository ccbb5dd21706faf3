import type { Fetch } from '../../adapters/stripe/client.ts';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { failed, intent, json, keyTaken, type Reply } from './fakeStripe.ts';
import { apiKey, request, secret } from './harness.ts';

/** A request as Stripe sees it, parameters in order, and what it was answered. */
export type Exchange = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly (readonly string[])[];
  readonly version: string;
  readonly status: number;
  readonly answer: unknown;
};

const back = { refundId: 'r', reference: 'pi_1', amount: { amount: 1, currency: 'VND' } };
const challenged = json(intent({ status: 'requires_action' }));
const afterFailure = json(intent({ status: 'requires_payment_method', last_payment_error: failed }));
const firstPage = json({
  object: 'list',
  data: [{ id: 're_1', object: 'refund', metadata: {} }],
  has_more: true,
});
const span = { fromMs: 1_000, toMs: 2_000 };

type Scene = {
  /** What is answered to the first requests without asking Stripe, to come to the next one. */
  readonly before: readonly Reply[];
  readonly returnUrl?: string;
  readonly call: (provider: PaymentProvider) => Promise<unknown>;
};

/** Every request that the adapter can send. */
const scenes: readonly Scene[] = [
  { before: [], call: (provider) => provider.charge(request('a')) },
  { before: [], returnUrl: 'https://shop.test/paid', call: (provider) => provider.charge(request('a')) },
  { before: [challenged, afterFailure], call: (provider) => provider.charge(request('a')) },
  { before: [keyTaken, keyTaken], call: (provider) => provider.charge(request("it's a \\ b")) },
  { before: [], call: (provider) => provider.cancel(request('a')) },
  { before: [], call: (provider) => provider.refund(back) },
  { before: [firstPage], call: (provider) => provider.refund(back) },
  { before: [], call: (provider) => provider.readLedger({ ...span, after: null }) },
  { before: [], call: (provider) => provider.readLedger({ ...span, after: 'charge:ch_1' }) },
  { before: [], call: (provider) => provider.readLedger({ ...span, after: 'refund:' }) },
  { before: [], call: (provider) => provider.readLedger({ ...span, after: 'refund:re_1' }) },
];

/** Plays all scenes before `stripe`, and answers what went there and back. */
export const exchanges = async (stripe: Fetch): Promise<readonly Exchange[]> => {
  const seen: Exchange[] = [];
  for (const { before, returnUrl = null, call } of scenes) {
    const waiting = [...before];
    const fetch: Fetch = async (url, init) => {
      const { pathname: path, searchParams } = new URL(url);
      const method = init.method ?? 'GET';
      const key = new Headers(init.headers).get('idempotency-key');
      const local = waiting.shift();
      if (local !== undefined) return local({ method, path, body: '', key }, init);
      const response = await stripe(url, init);
      const parameters = method === 'GET' ? searchParams : new URLSearchParams(String(init.body));
      const version = new Headers(init.headers).get('stripe-version') ?? '';
      const answer: unknown = await response.clone().json();
      seen.push({ method, path, parameters: [...parameters], version, status: response.status, answer });
      return response;
    };
    const options = { apiKey, webhookSecret: secret, fetch, returnUrl, timeoutMs: 5_000, pauseMs: 1 };
    await call(createStripeProvider(systemTimer, options));
  }
  return seen;
};
