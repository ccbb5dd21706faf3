import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildPages } from '../../../web/build.ts';
import { type App, killAllApps, startApp } from '../../processes/processes.ts';
import { secret, tokenFor } from '../../processes/tokens.ts';
import { hangMs, stepHangMs } from './chromium.ts';

/** The session and the policy of the pages, as a real browser keeps them: `bun run test:web`. */

const path = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (path === undefined) {
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error('Chromium is required and was not found.');
  console.warn('There is no Chromium here, so the tests of the session in a browser are left out.');
}
setDefaultTimeout(hangMs);

describe.skipIf(path === undefined)('The session in a browser', () => {
  let browser: Browser;
  let production: App;
  let demo: App;
  let token: string;
  beforeAll(async () => {
    await buildPages(join(import.meta.dir, '../../../web/dist'), { onlyIfStale: true });
    const inDemo = { NODE_ENV: 'development', AUTH_SECRET: undefined };
    [browser, production, demo, token] = await Promise.all([
      chromium.launch({
        executablePath: path ?? '',
        // Root has no sandbox in Debian's Chromium. `phone.test` is a host without https that is not this machine.
        args: ['--no-sandbox', '--host-resolver-rules=MAP phone.test 127.0.0.1, MAP evil.test 127.0.0.1'],
      }),
      startApp({ databaseUrl: 'sqlite::memory:' }),
      startApp({ databaseUrl: 'sqlite::memory:', env: inDemo }),
      tokenFor('lan@shop.test'),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await killAllApps();
  });

  /** Opens an address in a browser without cookies. Nothing may be refused by the policy. */
  const open = async (address: string, work: (page: Page, refused: string[]) => Promise<void>) => {
    const context = await browser.newContext();
    context.setDefaultTimeout(stepHangMs);
    try {
      const page = await context.newPage();
      const refused: string[] = [];
      page.on('console', (message) => {
        if (/Content Security Policy|TrustedScript|TrustedHTML/.test(message.text()))
          refused.push(message.text());
      });
      await page.goto(address);
      await work(page, refused);
    } finally {
      await context.close();
    }
  };
  const signIn = (page: Page, signedIn: string) =>
    page.evaluate(
      async (body) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/session', { method: 'POST', headers, body })).status;
      },
      JSON.stringify({ token: signedIn }),
    );
  const whoIs = (page: Page): Promise<string | null> =>
    page.evaluate(async () => (await (await fetch('/session')).json())?.email ?? null);
  const localhost = ({ port }: App) => `http://localhost:${port}/shop`;
  const demoToken = async (): Promise<string> => {
    const response = await fetch(`${demo.url}/demo/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'lan@example.com', role: 'customer' }),
    });
    return (await response.json()).token;
  };

  test('A page is signed in, cannot read its token, and is signed out again', async () => {
    for (const [app, signedIn] of [
      [production, token],
      [demo, await demoToken()],
    ] as const)
      await open(localhost(app), async (page, refused) => {
        await page.locator('#app h1').waitFor();
        expect(await whoIs(page)).toBeNull();
        expect(await signIn(page, signedIn)).toBe(204);
        expect(await whoIs(page)).toContain('@');
        expect(await page.evaluate(() => document.cookie)).toBe('');
        await page.reload();
        expect(await whoIs(page)).toContain('@');
        await page.evaluate(() => fetch('/session', { method: 'DELETE' }));
        expect(await whoIs(page)).toBeNull();
        expect(refused).toEqual([]);
      });
  });

  test('A long token is a session too', async () => {
    const long = await new SignJWT({ email: 'lan@shop.test', roles: [], note: 'x'.repeat(5_000) })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('lan')
      .setExpirationTime('2h')
      .sign(new TextEncoder().encode(secret));
    expect(long.length).toBeGreaterThan(6_000);
    await open(localhost(production), async (page) => {
      expect(await signIn(page, long)).toBe(204);
      expect(await whoIs(page)).toBe('lan@shop.test');
    });
  });

  /** A page of another site, which comes from a server of its own. */
  const withOtherSite = async (html: string, work: (address: string) => Promise<void>) => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end(html);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await work(`http://evil.test:${(server.address() as AddressInfo).port}/`);
    } finally {
      server.close();
    }
  };

  test('A form and a script of another site have no session', async () => {
    const target = `http://localhost:${production.port}/orders`;
    const html = `<form method="post" enctype="text/plain" action="${target}"><input name='{"a":"' value='"}'></form>`;
    await withOtherSite(html, async (address) => {
      await open(localhost(production), async (page) => {
        await signIn(page, token);
        await page.goto(address);
        const posted = page.waitForResponse((response) => response.request().method() === 'POST');
        await page.evaluate(() => document.querySelector('form')?.submit());
        expect((await posted).status()).toBe(401);
        await page.waitForURL(target);
        await page.goto(address);
        const fetched = page.waitForResponse(target);
        await page.evaluate(
          (url) => void fetch(url, { mode: 'no-cors', credentials: 'include' }).catch(() => null),
          target,
        );
        expect((await fetched).status()).toBe(401);
      });
    });
  });

  test('A customer who comes back from the page of a bank is still signed in', async () => {
    const back = `http://localhost:${production.port}/shop/checkouts/01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34`;
    await withOtherSite(`<a href="${back}">Back to the shop</a>`, async (address) => {
      await open(localhost(production), async (page, refused) => {
        await signIn(page, token);
        await page.goto(address);
        await page.click('a');
        await page.waitForURL(back);
        expect(await whoIs(page)).toBe('lan@shop.test');
        expect(refused).toEqual([]);
      });
    });
  });

  test('Without https there is no session away from this machine, and nothing fails in silence', async () => {
    for (const [app, signedIn] of [
      [production, token],
      [demo, await demoToken()],
    ] as const)
      await open(`http://phone.test:${app.port}/shop`, async (page) => {
        expect(await page.evaluate(() => isSecureContext)).toBe(false);
        expect(await signIn(page, signedIn)).toBe(204);
        expect(await whoIs(page)).toBeNull();
      });
  });

  test('The policy refuses scripts, styles and HTML that are not files of ours', async () => {
    await open(localhost(production), async (page) => {
      await page.locator('#app h1').waitFor();
      const ran = await page.evaluate(() => {
        const refused: string[] = [];
        const script = document.createElement('script');
        try {
          script.text = 'globalThis.injected = true';
        } catch {
          refused.push('script');
        }
        document.body.append(script);
        try {
          document.body.insertAdjacentHTML('beforeend', '<img src=x>');
        } catch {
          refused.push('html');
        }
        const style = document.createElement('style');
        style.textContent = 'h1 { color: rgb(1, 2, 3) }';
        document.head.append(style);
        const heading = document.querySelector('h1');
        const color = heading === null ? null : getComputedStyle(heading).color;
        return { refused, injected: 'injected' in globalThis, isStyled: color === 'rgb(1, 2, 3)' };
      });
      expect(ran).toEqual({ refused: ['script', 'html'], injected: false, isStyled: false });
    });
  });
});
