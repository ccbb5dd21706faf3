import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { apiKey, secret } from './harness.ts';

export type Sent = {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly key: string | null;
};

/** What is answered to a request; a throw is a connection that failed. */
export type Reply = (sent: Sent, init: RequestInit) => Response | Promise<Response>;

/** The adapter before a server that answers with `replies`, one each, and with the last one for ever. */
export const facing = (replies: readonly Reply[], timeoutMs = 5_000) => {
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    const key = new Headers(init.headers).get('idempotency-key');
    const one = { method: init.method ?? 'GET', path: pathname + search, body: String(init.body ?? ''), key };
    sent.push(one);
    const reply = replies[Math.min(sent.length, replies.length) - 1];
    if (reply === undefined) throw new Error('nothing to answer');
    return reply(one, init);
  };
  const provider = createStripeProvider(systemTimer, {
    apiKey,
    webhookSecret: secret,
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
export const found = (...data: readonly unknown[]): Reply =>
  json({ object: 'search_result', data, has_more: false });
