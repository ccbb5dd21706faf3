import { describe, expect, test } from 'bun:test';
import { apiOver, codeOf } from './api.ts';

describe('the page of the docs', () => {
  test('loads only what is served beside it', async () => {
    const { api, call } = apiOver();
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

  test('starts Swagger UI on our document, and asks no other host about it', async () => {
    const { api } = apiOver();
    const script = await (await api.handle(new Request('http://localhost/docs/start.js'))).text();
    const asked: { url?: string; validatorUrl?: unknown }[] = [];
    const listeners: (() => void)[] = [];
    new Function('window', 'SwaggerUIBundle', script)(
      { addEventListener: (_: string, listener: () => void) => listeners.push(listener) },
      (options: { url?: string }) => asked.push(options),
    );
    for (const listener of listeners) listener();
    expect(asked).toMatchObject([{ url: '/docs/json', validatorUrl: null }]);
    expect((await api.handle(new Request('http://localhost/docs/json'))).status).toBe(200);
  });

  test.each([
    ['passwd'],
    ['swagger-ui.js.map'],
    ['..%2fpackage.json'],
    ['%2e%2e%2fpackage.json'],
    ['index.html'],
    ['toString'],
  ])('serves no other file: %s', async (file) => {
    expect(codeOf(await apiOver().call('GET', `/docs/${file}`))).toBe('404 not_found');
  });
});
