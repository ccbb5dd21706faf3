import { describe, expect, test } from 'bun:test';
import { codeOf } from './reply.ts';
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
    const calls: { url?: string; validatorUrl?: unknown }[] = [];
    const listeners: (() => void)[] = [];
    new Function('window', 'SwaggerUIBundle', script)(
      { addEventListener: (_: string, listener: () => void) => listeners.push(listener) },
      (options: { url?: string }) => calls.push(options),
    );
    for (const listener of listeners) listener();
    expect(calls).toMatchObject([{ url: '/docs/json', validatorUrl: null }]);
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
