import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { buildPages } from '../../web/build.ts';
import { addProduct, createClient } from '../processes/client.ts';
import { type App, startApp, stopApp } from '../processes/processes.ts';
import { tokenFor } from '../processes/tokens.ts';
import { type Gateway, gatewayAvailable, startGateway } from './gateway.ts';
import { sendRaw, statusOf } from './raw.ts';

const origin = 'https://partner.shop.test';

describe.if(gatewayAvailable())('The shop through the gateway', () => {
  let app: App;
  let gateway: Gateway;
  let productId: string;
  let operatorToken: string;
  beforeAll(async () => {
    await buildPages(join(import.meta.dir, '../../web/dist'), { onlyIfStale: true });
    const env = { CORS_ORIGINS: origin, TRUSTED_PROXIES: '127.0.0.1' };
    app = await startApp({ databaseUrl: 'sqlite::memory:', env });
    // Twice, because nginx avoids no process that is the only one.
    const ports = [app.port, app.port];
    gateway = await startGateway({ checkout: ports, read: ports });
    operatorToken = await tokenFor('op@shop.test', 'operator');
    // So much that a page of them is compressed.
    const operator = createClient(app.url, operatorToken);
    for (let index = 0; index < 10; index++)
      productId = await addProduct(operator, { code: `GATE-${index}` });
  });
  afterAll(async () => {
    await gateway?.kill();
    if (app !== undefined) await stopApp(app, 'SIGKILL');
  });

  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${gateway.url}${path}`, { headers });
  /** How the cache answered a request. */
  const cacheOf = async (response: Response): Promise<string> => {
    await response.arrayBuffer();
    const requestId = response.headers.get('x-request-id');
    for (;;) {
      const line = gateway.log().find((one) => one.requestId === requestId);
      if (line !== undefined) return line.cache;
      await Bun.sleep(5);
    }
  };
  /** Asks until the answer of a moment ago is given again. */
  const getFromCache = async (path: string): Promise<Response> => {
    for (;;) {
      const response = await get(path);
      if ((await cacheOf(response.clone())) === 'HIT') return response;
    }
  };

  test('The catalogue of nobody is kept for a moment, with the id of each request', async () => {
    const first = await get('/products?limit=5');
    const kept = await getFromCache('/products?limit=5');
    expect(await kept.json()).toEqual(await first.json());
    expect(kept.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(kept.headers.get('cache-control')).toBe('no-cache');
    expect(kept.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  });

  test('A caller with a token, a cookie or a Consistency-Token never gets a kept answer, and none of theirs is kept', async () => {
    const authorization = `Bearer ${await tokenFor('lan@shop.test')}`;
    for (const headers of [{ authorization }, { cookie: 'theme=dark' }, { 'consistency-token': 'x' }]) {
      await getFromCache('/products?limit=6');
      expect(await cacheOf(await get('/products?limit=6', headers))).toBe('BYPASS');
      const path = `/products?limit=7&q=${Object.keys(headers)[0]?.slice(0, 4)}`;
      await get(path, headers);
      expect(await cacheOf(await get(path))).toBe('MISS');
    }
  });

  test('A search, another page and a refusal are no other answer', async () => {
    await getFromCache('/products?limit=8');
    expect(((await (await get('/products?limit=2')).json()) as { items: unknown[] }).items).toHaveLength(2);
    for (const status of [422, 422]) {
      const refused = await get('/products?limit=0');
      const { instance } = (await refused.json()) as { readonly instance: string };
      expect([refused.status, refused.headers.get('x-request-id')]).toEqual([status, instance]);
    }
    expect((await get('/products?archived=true')).status).toBe(401);
    const archived = await get('/products?archived=true', { authorization: `Bearer ${operatorToken}` });
    expect([archived.status, archived.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect((await get('/products?archived=true')).status).toBe(401);
  });

  test('A browser that has the page gets 304, also if its copy was compressed', async () => {
    const compressed = await fetch(`${gateway.url}/products?limit=10`, {
      headers: { 'accept-encoding': 'gzip' },
      decompress: false,
    });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    const etag = compressed.headers.get('etag') ?? '';
    expect(etag).toStartWith('W/"');
    expect((await get('/products?limit=10', { 'if-none-match': etag })).status).toBe(304);
    const authorization = `Bearer ${operatorToken}`;
    const signedIn = await get('/products?limit=10', { 'if-none-match': etag, authorization });
    expect([signedIn.status, await signedIn.text()]).toEqual([304, '']);
  });

  test('A change is seen at once by who is signed in, and soon by everybody', async () => {
    const amount = async (headers = {}) => {
      const page = (await (await get('/products?limit=9', headers)).json()) as {
        items: { id: string; price: { amount: number } }[];
      };
      return page.items.find(({ id }) => id === productId)?.price.amount;
    };
    await getFromCache('/products?limit=9');
    const authorization = `Bearer ${operatorToken}`;
    await fetch(`${gateway.url}/products/${productId}`, {
      method: 'PATCH',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ price: { amount: 777, currency: 'VND' } }),
    });
    expect(await amount({ authorization })).toBe(777);
    while ((await amount()) !== 777) await Bun.sleep(20);
  });

  test('A page of another origin gets no answer that was made for somebody else', async () => {
    await getFromCache('/products?limit=3');
    const theirs = await get('/products?limit=3', { origin });
    expect(theirs.headers.get('access-control-allow-origin')).toBe(origin);
    expect((await get('/products?limit=3')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('Pages and their files pass as the shop sends them, and have each security header once', async () => {
    const direct = await fetch(`${app.url}/shop`);
    const page = await get('/shop');
    const html = await page.text();
    expect(html).toBe(await direct.text());
    for (const name of [
      'content-security-policy',
      'x-frame-options',
      'referrer-policy',
      'x-content-type-options',
    ])
      expect([name, page.headers.get(name)]).toEqual([name, direct.headers.get(name)]);
    const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(html) ?? [];
    for (const encoding of ['br', 'gzip']) {
      const file = await fetch(`${gateway.url}${script}`, {
        headers: { 'accept-encoding': encoding },
        decompress: false,
      });
      expect(file.headers.get('content-encoding')).toBe(encoding);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
  });

  test('The documents and what is allowed are the product’s, through the gateway too', async () => {
    const [own, direct] = await Promise.all([get('/docs/json'), fetch(`${app.url}/docs/json`)]);
    expect(await own.json()).toEqual(await direct.json());
    for (const method of ['OPTIONS', 'PUT', 'TRACE', 'M-SEARCH', 'BREW', 'PRI', 'GET_']) {
      const text = `${method} /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      const response = await sendRaw(gateway.port, text);
      expect([method, statusOf(response)]).toEqual([method, method === 'OPTIONS' ? 204 : 405]);
      expect(response).toMatch(/\r\nAllow: GET, HEAD, OPTIONS, POST\r\n/i);
    }
    const elsewhere = 'TRACE /orders HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    expect(statusOf(await sendRaw(gateway.port, elsewhere))).toBe(404);
  });

  test('Methods that nobody knows do not stop the shop for others', async () => {
    for (let index = 0; index < 10; index++)
      await sendRaw(gateway.port, 'BREW /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await fetch(`${gateway.url}/orders/${crypto.randomUUID()}`, { method });
      expect([method, response.status]).toEqual([method, method === 'POST' ? 405 : 401]);
    }
  });

  test('A precondition changes nothing, as in the shop', async () => {
    for (const headers of [
      { 'if-match': '"other"' },
      { 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' },
    ]) {
      await getFromCache('/products?limit=4');
      expect((await get('/products?limit=4', headers)).status).toBe(200);
    }
  });
});
