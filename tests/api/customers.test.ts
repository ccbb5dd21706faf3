import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { codeOf, expectStatus, pageOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

/** Pays for an order of this customer. Returns its id. */
const pay = async (api: Api, id: string): Promise<string> => {
  const customer = api.customer(id);
  const orderId = await customer.order(await api.product({ stock: null }));
  expectStatus(await customer.checkOut([orderId]), 202);
  return orderId;
};

const claim = async ({ store, world }: Api) => {
  const nowMs = world.clock.nowMs();
  const query = { pipeline: pipelineFor('physical'), limit: 10, nowMs, leaseMs: 30_000 };
  return (await store.queue.claim({ ...query, retryAtMs: () => nowMs }))._unsafeUnwrap().leases;
};

const listAt = (body: unknown, name: string): readonly unknown[] => valueAt(body, name) as readonly unknown[];

describe('DELETE /customers/{id}', () => {
  test('DELETE /customers/{id} erases the customer, is in the activity, and can be sent again', async () => {
    const api = createTestApi();
    const orderId = await pay(api, 'lan');
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    for (let times = 0; times < 2; times++) {
      const reply = expectStatus(await api.operator.remove('/customers/lan'), 204);
      expect(reply.body).toBe('');
    }
    expect(hints).toBe(2);
    expect(await claim(api)).toEqual([]);
    const { body } = await api.customer('lan').get(`/orders/${orderId}`);
    expect(valueAt(body, 'status')).toBe('completed');
    expect(listAt(body, 'history').at(-1)).toMatchObject({
      ...{ state: 'skipped', detail: 'notify_customer: the customer was erased' },
    });
    const { items } = await pageOf(api.operator.get('/activity?action=customer.erase&target=lan'));
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ actor: { id: 'operator-1' }, target: 'lan' });
    expect(JSON.stringify(items)).not.toContain('lan@example.com');
  });

  test('DELETE /customers/{id} is refused while a checkout of the customer is open, and names its orders', async () => {
    const api = createTestApi();
    const lan = api.customer('lan');
    const orderId = await lan.order(await api.product());
    expectStatus(await lan.checkOut([orderId], crypto.randomUUID(), 'pm_card_authenticationRequired'), 202);
    const reply = expectStatus(await api.operator.remove('/customers/lan'), 409);
    expect(codeOf(reply)).toBe('409 order_in_progress');
    expect(valueAt(reply.body, 'orderIds')).toEqual([orderId]);
    const exported = await api.operator.get('/customers/lan/export');
    expect(valueAt(valueAt(listAt(exported.body, 'orders')[0], 'contact'), 'email')).toBe('lan@example.com');
  });

  test('The id of a customer can have every visible character, encoded in the path', async () => {
    const api = createTestApi();
    const id = 'auth0|lan/100%?#+';
    const orderId = await api.customer(id).order(await api.product());
    const path = `/customers/${encodeURIComponent(id)}`;
    const exported = expectStatus(await api.operator.get(`${path}/export`), 200);
    expect(valueAt(exported.body, 'customerId')).toBe(id);
    expect(listAt(exported.body, 'orders')).toHaveLength(1);
    expectStatus(await api.operator.remove(path), 204);
    const { body } = await api.customer(id).get(`/orders/${orderId}`);
    expect(valueAt(body, 'status')).toBe('cancelled');
  });
});

describe('GET /customers/{id}/export', () => {
  test('GET /customers/{id}/export has orders with their contact, invoice, refunds, timeline and mails', async () => {
    const api = createTestApi();
    const [first, second] = [await pay(api, 'lan'), await pay(api, 'lan')];
    await pay(api, 'minh');
    const [lease] = await claim(api);
    await api.store.mailbox.send({
      ...{ messageId: '<1@shop.example>', checkoutId: null, orderIds: [first], to: 'lan@example.com' },
      ...{ subject: 's', text: 't', html: 'h', attachments: [] },
    });
    const body = { orderId: second, amount: 1, reason: 'torn' };
    expectStatus(await api.operator.post('/refunds', body, { 'idempotency-key': crypto.randomUUID() }), 202);
    const reply = expectStatus(await api.operator.get('/customers/lan/export'), 200);
    expect(reply.headers.get('content-type')).toBe('application/json');
    const orders = listAt(reply.body, 'orders');
    expect(orders.map((each) => valueAt(valueAt(each, 'order'), 'id'))).toEqual([first, second]);
    expect(orders[0]).toMatchObject({
      contact: { email: 'lan@example.com' },
      invoice: { customer: { email: 'lan@example.com' }, lines: [{ orderId: first }] },
      refunds: [],
    });
    expect(listAt(orders[1], 'refunds')).toMatchObject([{ reason: 'torn', amount: { amount: 1 } }]);
    const timeline = listAt(orders[1], 'timeline');
    expect(timeline.length).toBeGreaterThan(4);
    // Who did it is another person.
    expect(JSON.stringify(reply.body)).not.toContain('operator-1');
    expect(listAt(reply.body, 'mails')).toMatchObject([{ to: 'lan@example.com', text: 't' }]);
    expect(JSON.stringify(reply.body)).not.toContain('minh');
    expect(lease).toBeDefined();
  });

  test('GET /customers/{id}/export has what the person did as an operator, and nothing of nobody', async () => {
    const api = createTestApi();
    const exported = await api.operator.get('/customers/operator-1/export');
    expect(exported.body).toMatchObject({ orders: [], mails: [], commands: [], keys: [] });
    const keyBody = { name: 'erp', permissions: ['orders:read'], expiresAt: '2030-01-01T00:00:00.000Z' };
    const keyId = textAt(expectStatus(await api.operator.post('/keys', keyBody), 201), 'id');
    const { body } = await api.operator.get('/customers/operator-1/export');
    expect(listAt(body, 'commands')).toMatchObject([{ action: 'key.create', target: keyId }]);
    expect(listAt(body, 'keys')).toMatchObject([{ id: keyId, name: 'erp' }]);
  });

  test('An export reads one page of orders at a time, only as the client takes them', async () => {
    let pages = 0;
    const api = createTestApi({
      ownApp: true,
      wrapStore: (store) => ({
        ...store,
        customers: {
          ...store.customers,
          orders: (...query) => {
            pages++;
            return store.customers.orders(...query);
          },
        },
      }),
    });
    const lan = api.customer('lan');
    const productId = await api.product({ stock: null });
    for (let order = 0; order < 250; order++) await lan.order(productId);
    const token = await api.operator.token();
    const url = 'http://localhost/customers/lan/export';
    const response = await api.api.handle(
      new Request(url, { headers: { authorization: `Bearer ${token}` } }),
    );
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    expect(pages).toBe(1);
    await reader?.cancel();
    const whole = await api.operator.get('/customers/lan/export');
    const ids = listAt(whole.body, 'orders').map((each) => valueAt(valueAt(each, 'order'), 'id'));
    expect(new Set(ids).size).toBe(250);
  });

  test('An export of a database that is down is a problem response, and one that goes down breaks off', async () => {
    let left = 0;
    const down = { kind: 'unavailable', reason: 'down' } as const;
    const api = createTestApi({
      ownApp: true,
      wrapStore: (store) => ({
        ...store,
        customers: {
          ...store.customers,
          orders: async (...query) => (left-- > 0 ? store.customers.orders(...query) : err(down)),
        },
      }),
    });
    const lan = api.customer('lan');
    const productId = await api.product({ stock: null });
    for (let order = 0; order < 30; order++) await lan.order(productId);
    expect(codeOf(expectStatus(await api.operator.get('/customers/lan/export'), 503))).toBe(
      '503 unavailable',
    );
    left = 1;
    const token = await api.operator.token();
    const response = await api.api.handle(
      new Request('http://localhost/customers/lan/export', {
        headers: { authorization: `Bearer ${token}` },
      }),
    );
    expect(response.status).toBe(200);
    expect(response.text()).rejects.toThrow('down');
  });
});
