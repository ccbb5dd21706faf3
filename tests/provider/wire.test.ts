import { expect, test } from 'bun:test';
import { createStripeApi } from '../../adapters/sandbox/http/api.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { directGround, range } from './harness.ts';

const charge = 'amount=5&currency=vnd&confirm=true&payment_method=';

const wire = () => {
  const { engine } = directGround(createMemoryRecords());
  const api = createStripeApi(engine, { slowMs: 20 });
  return async (path: string, body: string, { key = 'a', as = 'sk_test_wire' } = {}) => {
    const headers = { authorization: `Bearer ${as}`, 'idempotency-key': key };
    const response = await api(new Request(`http://stripe.test${path}`, { method: 'POST', body, headers }));
    return { status: response?.status, body: await response?.json() };
  };
};

test('while a request is under way, others under its key are told so', async () => {
  const post = wire();
  const answers = await Promise.all(range(5).map(() => post('/v1/payment_intents', `${charge}pm_sim_slow`)));
  expect(answers.map(({ status }) => status)).toEqual([200, 409, 409, 409, 409]);
  expect(answers[1]?.body.error.code).toBe('idempotency_key_in_use');
  const [first] = answers;
  expect(await post('/v1/payment_intents', `${charge}pm_sim_slow`)).toEqual(
    first ?? { status: 0, body: null },
  );
});

test('a key answers as it did at first, whatever has become of the charge since', async () => {
  const post = wire();
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

test('a browser’s key confirms with the secret, and does nothing else', async () => {
  const post = wire();
  const { body } = await post('/v1/payment_intents', `${charge}pm_card_authenticationRequired`);
  const as = 'pk_test_browser';
  expect((await post('/v1/payment_intents', `${charge}pm_card_visa`, { key: 'b', as })).status).toBe(401);
  expect((await post(`/v1/payment_intents/${body.id}/cancel`, '', { key: 'c', as })).status).toBe(401);
  const confirm = `/v1/payment_intents/${body.id}/confirm`;
  expect((await post(confirm, '', { key: 'd', as })).status).toBe(401);
  expect((await post(confirm, `client_secret=${body.id}_secret_guess`, { key: 'e', as })).status).toBe(400);
  const met = await post(confirm, `client_secret=${body.client_secret}`, { key: 'f', as });
  expect(met.body.status).toBe('succeeded');
});
