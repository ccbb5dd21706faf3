import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { noPages, type PageSettings } from '../../api/http/pageFiles.ts';
import { type Listening, serve } from '../../api/http/serve.ts';
import { readPageFiles } from '../../server/pageFiles.ts';
import { buildPages } from '../../web/build.ts';
import { createTestApi } from '../api/testApi.ts';
import { waitTurns } from '../timer.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartwright-pages-'));
afterAll(() => rmSync(folder, { recursive: true }));

const folders = { dist: folder, images: join(import.meta.dir, '../../demo/images') };
let pages: PageSettings = noPages;
beforeAll(async () => {
  await buildPages(folder, { onlyIfStale: false });
  pages = { ...noPages, files: await readPageFiles(false, folders) };
});

const open = (changes: Partial<PageSettings> = {}, demo = false) => {
  const { api } = createTestApi({ demo, pages: { ...pages, ...changes } });
  return (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    api.handle(new Request(`http://localhost${path}`, { method, headers }));
};

const policyOf = (reply: Response): ReadonlyMap<string, string> =>
  new Map(
    (reply.headers.get('content-security-policy') ?? '').split('; ').map((part) => {
      const space = part.indexOf(' ');
      return [part.slice(0, space), part.slice(space + 1)];
    }),
  );

/** The files of ours that an HTML page loads. */
const loadedBy = (html: string): readonly string[] =>
  [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);

describe('A page', () => {
  test.each(['/shop', '/shop/orders', '/shop/orders/1', '/shop/pay', '/console', '/console/tasks?x=1'])(
    'The page %s is a small frame that a browser asks for again each time',
    async (path) => {
      const reply = await open()(path);
      expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(reply.headers.get('cache-control')).toBe('no-cache');
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      expect(reply.headers.get('x-frame-options')).toBe('DENY');
      const html = await reply.text();
      expect(html.length).toBeLessThan(1_024);
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style=|\son\w+=|https?:/);
      expect(loadedBy(html).length).toBeGreaterThanOrEqual(2);
      expect(loadedBy(html).length).toBeLessThanOrEqual(5);
    },
  );

  test('Its policy allows scripts and styles of ours alone, and no HTML from a script', async () => {
    for (const path of ['/shop', '/shop/pay', '/console'])
      expect(Object.fromEntries(policyOf(await open()(path)))).toEqual({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': "'self' https: data:",
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'",
        'require-trusted-types-for': "'script'",
        'trusted-types': "'none'",
      });
  });

  test('A browser that has the page gets 304, and the whole page after a change', async () => {
    const get = open();
    const entityTag = (await get('/shop')).headers.get('etag') ?? '';
    expect(entityTag).toMatch(/^"[\w-]{27}"$/);
    const again = await get('/shop', { 'if-none-match': entityTag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect((await open({ shopName: 'Tiệm Áo' })('/shop', { 'if-none-match': entityTag })).status).toBe(200);
  });

  test('It says what its script must know, whatever characters that has', async () => {
    const html = async (changes: Partial<PageSettings>, demo = false) =>
      (await open(changes, demo)('/shop')).text();
    const named = await html({ shopName: '"><img src=x> & Co' });
    expect(named).toContain('<title>&quot;&gt;&lt;img src=x&gt; &amp; Co</title>');
    expect(named).not.toContain('<img');
    const signInUrl = 'https://id.example.com/a?b&c="';
    expect(await html({ signInUrl })).toContain(
      '<meta name="sign-in" content="https://id.example.com/a?b&amp;c=&quot;">',
    );
    expect(await html({ signInUrl: null })).not.toContain('sign-in');
    expect(await html({}, true)).toContain('<meta name="sign-in" content="demo">');
  });

  test('A method that pages do not have is refused', async () => {
    const reply = await open()('/shop/orders', {}, 'POST');
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('The payment page', () => {
  const stripe = { payment: { provider: 'stripe', publishableKey: 'pk_test_1' } } as const;

  test('Only the payment page loads the script of Stripe, and only where Stripe charges', async () => {
    for (const [payment, path, loads] of [
      [stripe, '/shop/pay', true],
      [stripe, '/shop/checkouts/01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34', true],
      [stripe, '/shop', false],
      [stripe, '/shop/payments', false],
      [stripe, '/shop/orders/pay', false],
      [stripe, '/console', false],
      [{ payment: { provider: 'stripe', publishableKey: null } }, '/shop/pay', false],
      [{}, '/shop/pay', false],
    ] as const) {
      const reply = await open(payment)(path);
      const policy = policyOf(reply);
      expect([path, (await reply.text()).includes('https://js.stripe.com/')]).toEqual([path, loads]);
      expect([path, policy.get('script-src')]).toEqual([
        path,
        loads ? "'self' https://js.stripe.com https://*.js.stripe.com" : "'self'",
      ]);
      expect(policy.get('connect-src')).toBe(loads ? "'self' https://api.stripe.com" : "'self'");
      expect(policy.has('frame-src')).toBe(loads);
      expect(policy.has('trusted-types')).toBe(!loads);
      expect(policy.get('style-src')).toBe("'self'");
    }
  });
});

describe('A file of the pages', () => {
  const filesOf = async () => {
    const get = open();
    const html = await Promise.all(
      ['/shop', '/shop/pay', '/console'].map(async (path) => (await get(path)).text()),
    );
    return { get, paths: [...new Set(html.flatMap(loadedBy))] };
  };

  test('Each file is kept for good by browsers, and comes as small as they take it', async () => {
    const { get, paths } = await filesOf();
    for (const path of paths) {
      expect(path).toMatch(/-[a-z0-9]{8}\.(?:js|css)$/);
      const plain = await get(path);
      expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(plain.headers.get('content-type')).toBe(
        `text/${path.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`,
      );
      expect(plain.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
      const text = await plain.text();
      for (const [accepted, encoding, decode] of [
        ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
        ['gzip;q=1.0, br;q=0', 'gzip', gunzipSync],
        ['*', 'br', brotliDecompressSync],
        ['br;q=0, *;q=0.1', 'gzip', gunzipSync],
      ] as const) {
        const reply = await get(path, { 'accept-encoding': accepted });
        expect(reply.headers.get('content-encoding')).toBe(encoding);
        expect(decode(await reply.bytes()).toString()).toBe(text);
        const entityTag = reply.headers.get('etag') ?? '';
        expect(entityTag).not.toBe(plain.headers.get('etag'));
        const again = await get(path, { 'accept-encoding': accepted, 'if-none-match': entityTag });
        expect(again.status).toBe(304);
      }
      for (const accepted of ['identity', '', 'zstd', 'br;q=0, gzip;q=0'])
        expect((await get(path, { 'accept-encoding': accepted })).headers.get('content-encoding')).toBeNull();
    }
  });

  test.each([
    '/assets/shop-main-00000000.js',
    '/assets/manifest.json',
    '/assets/..%2fmanifest.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e%2fmanifest.json',
    '/assets/toString',
    '/assets/a/b',
    '/assets/',
    '/images/..%2fproducts%2fbooks.json',
  ])('There is no file %s', async (path) => {
    const reply = await open()(path);
    expect(reply.status).toBe(404);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
  });
});

test('The pictures of the demo products are served, and kept for a day', async () => {
  const reply = await open()('/images/tea.svg');
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect(reply.headers.get('cache-control')).toBe('public, max-age=86400');
  expect(policyOf(reply).get('default-src')).toBe("'none'");
  expect(await reply.text()).toStartWith('<svg ');
});

describe('The pages over a socket', () => {
  let server: Listening;
  let get: (path: string, method?: string) => Promise<Response>;
  beforeAll(async () => {
    const { api } = createTestApi({ pages });
    server = await serve(api, { port: 0, host: '127.0.0.1' });
    get = (path, method = 'GET') =>
      fetch(`http://127.0.0.1:${server.port}${path}`, { method, redirect: 'manual' });
  });
  afterAll(() => server.stop());

  test('The address of the server leads to the shop, and HEAD has the headers of GET', async () => {
    const home = await get('/');
    expect([home.status, home.headers.get('location')]).toEqual([302, '/shop']);
    const [head, page] = [await get('/shop', 'HEAD'), await get('/shop')];
    for (const name of ['etag', 'content-type', 'content-security-policy', 'cache-control'])
      expect(head.headers.get(name)).toBe(page.headers.get(name));
    expect([head.status, await head.text()]).toEqual([200, '']);
    const [path = ''] = loadedBy(await page.text());
    const file = await get(path, 'HEAD');
    expect([file.status, await file.text()]).toEqual([200, '']);
  });

  test('No path leads out of the folder, however it is written', async () => {
    for (const path of [
      '/assets/../package.json',
      '/assets/../../../../etc/passwd',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets/..\\..\\package.json',
      '/images/../web/build.ts',
    ])
      expect([path, await rawStatus(path)]).toEqual([path, 404]);
  });

  /** A client of its own: `fetch` resolves dots before it sends a path. */
  const rawStatus = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('end', () => resolve(Number(text.split(' ')[1])));
      socket.on('error', reject);
    });
});

describe('Pages that another start builds meanwhile', () => {
  const startBuild = (name: string) => {
    const dist = join(folder, name);
    mkdirSync(join(dist, 'assets'), { recursive: true });
    return { dist, asset: (file: string) => join(dist, 'assets', file) };
  };

  test('A document is known only with its files', async () => {
    const { dist, asset } = startBuild('late');
    expect(spawnSync('mkfifo', [join(dist, 'manifest.json')]).status).toBe(0);
    const reading = readPageFiles(false, { ...folders, dist });
    // One that does not wait for the manifest looks for the files now.
    await waitTurns(200);
    // As a build does it: the manifest comes last.
    writeFileSync(asset('shop-main-1.js'), 'export {};');
    const document = { script: 'shop-main-1.js', style: '', preloads: [] };
    await writeFile(join(dist, 'manifest.json'), JSON.stringify({ documents: { shop: document } }));
    const { assets, documents } = await reading;
    expect([documents?.has('shop'), assets.has('shop-main-1.js')]).toEqual([true, true]);
  });

  test('An old file that the build removes is no file of the shop', async () => {
    const { dist, asset } = startBuild('removed');
    // A link to nothing is like it: its name is in the folder, and there is no such file.
    symlinkSync(asset('gone'), asset('shop-main-0.js'));
    writeFileSync(asset('shop-main-1.js'), 'export {};');
    const { assets } = await readPageFiles(false, { ...folders, dist });
    expect([...assets.keys()]).toEqual(['shop-main-1.js']);
  });
});

describe('Pages that were not built', () => {
  test('The server says what to run, and its API works', async () => {
    const get = open({ files: noPages.files });
    for (const path of ['/shop', '/console/tasks']) {
      const reply = await get(path);
      expect([reply.status, reply.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
      expect(reply.headers.get('cache-control')).toBe('no-store');
      expect(await reply.text()).toContain('<code>bun run web</code>');
    }
    expect((await get('/products')).status).toBe(200);
  });

  test('A folder without a build reads as no pages', async () => {
    const missing = { dist: join(folder, 'nothing'), images: join(folder, 'nothing') };
    expect((await readPageFiles(false, missing)).documents).toBeNull();
  });
});
