import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Invoices } from '../../core/invoice.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import { readPdf } from '../pdf/readPdf.ts';
import { invoiceOf } from '../pdf/samples.ts';
import { codeOf, expectStatus, textAt } from './reply.ts';
import { createTestApi, requestOf } from './testApi.ts';

/** An API with these invoices, and one paid checkout of the customer Lan. */
const createShop = async (
  ofCheckout: Invoices['ofCheckout'] = async (checkoutId) =>
    ok(invoiceOf({ checkoutNumber: `CW-${checkoutId}` })),
) => {
  const shop = createTestApi({ wrapStore: (store) => ({ ...store, invoices: { ofCheckout } }) });
  const lan = shop.customer('lan');
  const reply = await lan.checkOut([await lan.order(await shop.product())]);
  const checkoutId = textAt(expectStatus(reply, 202), 'checkoutId');
  return { ...shop, lan, path: `/checkouts/${checkoutId}/invoice`, checkoutId };
};

describe('GET /checkouts/{id}/invoice', () => {
  test('GET /checkouts/{id}/invoice sends the invoice of the checkout as a PDF with its number', async () => {
    const { api, lan, path, checkoutId } = await createShop();
    const response = await api.handle(
      requestOf('GET', `http://localhost${path}`, { token: await lan.token() }),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="invoice-2026-000001.pdf"',
    );
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    const { texts } = await readPdf(new Uint8Array(await response.arrayBuffer()));
    expect(texts[0]).toContain(`Mã thanh toán CW-${checkoutId}`);
  });

  test('The invoice that the pipeline of a checkout has issued is drawn with its number and that of the checkout', async () => {
    const { api, customer, product, store, world } = createTestApi();
    const lan = customer('lan');
    const orders = [await lan.order(await product()), await lan.order(await product())];
    const checkout = expectStatus(await lan.checkOut(orders), 202);
    const path = `/checkouts/${textAt(checkout, 'checkoutId')}/invoice`;
    expect(codeOf(await lan.get(path))).toBe('404 not_found');
    const nowMs = world.clock.nowMs();
    const claim = { limit: 9, nowMs, leaseMs: 1_000, retryAtMs: () => null };
    await store.queue.claim({ pipeline: pipelineFor('physical'), ...claim });
    const response = await api.handle(
      requestOf('GET', `http://localhost${path}`, { token: await lan.token() }),
    );
    expect(response.status).toBe(200);
    const { texts } = await readPdf(new Uint8Array(await response.arrayBuffer()));
    expect(texts[0]).toContain(`${new Date(nowMs).getUTCFullYear()}-000001`);
    expect(texts[0]).toContain(textAt(checkout, 'number'));
    expect(texts[0]).toContain(world.shop.name);
  });

  test('A captured mail shows the size of its invoice, which is drawn when the mail is listed', async () => {
    const { api, lan, operator, path, checkoutId, store } = await createShop();
    const response = await api.handle(
      requestOf('GET', `http://localhost${path}`, { token: await lan.token() }),
    );
    const { byteLength } = await response.arrayBuffer();
    const file = { name: 'invoice-2026-000001.pdf', type: 'application/pdf' };
    await store.mailbox.send({
      ...{ messageId: '<a@cartwright.example>', checkoutId, orderIds: [], to: 'lan@example.com' },
      ...{ subject: 's', text: 't', html: 'h', attachments: [{ ...file, content: null }] },
    });
    const list = expectStatus(await operator.get('/demo/mails'), 200);
    expect(list).toMatchObject({ body: { items: [{ attachments: [{ ...file, size: byteLength }] }] } });
  });

  test('GET /checkouts/{id}/invoice sends nothing again that the client has, and other bytes for another invoice', async () => {
    let email = 'lan@example.com';
    const { lan, path } = await createShop(async (checkoutId) =>
      ok(invoiceOf({ checkoutId, customer: { email, language: null } })),
    );
    const first = expectStatus(await lan.get(path), 200);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{27}"$/);
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await lan.send('GET', path, { headers: { 'if-none-match': held } });
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', tag]);
    }
    email = '';
    const changed = await lan.send('GET', path, { headers: { 'if-none-match': tag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  test('GET /checkouts/{id}/invoice is 404 until the invoice is issued, and for a checkout that does not exist', async () => {
    const { lan, path } = await createShop(async () => ok(null));
    expect(codeOf(await lan.get(path))).toBe('404 not_found');
    expect(codeOf(await lan.get(`/checkouts/${crypto.randomUUID()}/invoice`))).toBe('404 not_found');
    expect(codeOf(await lan.get('/checkouts/1/invoice'))).toBe('404 not_found');
  });

  const issueByService = async (url: string | null) => {
    const { customer, product, store, world } = createTestApi();
    const lan = customer('lan');
    const orderId = await lan.order(await product());
    const checkout = expectStatus(await lan.checkOut([orderId]), 202);
    const pipeline = withServices(pipelineFor('physical'), ['invoice_service']);
    const nowMs = world.clock.nowMs();
    const query = { pipeline, limit: 9, nowMs, leaseMs: 1_000, retryAtMs: () => null };
    const { leases } = (await store.queue.claim(query))._unsafeUnwrap();
    const reference = { reference: 'INV-7', url };
    const reports = leases.map(({ taskId, lease }) => ({
      ...{ taskId, lease, outcome: { kind: 'done', detail: 'INV-7', reference } as const },
    }));
    (await store.queue.report(reports, nowMs))._unsafeUnwrap();
    const order = expectStatus(await lan.get(`/orders/${orderId}`), 200);
    return { order, reply: await lan.get(`/checkouts/${textAt(checkout, 'checkoutId')}/invoice`) };
  };

  test.each([
    ['https://invoices.example/7', 'It is at https://invoices.example/7'],
    [null, 'Ask the shop for it.'],
  ])(
    'GET /checkouts/{id}/invoice is 404 for an invoice of an invoice service at %p, and says so',
    async (url, where) => {
      const { order, reply } = await issueByService(url);
      expect(order).toMatchObject({ body: { invoice: { number: 'INV-7', url } } });
      expect(codeOf(reply)).toBe('404 not_found');
      expect(textAt(reply, 'detail')).toBe(
        `The shop has no PDF of the invoice INV-7: its invoice service has issued it. ${where}`,
      );
    },
  );

  test('GET /checkouts/{id}/invoice is 404 for another customer, and is sent to callers who may read orders', async () => {
    const { customer, operator, path } = await createShop();
    expect(codeOf(await customer('hoa').get(path))).toBe('404 not_found');
    expectStatus(await operator.get(path), 200);
  });

  test('GET /checkouts/{id}/invoice is 503 while the database cannot be asked', async () => {
    const { lan, path } = await createShop(async () => err({ kind: 'unavailable', reason: 'down' }));
    expect(codeOf(await lan.get(path))).toBe('503 unavailable');
  });
});
