import { describe, expect, test } from 'bun:test';
import { problemCodes, problems } from '../../api/http/problems.ts';
import { problemGuides } from '../../api/openapi/problemGuides.ts';
import { samples } from '../../api/openapi/samples.ts';
import { codeOf, expectStatus, textAt, valueAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

describe('The docs page', () => {
  test('The docs page loads only files that the API serves', async () => {
    const { api, call } = createTestApi();
    const page = await api.handle(new Request('http://localhost/docs'));
    const html = await page.text();
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(html).not.toMatch(/https?:|\/\/|<script>|\son\w+=|style=/);
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(loaded).toHaveLength(4);
    for (const path of loaded) {
      const reply = await api.handle(new Request(`http://localhost${path}`));
      expect(reply.status).toBe(200);
      expect(reply.headers.get('cache-control')).toBe('public, max-age=86400');
      expect(reply.headers.get('content-type')).toMatch(
        /^(?:text\/(?:css|javascript); charset=utf-8|image\/png)$/,
      );
      expect((await reply.bytes()).byteLength).toBeGreaterThan(100);
      expect((await call('HEAD', path)).status).toBe(200);
    }
  });

  test('The docs page shows our document and calls no other host', async () => {
    const { api } = createTestApi();
    const script = await (await api.handle(new Request('http://localhost/docs/start.js'))).text();
    const calls: { url?: string; validatorUrl?: unknown; persistAuthorization?: boolean }[] = [];
    const listeners: (() => void)[] = [];
    new Function('window', 'SwaggerUIBundle', script)(
      { addEventListener: (_: string, listener: () => void) => listeners.push(listener) },
      (options: { url?: string }) => calls.push(options),
    );
    for (const listener of listeners) listener();
    expect(calls).toMatchObject([{ url: '/docs/json', validatorUrl: null, persistAuthorization: true }]);
    expect((await api.handle(new Request('http://localhost/docs/json'))).status).toBe(200);
  });

  test.each([
    ['passwd'],
    ['swagger-ui.js.map'],
    ['..%2fpackage.json'],
    ['%2e%2e%2fpackage.json'],
    ['index.html'],
    ['toString'],
  ])('The docs routes do not serve the file %s', async (file) => {
    expect(codeOf(await createTestApi().call('GET', `/docs/${file}`))).toBe('404 not_found');
  });
});

test('The document says how to ask for the language of mails', async () => {
  const { api } = createTestApi();
  const document = await (await api.handle(new Request('http://localhost/docs/json'))).json();
  expect(document.paths['/orders'].post.parameters).toContainEqual(
    expect.objectContaining({ name: 'Accept-Language', in: 'header', required: false }),
  );
});

describe('The examples of the document in demo mode', () => {
  const exampleOf = async (api: ReturnType<typeof createTestApi>) => {
    const document = expectStatus(await api.call('GET', '/docs/json'), 200);
    const content = { body: valueAt(document.body, 'paths') };
    return {
      text: JSON.stringify(document.body),
      order: ['/orders', 'post', 'requestBody', 'content', 'application/json', 'example'].reduce(
        valueAt,
        content.body,
      ),
    };
  };

  test('The example of POST /orders orders a product that the shop has', async () => {
    const api = createTestApi();
    const productId = await api.product();
    const { order } = await exampleOf(api);
    expect(order).toEqual({ productId, quantity: 2 });
    expectStatus(await api.customer('lan').post('/orders', order), 201);
  });

  test('Each load of the document has an Idempotency-Key of its own', async () => {
    const api = createTestApi();
    const [first, second] = [await exampleOf(api), await exampleOf(api)];
    expect(first.text).not.toContain(samples.auditGuid);
    expect(first.text).not.toBe(second.text);
  });

  test('A shop without products, or outside of demo mode, shows the fixed examples', async () => {
    expect((await exampleOf(createTestApi())).order).toEqual(samples.placeOrderBody);
    const api = createTestApi({ demo: false });
    await api.product();
    const shown = await exampleOf(api);
    expect(shown.order).toEqual(samples.placeOrderBody);
    expect(shown.text).toContain(samples.auditGuid);
  });

  test('The document says how to get a token', async () => {
    for (const [demo, cure] of [
      [true, 'POST /demo/tokens'],
      [false, 'identity provider'],
    ] as const) {
      const { body } = await createTestApi({ demo }).call('GET', '/docs/json');
      for (const path of [['info'], ['components', 'securitySchemes', 'token']])
        expect(textAt({ body }, ...path, 'description')).toContain(cure);
    }
  });
});

const unknownId = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';

describe('The pages of problems', () => {
  test('Each problem code has a page with its status, its meaning and what to do', () => {
    for (const code of problemCodes) {
      const row = Object.values(problems).find((one) => one.code === code);
      const guide = problemGuides[code];
      expect(`${code} ${guide?.status}`).toBe(`${code} ${row?.status ?? 429}`);
      expect(guide?.meaning).toBeTruthy();
      expect(guide?.cures).not.toHaveLength(0);
    }
  });

  test('The type of a problem is the path of a page that needs no script and no other host', async () => {
    const { call } = createTestApi();
    const type = textAt(await call('GET', '/nothing'), 'type');
    const page = expectStatus(await call('GET', type), 200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'");
    expect(page.body).toContain('What to do');
    expect(page.body).not.toMatch(/https?:|<script|\son\w+=|style=/);
    for (const [, path = ''] of String(page.body).matchAll(/(?:href|src)="([^"]+)"/g))
      expect((await call('GET', path)).status).toBe(200);
  });

  test('The list of problems links each of them', async () => {
    const { call } = createTestApi();
    const { body } = expectStatus(await call('GET', '/docs/problems'), 200);
    for (const code of Object.keys(problemGuides)) {
      expect(body).toContain(`href="/docs/problems/${code}"`);
      expect((await call('GET', `/docs/problems/${code}`)).status).toBe(200);
    }
  });

  test.each([['nothing'], ['toString'], ['%3Cscript%3E']])(
    'The unknown problem %s has no page',
    async (code) => {
      expect(codeOf(await createTestApi().call('GET', `/docs/problems/${code}`))).toBe('404 not_found');
    },
  );

  test.each([
    ['/refunds', { orderId: unknownId, reason: 'r' }, 'orderId'],
    ['/money/unknown/acknowledgements', { caseId: unknownId, note: 'n' }, 'caseId'],
    ['/money/unknown/refunds', { caseId: unknownId, reason: 'r' }, 'caseId'],
  ])('The problem of POST %s with an unknown id names the field and the id', async (path, body, field) => {
    const reply = await createTestApi().operator.post(path, body, { 'idempotency-key': unknownId });
    expect(codeOf(reply)).toBe('404 not_found');
    expect(textAt(reply, 'detail')).toContain(`${field} ${unknownId}`);
  });

  test('The problem of an unknown product names the field and the id', async () => {
    const productId = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
    const reply = await createTestApi().customer('lan').post('/orders', { productId, quantity: 1 });
    expect(textAt(reply, 'detail')).toContain(`productId ${productId}`);
  });
});
