import { expect } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Language } from '../../../web/shared/language.ts';
import { loadMessages, messagesOf } from '../../../web/words/messages.ts';
import type { Client } from '../../processes/client.ts';
import { complaintsOf, stepHangMs } from './chromium.ts';
import { placeOrder, type Shop } from './shop.ts';

/** A person with a browser of their own, signed in, and what that browser sends and complains about. */
export type Customer = {
  readonly email: string;
  readonly shop: Shop;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly language: Language;
  readonly words: ReturnType<typeof messagesOf>;
  /** The customer's own token, beside the browser. */
  readonly client: Client;
  /** The key of each `POST /checkouts` that any of the windows has sent, in order. */
  readonly keys: readonly string[];
  readonly complaints: string[];
  /** Another window of the same browser. */
  openWindow(): Promise<Page>;
  /** Orders of a new product each, as if chosen earlier. */
  placeOrders(count: number, product?: Parameters<Shop['addProduct']>[0]): Promise<readonly string[]>;
  /** What these orders cost together. Each customer's is another one, so that their charges can be told apart. */
  sum(): number;
  goto(path: string, page?: Page): Promise<void>;
};

type CustomerOptions = BrowserContextOptions & {
  readonly language?: Language;
  readonly email?: string;
  readonly isSignedIn?: boolean;
  /** The test ends the session, so requests are refused until the customer signs in again. */
  readonly losesSession?: boolean;
};

/**
 * A browser says in its console that a request was refused; the page is told so too, and shows it. Everything else that
 * the console says is a fault.
 */
const isAnswer = (text: string): boolean =>
  /^Failed to load resource: (?:the server responded with a status of (?:402|404|409|429|503)|net::ERR_(?:INTERNET_DISCONNECTED|CONNECTION_(?:REFUSED|RESET|CLOSED|ABORTED|FAILED)|EMPTY_RESPONSE|FAILED|NETWORK_CHANGED))/.test(
    text,
  );

let prices = 0;
/** Never twice, and not twice or three times another one either. */
const nextPrice = (): number => 1_000_000 + 1_000 * ++prices;

/** Opens a browser for a customer, and closes it after the work. Its console must stay empty. */
export const withCustomer = async (
  browser: Browser,
  shop: Shop,
  work: (customer: Customer) => Promise<void>,
  { language = 'en', email, isSignedIn = true, losesSession = false, ...options }: CustomerOptions = {},
): Promise<void> => {
  await loadMessages(language);
  const context = await browser.newContext({
    baseURL: shop.url,
    locale: language === 'vi' ? 'vi-VN' : 'en-GB',
    timezoneId: 'Asia/Ho_Chi_Minh',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(stepHangMs);
  const price = nextPrice();
  let sum = 0;
  const keys: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname === '/checkouts')
      keys.push(request.headers()['idempotency-key'] ?? '');
  });
  context.on('page', (page) => complaintsOf(page, complaints));
  try {
    const address = email ?? `${randomUUID().slice(0, 8)}@example.com`;
    const { token, client } = await shop.customer(address);
    if (isSignedIn) await signIn(context, shop, token);
    const page = await context.newPage();
    await work({
      email: address,
      shop,
      context,
      page,
      language,
      words: messagesOf(language),
      client,
      keys,
      complaints,
      openWindow: () => context.newPage(),
      placeOrders: async (count, product) => {
        const ids: string[] = [];
        for (let index = 0; index < count; index++) {
          ids.push(await placeOrder(client, await shop.addProduct({ price, ...product })));
          sum += price;
        }
        return ids;
      },
      sum: () => sum,
      goto: async (path, where = page) => {
        await where.goto(path);
        await where.waitForSelector('main h1');
      },
    });
    const isExpected = (text: string) => isAnswer(text) || (losesSession && text.includes('401'));
    expect(complaints.filter((text) => !isExpected(text))).toEqual([]);
  } finally {
    await context.close();
  }
};

/** As `POST /session` does it. The page cannot read this cookie. */
export const signIn = (context: BrowserContext, shop: Shop, token: string): Promise<void> =>
  context.addCookies([{ name: 'cw', value: token, url: shop.url, httpOnly: true, sameSite: 'Strict' }]);

export const signOut = (context: BrowserContext): Promise<void> => context.clearCookies();

type HeldAnswers = {
  /** Resolves when the server has answered one, which the page does not know yet. */
  readonly arrived: Promise<void>;
  /** The page gets this answer and all later ones. */
  release(): Promise<void>;
  /** The connection breaks: the page never learns the answer. */
  lose(): Promise<void>;
};

/** Holds back the first `most` answers, between the network and the page. The requests are real ones. */
export const holdAnswers = async (
  page: Page,
  urlPattern: string,
  most = Number.POSITIVE_INFINITY,
): Promise<HeldAnswers> => {
  const debug = await page.context().newCDPSession(page);
  const held: string[] = [];
  let tell = () => {};
  const arrived = new Promise<void>((resolve) => {
    tell = resolve;
  });
  debug.on('Fetch.requestPaused', ({ requestId }) => {
    if (held.length >= most) return void debug.send('Fetch.continueRequest', { requestId });
    held.push(requestId);
    tell();
  });
  // To the browser a question mark is any letter or none: `/products?*` would hold back `/products/1` too.
  const pattern = { urlPattern: urlPattern.replaceAll('?', '\\?'), requestStage: 'Response' } as const;
  await debug.send('Fetch.enable', { patterns: [pattern] });
  const end = async (each: (requestId: string) => Promise<unknown>) => {
    // A request of a page that is gone is gone with it.
    for (const requestId of held.splice(0)) await each(requestId).catch(() => undefined);
    await debug.send('Fetch.disable');
    await debug.detach();
  };
  return {
    arrived,
    release: () => end((requestId) => debug.send('Fetch.continueRequest', { requestId })),
    lose: () =>
      end((requestId) => debug.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' })),
  };
};
