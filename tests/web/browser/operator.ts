import { expect } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { knownName } from '../../../web/frame/account.ts';
import type { Language } from '../../../web/shared/language.ts';
import type { Permission } from '../../../web/shared/permissions.ts';
import { sessionMarkName } from '../../../web/shared/session.ts';
import type { ConsoleWords } from '../../../web/words/consoleEn.ts';
import { consoleWordsOf, loadConsoleProblems, loadConsoleWords } from '../../../web/words/consoleMessages.ts';
import { type Client, createClient } from '../../processes/client.ts';
import { secret } from '../../processes/tokens.ts';
import { complaintsOf, stepHangMs } from './chromium.ts';
import type { Shop } from './shop.ts';

/** A person who runs the shop, with a browser of their own. */
export type Operator = {
  readonly email: string;
  readonly shop: Shop;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly language: Language;
  readonly words: ConsoleWords;
  /** The operator's own token, beside the browser. */
  readonly client: Client;
  /** `POST /queue/retries` and the like: all that the browser has sent but reads, in order. */
  readonly commands: readonly string[];
  readonly complaints: string[];
  /** Another window of the same browser. */
  openWindow(): Promise<Page>;
  goto(path: string, page?: Page): Promise<void>;
};

export type OperatorOptions = Omit<BrowserContextOptions, 'permissions'> & {
  readonly language?: Language;
  readonly email?: string;
  readonly isSignedIn?: boolean;
  /** Of the token. Null for an operator who may do all. */
  readonly permissions?: readonly Permission[] | null;
  /** What the test itself provokes: a refusal, a lost connection. */
  readonly expected?: RegExp;
};

/** A refusal or a lost connection, which the browser reports and the page shows. All else in its console is a fault. */
const isAnswer = (text: string): boolean =>
  /^Failed to load resource: (?:the server responded with a status of (?:404|409|422|429|503)|net::ERR_)/.test(
    text,
  );

/** The token of someone with these permissions, for a shop that is opened with `AUTH_SECRET`. */
export const tokenOf = (email: string, permissions: readonly string[] | null): Promise<string> =>
  new SignJWT({ email, roles: ['operator'], ...(permissions === null ? {} : { permissions }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`operator-${email}`)
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));

/** As the sign-in page does it. The shop is one that is opened with `AUTH_SECRET`. */
export const signInOperator = async (context: BrowserContext, shop: Shop, token: string): Promise<void> => {
  const page = await context.newPage();
  await page.goto(`${shop.url}/shop`);
  const status = await page.evaluate(
    async ([body, mark, known]) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('/session', { method: 'POST', headers, body });
      // Other windows notice by it.
      localStorage.setItem(mark, String(Math.random()));
      localStorage.setItem(known, '1');
      return response.status;
    },
    [JSON.stringify({ token }), sessionMarkName, knownName] as const,
  );
  expect(status).toBe(204);
  await page.close();
};

/** Opens a browser for an operator, and closes it after the work. */
export const withOperator = async (
  browser: Browser,
  shop: Shop,
  work: (operator: Operator) => Promise<void>,
  {
    language = 'en',
    email = `${randomUUID().slice(0, 8)}@example.com`,
    isSignedIn = true,
    permissions = null,
    expected = /^$/,
    ...options
  }: OperatorOptions = {},
): Promise<void> => {
  await Promise.all([loadConsoleWords(language), loadConsoleProblems(language)]);
  const context = await browser.newContext({
    baseURL: shop.url,
    locale: language === 'vi' ? 'vi-VN' : 'en-GB',
    timezoneId: 'Asia/Ho_Chi_Minh',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(stepHangMs);
  const commands: string[] = [];
  const complaints: string[] = [];
  try {
    const token = await tokenOf(email, permissions);
    if (isSignedIn) await signInOperator(context, shop, token);
    context.on('request', (request) => {
      if (request.method() !== 'GET') commands.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });
    context.on('page', (opened) => complaintsOf(opened, complaints));
    const page = await context.newPage();
    await work({
      email,
      shop,
      context,
      page,
      language,
      words: consoleWordsOf(language),
      client: createClient(shop.url, token),
      commands,
      complaints,
      openWindow: () => context.newPage(),
      goto: async (path, where = page) => {
        await where.goto(path);
        await where.waitForSelector('main h1');
      },
    });
    expect(complaints.filter((text) => !isAnswer(text) && !expected.test(text))).toEqual([]);
  } finally {
    await context.close();
  }
};
