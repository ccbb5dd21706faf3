import { describe, expect, test } from 'bun:test';
import { createCall } from '../../web/shared/call.ts';
import { payableOf, selectionOf } from '../../web/shared/cart.ts';
import { createKeep } from '../../web/shared/keepAttempts.ts';
import { createPay } from '../../web/shared/pay.ts';
import { loadCart } from '../../web/shared/pendingOrders.ts';
import { createSignOut, sessionMark } from '../../web/shared/session.ts';
import { createShopApi } from '../../web/shared/shopApi.ts';
import { createSignIn } from '../../web/shared/signIn.ts';
import type { Store } from '../../web/shared/store.ts';
import { createTestApi } from '../api/testApi.ts';
import { memoryStore } from './ports.ts';

/** A browser of a real API: it keeps cookies, and says that its requests come from the shop's own pages. */
const createBrowser = async ({ api }: ReturnType<typeof createTestApi>) => {
  const cookies = new Map<string, string>();
  const posts: string[] = [];
  let lostAnswers = 0;
  const call = createCall({
    fetch: async (path, init) => {
      const headers = new Headers(init.headers);
      headers.set('sec-fetch-site', 'same-origin');
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
      if (path === '/checkouts' && init.method === 'POST') posts.push(headers.get('idempotency-key') ?? '');
      const response = await api.handle(new Request(`http://localhost${path}`, { ...init, headers }));
      for (const cookie of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
        if (/Max-Age=0\b/.test(cookie)) cookies.delete(name);
        else cookies.set(name, value);
      }
      if (path === '/checkouts' && lostAnswers-- > 0) throw new TypeError('Failed to fetch');
      return response;
    },
    newId: () => crypto.randomUUID(),
    token: { get: () => null, set: () => undefined },
    isOnline: () => true,
    language: () => 'en',
    timeout: () => new AbortController().signal,
  });
  const shop = createShopApi(call);
  const shared = memoryStore();
  const signIn = createSignIn({
    api: shop,
    shared,
    own: memoryStore(),
    newId: () => crypto.randomUUID(),
    home: '/shop',
  });
  await signIn.byEmail('lan@example.com');
  const session = await shop.session();
  const customerId = session.kind === 'ok' ? (session.value?.customerId ?? '') : '';
  return {
    shop,
    signIn,
    signOut: createSignOut({ api: shop, shared, newId: () => crypto.randomUUID() }),
    shared,
    posts,
    loseNextAnswer: () => {
      lostAnswers = 1;
    },
    openWindow: () => openWindow(shop, shared, customerId),
  };
};

/** A window whose pauses are over at once, at most so many times. */
const openWindow = (shop: ReturnType<typeof createShopApi>, shared: Store, customerId: string) => {
  let pausesLeft = 5;
  return createPay({
    customerId,
    ask: {
      checkOut: ({ key, orderIds, method }) => shop.checkOut(key, orderIds, method),
      checkout: shop.checkout,
      giveUp: shop.giveUp,
      order: (id) => shop.order(id),
      session: shop.session,
    },
    keep: createKeep(shared, customerId),
    pause: () => (pausesLeft-- > 0 ? Promise.resolve() : new Promise(() => undefined)),
    alone: (work) => work(),
    sessionMark: () => sessionMark(shared),
    newKey: () => crypto.randomUUID(),
    nowMs: () => Date.parse('2026-01-01T00:00:00.000Z'),
  });
};

const createFixture = async () => {
  const api = createTestApi({ demo: true });
  const browser = await createBrowser(api);
  const place = async (): Promise<string> => {
    const outcome = await browser.shop.placeOrder(await api.product(), 1, crypto.randomUUID());
    if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
    return outcome.value.id;
  };
  return { ...browser, place };
};

describe('The client over the API', () => {
  test('A customer signs in, fills the cart, pays for what is ticked, and signs out', async () => {
    const { shop, signOut, openWindow, place } = await createFixture();
    const [one, other] = [await place(), await place()];
    const cart = await loadCart(shop);
    const orders = cart.kind === 'ok' ? cart.value : [];
    const chosen = selectionOf(payableOf(orders, [], 0), new Set([other]));
    expect(chosen).toMatchObject({ orders: [{ id: one }], obstacle: null });
    const pay = openWindow();
    await pay.start([one], 'pm_card_visa');
    expect(pay.state()).toMatchObject({ phase: 'paid', checkout: { orders: [{ id: one, status: 'paid' }] } });
    expect(pay.canPay([other])).toBe(true);
    await signOut();
    expect(await shop.session()).toMatchObject({ kind: 'ok', value: null });
    expect(await shop.order(one)).toMatchObject({ kind: 'signed_out' });
  });

  test('A decline frees the orders, and another method pays for them with a new key', async () => {
    const { openWindow, place, posts } = await createFixture();
    const id = await place();
    const pay = openWindow();
    await pay.start([id], 'pm_card_chargeDeclined');
    expect(pay.state()).toMatchObject({ phase: 'declined', declineCode: 'card_declined' });
    await pay.start([id], 'pm_card_visa');
    expect(pay.state().phase).toBe('paid');
    expect(new Set(posts).size).toBe(2);
  });

  test('A lost answer is asked for again with the same key, and the order is paid once', async () => {
    const { openWindow, place, posts, loseNextAnswer } = await createFixture();
    const id = await place();
    loseNextAnswer();
    const pay = openWindow();
    await pay.start([id], 'pm_card_visa');
    expect(pay.state()).toMatchObject({ phase: 'paid' });
    expect([posts.length, new Set(posts).size]).toEqual([2, 1]);
  });

  test('A payment that asks the customer can be given up, and its orders can be paid again', async () => {
    const { openWindow, place } = await createFixture();
    const id = await place();
    const pay = openWindow();
    void pay.start([id], 'pm_card_authenticationRequired');
    while (pay.state().phase !== 'action') await new Promise(setImmediate);
    expect(pay.state()).toMatchObject({ action: { clientSecret: expect.any(String) } });
    await pay.giveUp();
    expect(pay.state().phase).toBe('cancelled');
    await pay.start([id], 'pm_card_visa');
    expect(pay.state().phase).toBe('paid');
  });

  test('A session that has ended keeps the attempt for the next sign-in of the same customer', async () => {
    const { shop, signIn, openWindow, place, posts } = await createFixture();
    const id = await place();
    await shop.closeSession();
    const pay = openWindow();
    await pay.start([id], 'pm_card_visa');
    expect(pay.state().phase).toBe('signed_out');
    await signIn.byEmail('tam@example.com');
    await pay.resume();
    expect(pay.state().phase).toBe('signed_out');
    await signIn.byEmail('lan@example.com');
    await pay.resume();
    expect(pay.state().phase).toBe('paid');
    expect([posts.length, new Set(posts).size]).toEqual([3, 1]);
  });

  test('What another window has paid is named', async () => {
    const { shop, openWindow, place } = await createFixture();
    const id = await place();
    await shop.checkOut(crypto.randomUUID(), [id], 'pm_card_visa');
    const pay = openWindow();
    await pay.start([id], 'pm_card_visa');
    expect(pay.state()).toMatchObject({
      phase: 'refused',
      problem: { code: 'order_not_payable', orders: [{ orderId: id, status: 'paid' }] },
    });
  });
});
