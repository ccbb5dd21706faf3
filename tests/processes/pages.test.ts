import { afterEach, expect, test } from 'bun:test';
import { join } from 'node:path';
import { buildPages } from '../../web/build.ts';
import { type App, killAllApps, startApp, stopApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

const startShop = async (options: Partial<Parameters<typeof startApp>[0]>): Promise<App> => {
  // In the place where the program looks for them. Nothing happens if they are there.
  await buildPages(join(import.meta.dir, '../../web/dist'), { onlyIfStale: true });
  return startApp({ databaseUrl: 'sqlite::memory:', ...options });
};

const clientOf =
  ({ url }: App) =>
  async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

test.each(['bun', 'deno'] as const)(
  'The program on %s serves its pages, their files and the session',
  async (runtime) => {
    const app = await startShop({ runtime, env: { SHOP_NAME: 'Tiệm Áo' } });
    await app.waitForOutput(`Shop  http://localhost:${app.port}/shop`);
    const get = clientOf(app);
    expect((await get('/')).headers.get('location')).toBe('/shop');
    const page = await get('/shop/orders');
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(page.headers.get('content-security-policy')).toContain("; trusted-types 'none'");
    expect(page.text).toContain('<title>Tiệm Áo</title>');
    const etag = page.headers.get('etag') ?? '';
    expect((await get('/shop/orders', { headers: { 'if-none-match': etag } })).status).toBe(304);
    const head = await get('/shop', { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), head.text]).toEqual([200, etag, '']);

    const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(page.text) ?? [];
    for (const encoding of ['br', 'gzip']) {
      const file = await get(script, { headers: { 'accept-encoding': encoding } });
      expect([file.status, file.headers.get('content-type')]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ]);
      expect(file.text).toContain('from"/assets/part-');
    }
    for (const path of ['/assets/shop-main-00000000.js', '/assets/..%2fmanifest.json'])
      expect((await get(path)).status).toBe(404);

    const token = await tokenFor('lan@shop.test');
    const opened = await get('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    expect(opened.status).toBe(204);
    const cookie = (opened.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    expect(cookie).toBe(`__Host-cw=${token}`);
    const who = (site: string) => get('/session', { headers: { cookie, 'sec-fetch-site': site } });
    expect(JSON.parse((await who('same-origin')).text)).toMatchObject({ roles: ['customer'] });
    expect((await who('cross-site')).text).toBe('null');
    const closed = await get('/session', { method: 'DELETE', headers: { cookie } });
    expect(closed.headers.getSetCookie()).toEqual([
      '__Host-cw=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0',
    ]);
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  },
  60_000,
);

test('A process for checkouts has no pages, and its address leads to the documentation', async () => {
  const app = await startShop({ role: 'checkout' });
  await app.waitForOutput('Docs  http');
  expect(app.output()).not.toContain('Shop  ');
  const get = clientOf(app);
  expect((await get('/')).headers.get('location')).toBe('/docs');
  expect((await get('/shop')).status).toBe(404);
}, 60_000);
