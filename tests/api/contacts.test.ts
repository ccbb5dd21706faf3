import { describe, expect, test } from 'bun:test';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { StepReport } from '../../core/queue.ts';
import { codeOf, expectStatus, pageOf, pathsOf, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

const email = 'right@example.com';

/** Pays for an order. Returns its id. */
const pay = async (api: Api): Promise<string> => {
  const lan = api.customer('lan');
  const orderId = await lan.order(await api.product({ stock: null }));
  expectStatus(await lan.checkOut([orderId]), 202);
  return orderId;
};

/** Claims the mail of the order, and reports what came of it. Returns its task, and where it goes. */
const report = async ({ store, world }: Api, outcome: StepReport['outcome']) => {
  const nowMs = world.clock.nowMs();
  const query = { pipeline: pipelineFor('physical'), limit: 1, nowMs, leaseMs: 30_000 };
  const { leases } = (await store.queue.claim({ ...query, retryAtMs: () => nowMs }))._unsafeUnwrap();
  const [lease] = leases;
  if (lease === undefined) throw new Error('no task was claimed');
  await store.queue.report([{ taskId: lease.taskId, lease: lease.lease, outcome }], nowMs);
  return { taskId: lease.taskId, to: lease.contact.email };
};

describe('POST /orders/{id}/contact', () => {
  test('POST /orders/{id}/contact takes up a mail that failed for its address, and wakes the workers', async () => {
    const api = createTestApi();
    const orderId = await pay(api);
    const { taskId } = await report(api, { kind: 'failed', error: '550 no such mailbox' });
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const path = `/orders/${orderId.toUpperCase()}/contact`;
    const reply = expectStatus(await api.operator.post(path, { email }), 200);
    expect(reply.body).toEqual({ email, orderIds: [orderId], retried: 1, resent: 0 });
    expect(hints).toBe(1);
    expect(await report(api, { kind: 'done', detail: null })).toEqual({ taskId, to: email });
  });

  test('POST /orders/{id}/contact sends a mail again as a new one where that is asked for', async () => {
    const api = createTestApi();
    const orderId = await pay(api);
    const first = await report(api, { kind: 'done', detail: null });
    const send = (body: object) => api.operator.post(`/orders/${orderId}/contact`, body);
    expect((await send({ email })).body).toMatchObject({ retried: 0, resent: 0 });
    expect((await send({ email, resend: true })).body).toMatchObject({ retried: 0, resent: 1 });
    const again = await report(api, { kind: 'done', detail: null });
    expect(again.to).toBe(email);
    expect(again.taskId).not.toBe(first.taskId);

    const timeline = await pageOf(api.operator.get(`/orders/${orderId}/timeline?limit=100`));
    const lines = timeline.items.map((item) => `${valueAt(item, 'kind')} ${valueAt(item, 'what')}`);
    for (const line of ['command order.contact', 'state contact_changed', 'mail sent'])
      expect(lines.filter((each) => each === line)).toHaveLength(line === 'state contact_changed' ? 1 : 2);
    const { items } = await pageOf(api.operator.get(`/activity?target=${orderId}`));
    expect(items).toHaveLength(2);
    const seen = JSON.stringify([
      timeline.items,
      items,
      (await api.customer('lan').get(`/orders/${orderId}`)).body,
    ]);
    expect(seen).not.toContain(email);
  });

  test.each([
    ['an address without a domain', { email: 'lan' }, '/email'],
    ['an address that no mail can be sent to', { email: 'lan@127.0.0.1' }, '/email'],
    ['no address', { resend: true }, '/email'],
    ['another kind of resend', { email, resend: 'yes' }, '/resend'],
    ['an unknown field', { email, language: 'en' }, '/language'],
  ])('POST /orders/{id}/contact rejects a body with %s', async (_, body, path) => {
    const api = createTestApi();
    const reply = await api.operator.post(`/orders/${await pay(api)}/contact`, body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('POST /orders/{id}/contact needs an order and a permission', async () => {
    const api = createTestApi();
    const missing = `/orders/${crypto.randomUUID()}/contact`;
    expect(codeOf(await api.operator.post(missing, { email }))).toBe('404 not_found');
    expect(codeOf(await api.customer('lan').post(missing, { email }))).toBe('403 forbidden');
  });
});
