import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

const operator = { id: 'operator-1', email: 'operator-1@example.com' };

/** A paid order of `lan`, and a refund that the operator requested. */
const refundedOrder = async () => {
  const api = createTestApi();
  const lan = api.customer('lan');
  const productId = await api.product();
  const orderId = await lan.order(productId);
  await lan.checkOut([orderId], crypto.randomUUID(), 'pm_card_chargeDeclined');
  api.world.advance(1_000);
  expectStatus(await lan.checkOut([orderId]), 202);
  api.world.advance(1_000);
  const headers = { 'idempotency-key': crypto.randomUUID(), 'x-request-id': 'call-7' };
  const refund = await api.operator.post('/refunds', { orderId, amount: 5, reason: 'torn' }, headers);
  return { api, lan, productId, orderId, refundId: textAt(expectStatus(refund, 202), 'id'), headers };
};

describe('GET /activity', () => {
  test('GET /activity names who did what, on what, when and in which request', async () => {
    const { api, orderId, refundId, headers } = await refundedOrder();
    const { items } = await pageOf(api.operator.get('/activity?action=refund.request'));
    expect(items).toEqual([
      {
        ...{ id: valueAt(items[0], 'id'), actor: operator, action: 'refund.request', target: refundId },
        ...{ orderId, detail: 'torn', requestId: 'call-7' },
        at: new Date(api.world.clock.nowMs()).toISOString(),
      },
    ]);
    const repeated = { orderId, amount: 5, reason: 'torn' };
    await api.operator.post('/refunds', repeated, { ...headers, 'x-request-id': 'call-8' });
    expect((await pageOf(api.operator.get('/activity?action=refund.request'))).items).toEqual([...items]);
  });

  test('GET /activity finds each kind of command by the id of its target, with its request', async () => {
    const { api, productId } = await refundedOrder();
    const call = async (path: string, body: unknown, method = 'POST') => {
      const reply = await api.operator.send(method, path, { body });
      return { body: reply.body, requestId: reply.headers.get('x-request-id') };
    };
    const changed = await call(`/products/${productId}`, { price: { amount: 7, currency: 'VND' } }, 'PATCH');
    const reconciled = await call('/money/reconciliations', { day: '2026-02-28' });
    const rowsOf = async (target: string) =>
      (await pageOf(api.operator.get(`/activity?target=${target}`))).items;
    expect(await rowsOf(productId)).toMatchObject([
      {
        ...{ action: 'product.change', target: productId, requestId: changed.requestId },
        detail: '{"price":{"amount":7,"currency":"VND"}}',
      },
      { action: 'product.upsert', target: productId, actor: operator },
    ]);
    expect(await rowsOf(textAt(reconciled, 'id'))).toMatchObject([
      { action: 'reconciliation.request', requestId: reconciled.requestId },
    ]);
  });

  test('GET /activity is read page by page and by time', async () => {
    const { api } = await refundedOrder();
    const { items } = await pageOf(api.operator.get('/activity'));
    expect(items).toHaveLength(2);
    const first = await pageOf(api.operator.get('/activity?limit=1'));
    const second = await pageOf(api.operator.get(`/activity?limit=1&cursor=${first.next}`));
    expect([...first.items, ...second.items]).toEqual([...items]);
    expect(second.next).toBeNull();
    const at = String(valueAt(items[0], 'at'));
    expect((await pageOf(api.operator.get(`/activity?from=${at}`))).items).toEqual([items[0]]);
    expect((await pageOf(api.operator.get(`/activity?to=${at}`))).items).toEqual([items[1]]);
    expect(pathsOf(await api.operator.get('/activity?cursor=x'))).toEqual(['/cursor']);
    expect(pathsOf(await api.operator.get('/activity?from=soon'))).toEqual(['/from']);
  });

  test('A customer reads no activity, and their own commands write none', async () => {
    const { api, lan, orderId } = await refundedOrder();
    expect(codeOf(await lan.get('/activity'))).toBe('403 forbidden');
    await lan.remove(`/orders/${await lan.order(await api.product())}`);
    expect((await pageOf(api.operator.get('/activity?actor=lan'))).items).toEqual([]);
    expect((await pageOf(api.operator.get(`/activity?target=${orderId}`))).items).toHaveLength(1);
  });
});

describe('GET /orders/{id}/history and /timeline', () => {
  test('A history is read page by page by its owner and by operators, and by nobody else', async () => {
    const { api, lan, orderId } = await refundedOrder();
    const { history } = (await lan.get(`/orders/${orderId}`)).body as { history: readonly unknown[] };
    const read = async () => {
      const items: unknown[] = [];
      let cursor = '';
      do {
        const page = await pageOf(lan.get(`/orders/${orderId}/history?limit=2${cursor}`));
        items.push(...page.items);
        cursor = page.next === null ? '' : `&cursor=${page.next}`;
      } while (cursor !== '');
      return items;
    };
    expect(await read()).toEqual([...history]);
    expect((await pageOf(api.operator.get(`/orders/${orderId}/history`))).items).toEqual([...history]);
    expect(JSON.stringify(history)).not.toContain(operator.email);
    expect(codeOf(await api.customer('minh').get(`/orders/${orderId}/history`))).toBe('404 not_found');
  });

  test('A timeline has attempts to pay and commands, and only operators read it', async () => {
    const { api, lan, orderId, refundId } = await refundedOrder();
    const { items } = await pageOf(api.operator.get(`/orders/${orderId}/timeline`));
    const linesOf = (entries: readonly unknown[]) =>
      entries.map((entry) => `${valueAt(entry, 'kind')} ${valueAt(entry, 'what')}`);
    expect(linesOf(items)).toEqual([
      ...['state pending', 'state paying', 'state stock_reserved', 'state pending', 'payment declined'],
      ...['state paying', 'state stock_reserved', 'state paid', 'payment succeeded', 'task ready'],
      ...['command refund.request', 'state refund_requested', 'task ready', 'refund requested'],
    ]);
    expect(items).toContainEqual({
      ...{ kind: 'command', what: 'refund.request', id: refundId, detail: 'torn', declineCode: null },
      ...{ actor: operator, requestId: 'call-7', at: new Date(api.world.clock.nowMs()).toISOString() },
    });
    expect(items.map((entry) => valueAt(entry, 'declineCode'))).toContain('card_declined');
    const first = await pageOf(api.operator.get(`/orders/${orderId}/timeline?limit=4`));
    const rest = await pageOf(api.operator.get(`/orders/${orderId}/timeline?cursor=${first.next}`));
    expect([...first.items, ...rest.items]).toEqual([...items]);
    expect(codeOf(await lan.get(`/orders/${orderId}/timeline`))).toBe('403 forbidden');
    const missing = crypto.randomUUID();
    expect(codeOf(await api.operator.get(`/orders/${missing}/timeline`))).toBe('404 not_found');
  });
});
