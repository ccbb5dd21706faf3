import { textAt } from './reply.ts';
import type { Api } from './testApi.ts';

/** A body of `POST /webhook-endpoints`. */
export const webhookEndpointBody = { url: 'https://erp.example.com/hooks', events: ['order.placed'] };

/** Writes a failed attempt of an event to the log of an endpoint, as the relay does. Returns the id of the event. */
export const failDelivery = async ({ store, world }: Pick<Api, 'store' | 'world'>, endpointId: string) => {
  const nowMs = world.clock.nowMs();
  const query = { subscriptionId: endpointId, limit: 1, nowMs, leaseMs: 30_000 };
  const [event] = (await store.events.claim(query))._unsafeUnwrap();
  if (event === undefined) throw new Error('the endpoint has no event');
  const { subject, sequence, lease, id, body } = event;
  const attempt = { atMs: nowMs, responseStatus: 503, error: 'the receiver answered 503', body };
  const outcome = { kind: 'failed', dueAtMs: nowMs + 5_000 } as const;
  await store.events.report(endpointId, [{ subject, sequence, lease, outcome, attempt }], null);
  return id;
};

/** Requests about webhook endpoints that succeed and that fail. */
export const requestWebhookEndpoints = async (api: Api): Promise<void> => {
  const root = api.as('root', 'customer', 'operator');
  const key = { 'idempotency-key': '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e03' };
  const path = `/webhook-endpoints/${textAt(await root.post('/webhook-endpoints', webhookEndpointBody, key), 'id')}`;
  await root.post('/webhook-endpoints', { ...webhookEndpointBody, events: ['order.paid'] }, key);
  await root.post('/webhook-endpoints', webhookEndpointBody, { 'idempotency-key': 'not a UUID' });
  const refused = { ...webhookEndpointBody, url: 'https://localhost/' };
  await root.post('/webhook-endpoints', refused);
  await root.send('PATCH', path, { body: { url: refused.url } });
  await root.send('PATCH', path, { body: { secret: 'rotate' } });
  for (const part of ['', '/deliveries']) {
    await root.get(`/webhook-endpoints${part === '' ? '' : `/${path.split('/')[2]}${part}`}`);
    await root.get(`${path}${part}`);
    await root.get(`${path}${part}?colour=red`);
    await root.get(`/webhook-endpoints/x${part}`);
  }
  await root.get('/webhook-endpoints?colour=red');
  await root.post(`${path}/test`, undefined);
  const deliveryId = await failDelivery(api, path.split('/')[2] ?? '');
  await root.post(`${path}/deliveries/${deliveryId}/resend`, undefined);
  await root.post(`${path}/deliveries/x/resend`, undefined);
  await root.post('/webhook-endpoints/x/test', undefined);
  await root.send('PATCH', '/webhook-endpoints/x', { body: { paused: true } });
  await root.remove(path);
  await root.remove('/webhook-endpoints/x');
};
