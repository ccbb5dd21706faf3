import { expect, test } from 'bun:test';
import { createStripeApi } from '../../adapters/sandbox/http/api.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxHarness, range } from './harness.ts';

const charge = 'amount=5&currency=vnd&confirm=true&payment_method=';

const createPost = () => {
  const { engine } = createSandboxHarness(createMemoryRecords());
  const api = createStripeApi(engine, { slowMs: 20 });
  return async (path: string, body: string, { key = 'a', apiKey = 'sk_test_http' } = {}) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': key };
    const response = await api(new Request(`http://stripe.test${path}`, { method: 'POST', body, headers }));
    return { status: response?.status, body: await response?.json() };
  };
};

test('Requests under the key of a request in flight are rejected', async () => {
  const post = createPost();
  const responses = await Promise.all(
    range(5).map(() => post('/v1/payment_intents', `${charge}pm_sim_slow`)),
  );
  expect(responses.map(({ status }) => status)).toEqual([200, 409, 409, 409, 409]);
  expect(responses[1]?.body.error.code).toBe('idempotency_key_in_use');
  const [first] = responses;
  expect(await post('/v1/payment_intents', `${charge}pm_sim_slow`)).toEqual(
    first ?? { status: 0, body: null },
  );
});

test('A retry under a key gets the first response, even if the charge has changed since', async () => {
  const post = createPost();
  const first = await post('/v1/payment_intents', `${charge}pm_card_authenticationRequired`);
  expect(first.body.status).toBe('requires_action');
  const { id, client_secret } = first.body;
  const confirmed = await post(`/v1/payment_intents/${id}/confirm`, `client_secret=${client_secret}`, {
    key: 'b',
  });
  expect(confirmed.body.status).toBe('succeeded');
  const again = await post('/v1/payment_intents', `${charge}pm_card_authenticationRequired`);
  expect(again.body.status).toBe('requires_action');
});

test('A publishable key confirms with the client secret and may do nothing else', async () => {
  const post = createPost();
  const { body } = await post('/v1/payment_intents', `${charge}pm_card_authenticationRequired`);
  const apiKey = 'pk_test_browser';
  expect((await post('/v1/payment_intents', `${charge}pm_card_visa`, { key: 'b', apiKey })).status).toBe(401);
  expect((await post(`/v1/payment_intents/${body.id}/cancel`, '', { key: 'c', apiKey })).status).toBe(401);
  const confirm = `/v1/payment_intents/${body.id}/confirm`;
  expect((await post(confirm, '', { key: 'd', apiKey })).status).toBe(401);
  expect((await post(confirm, `client_secret=${body.id}_secret_guess`, { key: 'e', apiKey })).status).toBe(
    400,
  );
  const confirmed = await post(confirm, `client_secret=${body.client_secret}`, { key: 'f', apiKey });
  expect(confirmed.body.status).toBe('succeeded');
});

test('A dispute is opened and ended over HTTP, and evidence decides it', async () => {
  const post = createPost();
  const { body: intent } = await post('/v1/payment_intents', `${charge}pm_card_visa`);
  const open = (form: string) => post('/v1/test_helpers/disputes', form, { key: `dispute ${form}` });
  expect((await open('payment_intent=pi_nobody')).status).toBe(404);
  expect((await open(`payment_intent=${intent.id}&amount=6`)).status).toBe(400);
  const opened = await open(`payment_intent=${intent.id}&amount=3&reason=product_not_received`);
  expect(opened).toMatchObject({
    status: 200,
    body: { object: 'dispute', amount: 3, currency: 'vnd', reason: 'product_not_received' },
  });
  expect(opened.body).toMatchObject({ payment_intent: intent.id, status: 'needs_response' });
  const refund = () => post('/v1/refunds', `payment_intent=${intent.id}`, { key: crypto.randomUUID() });
  expect((await refund()).body.error.code).toBe('charge_disputed');
  const path = `/v1/disputes/${opened.body.id}`;
  expect((await post(path, 'evidence[uncategorized_text]=maybe', { key: 'c' })).status).toBe(400);
  const won = await post(path, 'evidence[uncategorized_text]=winning_evidence', { key: 'd' });
  expect(won.body.status).toBe('won');
  expect((await refund()).body).toMatchObject({ object: 'refund', status: 'succeeded', amount: 5 });
  expect((await post('/v1/disputes/dp_nobody/close', '', { key: 'e' })).status).toBe(404);
});
