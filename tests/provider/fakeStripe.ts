import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { apiKey, webhookSecret } from './harness.ts';

export type SentRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly key: string | null;
};

/** Answers one request. A throw is a failed connection. */
export type Reply = (request: SentRequest, init: RequestInit) => Response | Promise<Response>;

/**
 * The adapter with a server that answers each request with the next of `replies`, and then repeats the last
 * one.
 */
export const createFakeStripe = (replies: readonly Reply[], timeoutMs = 5_000) => {
  const sent: SentRequest[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    const key = new Headers(init.headers).get('idempotency-key');
    const request = {
      method: init.method ?? 'GET',
      path: pathname + search,
      body: String(init.body ?? ''),
      key,
    };
    sent.push(request);
    const reply = replies[Math.min(sent.length, replies.length) - 1];
    if (reply === undefined) throw new Error('the test has no reply');
    return reply(request, init);
  };
  const provider = createStripeProvider(systemTimer, {
    apiKey,
    webhookSecret,
    fetch,
    timeoutMs,
    pauseMs: 1,
  });
  return { provider, sent };
};

export const json =
  (body: unknown, status = 200): Reply =>
  () =>
    Response.json(body, { status });
export const raw =
  (body: string, status = 200): Reply =>
  () =>
    new Response(body, { status });
export const error = (status: number, fields: Readonly<Record<string, unknown>>): Reply =>
  json({ error: fields }, status);
export const broken =
  (code: string): Reply =>
  () => {
    throw Object.assign(new TypeError(`fetch failed ${code}`), { code });
  };

export const intent = (fields: Readonly<Record<string, unknown>> = {}) => ({
  id: 'pi_1',
  object: 'payment_intent',
  status: 'succeeded',
  client_secret: 'pi_1_secret_x',
  last_payment_error: null,
  metadata: { payment_id: 'a' },
  next_action: null,
  ...fields,
});

export const failed = { type: 'card_error', code: 'payment_intent_authentication_failure' };
export const keyTaken = error(400, { type: 'idempotency_error', message: 'other parameters' });
export const searchResult = (...data: readonly unknown[]): Reply =>
  json({ object: 'search_result', data, has_more: false });
