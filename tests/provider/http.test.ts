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
