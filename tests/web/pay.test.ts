import { describe, expect, test } from 'bun:test';
import { flush, ModelBrowser } from './modelBrowser.ts';
import { ModelShop, type Verdict } from './modelShop.ts';

const orderIds = ['o1', 'o2'];

const createFixture = (...bank: readonly Verdict[]) => createFixtureWith({ hasLocks: true }, ...bank);

const createFixtureWith = (options: { readonly hasLocks: boolean }, ...bank: readonly Verdict[]) => {
  const shop = new ModelShop(orderIds);
  shop.verdicts.push(...bank);
  const browser = new ModelBrowser(shop, options);
  const pay = (index = 0) => {
    const found = browser.windows[index]?.pay;
    if (found === undefined) throw new Error(`there is no window ${index}`);
    return found;
  };
  const answerAll = async () => {
    await flush();
    for (const each of [...browser.exchanges]) each.answer();
    await flush();
  };
  const posts = () => browser.exchanges.filter(({ name }) => name === 'post').length;
  return { shop, browser, pay, answerAll, posts };
};

describe('A click on Pay', () => {
  test('Two clicks and Enter at once are one request', async () => {
    const { pay, posts } = createFixture();
    const first = pay().state();
    void pay().start(orderIds, 'card');
    const second = pay().state();
    void pay().start(orderIds, 'card');
    void pay().start(orderIds, 'other card');
    await flush();
    expect([first.phase, second.phase, posts()]).toEqual(['idle', 'asking', 1]);
    expect(pay().state()).toMatchObject({ attempt: { key: 'key 1', method: 'card' } });
  });

  test('It sends the orders in one order, each once, and keeps them before', async () => {
    const { browser, pay } = createFixture();
    void pay().start(['o2', 'o1', 'o2'], 'card');
    await flush();
    expect([...browser.kept.values()]).toMatchObject([{ key: 'key 1', orderIds, method: 'card' }]);
    expect(browser.violations).toEqual([]);
  });

  test('A paid checkout is shown, and nothing of it is kept', async () => {
    const { browser, pay, answerAll } = createFixture();
    void pay().start(orderIds, 'card');
    expect(pay().canPay(orderIds)).toBe(false);
    await answerAll();
    expect(pay().state()).toMatchObject({ phase: 'paid', checkout: { checkoutId: 'checkout of key 1' } });
    expect(browser.kept.size).toBe(0);
  });

  test('After a decline another method has a new key', async () => {
    const { shop, pay, answerAll } = createFixture('decline');
    void pay().start(orderIds, 'card');
    await answerAll();
    expect(pay().state()).toMatchObject({ phase: 'declined', declineCode: 'declined' });
    expect(pay().canPay(orderIds)).toBe(true);
    void pay().start(orderIds, 'other card');
    await answerAll();
    expect(pay().state().phase).toBe('paid');
    expect([...shop.audits.keys()]).toEqual(['key 1', 'key 2']);
  });
});

describe('A payment that is interrupted', () => {
  test('A reload goes on with the same key', async () => {
    const { shop, browser, pay, answerAll } = createFixture();
    void pay().start(orderIds, 'card');
    await flush();
    browser.reload(0);
    expect(pay().state().phase).toBe('asking');
    await answerAll();
    expect(pay().state().phase).toBe('paid');
    expect(shop.charges).toEqual([{ key: 'key 1', orderIds }]);
  });

  test('A session that has ended keeps everything, and sign-in goes on with the same key', async () => {
    const { shop, browser, pay, answerAll } = createFixture();
    browser.signIn(null);
    void pay().start(orderIds, 'card');
    await answerAll();
    expect(pay().state().phase).toBe('signed_out');
    expect(browser.kept.size).toBe(1);
    browser.signIn('a');
    void pay().resume();
    await answerAll();
    expect(shop.charges).toEqual([{ key: 'key 1', orderIds }]);
  });

  test('Another customer who signs in learns nothing, and ends nothing', async () => {
    const { browser, pay, answerAll } = createFixture();
    browser.signIn('b');
    void pay().start(orderIds, 'card');
    await answerAll();
    await answerAll();
    expect(pay().state().phase).toBe('signed_out');
    expect(browser.kept.size).toBe(1);
  });

  test('A second window waits for the first, and then knows what came of it', async () => {
    const { pay, answerAll, posts } = createFixture();
    void pay(0).start(orderIds, 'card');
    void pay(1).resume();
    await flush();
    expect([pay(1).state().phase, posts()]).toEqual(['asking', 1]);
    await answerAll();
    expect([pay(0).state().phase, pay(1).state().phase]).toEqual(['paid', 'elsewhere']);
  });

  test('A click of long ago is not sent without asking, and goes on with its own key when asked', async () => {
    const { shop, browser, pay, answerAll, posts } = createFixture();
    void pay().start(orderIds, 'card');
    await flush();
    browser.wait();
    browser.reload(0);
    await flush();
    expect(posts()).toBe(0);
    await answerAll();
    expect(pay().state()).toMatchObject({ phase: 'stale', isUntouched: true });
    void pay().goOn();
    await answerAll();
    expect(shop.charges).toEqual([{ key: 'key 1', orderIds }]);
  });

  test('A click of long ago can be left, where nothing was charged', async () => {
    const { browser, pay, answerAll } = createFixture();
    void pay().start(orderIds, 'card');
    await flush();
    browser.wait();
    browser.reload(0);
    await answerAll();
    await pay().stop();
    expect(pay().state().phase).toBe('stopped');
    expect(pay().canPay(orderIds)).toBe(true);
  });
});

describe('A refusal that is not the last word', () => {
  test('It does not count if somebody else was signed in when the shop refused', async () => {
    const { browser, pay, answerAll } = createFixture('late_succeed');
    void pay().start(orderIds, 'card');
    await flush();
    browser.exchanges[0]?.arrive();
    browser.exchanges[0]?.lose();
    await flush();
    browser.nowMs += 120_000;
    browser.signIn('b');
    browser.tick(0);
    await flush();
    browser.exchanges[0]?.arrive();
    browser.signIn('a');
    await answerAll();
    await answerAll();
    expect(pay().state().phase).toBe('retrying');
    expect([browser.kept.size, browser.violations]).toEqual([1, []]);
  });

  test('It does not count if a window without locks has sent the same request meanwhile', async () => {
    const { shop, browser, pay } = createFixtureWith({ hasLocks: false }, 'late_succeed');
    shop.refusals.push('rate_limited');
    void pay(0).start(orderIds, 'card');
    await flush();
    browser.exchanges[0]?.answer();
    await flush();
    void pay(1).resume();
    await flush();
    for (const each of browser.exchanges) each.arrive();
    browser.exchanges.find(({ name }) => name === 'session')?.answer();
    await flush();
    expect(pay(0).state().phase).toBe('retrying');
    expect([browser.kept.size, browser.violations]).toEqual([1, []]);
  });

  test('Nobody stops an attempt that another window has sent meanwhile', async () => {
    const { browser, pay, answerAll } = createFixture('unavailable', 'late_succeed');
    void pay(0).start(orderIds, 'card');
    await answerAll();
    void pay(1).resume();
    await flush();
    const stopped = pay(0).stop();
    await answerAll();
    void stopped;
    expect([pay(0).state().phase, pay(1).state().phase]).toEqual(['confirming', 'confirming']);
    expect([browser.kept.size, browser.violations]).toEqual([1, []]);
  });
});

describe('A payment whose outcome comes later', () => {
  test('It is looked at until it is settled, and offers no second Pay meanwhile', async () => {
    const { shop, browser, pay, answerAll } = createFixture('late_succeed');
    void pay().start(orderIds, 'card');
    await answerAll();
    expect(pay().state().phase).toBe('confirming');
    expect([pay(0).canPay(['o1']), pay(1).canPay(['o2'])]).toEqual([false, false]);
    shop.settle();
    browser.tick(0);
    await answerAll();
    expect(pay().state().phase).toBe('paid');
  });

  test('The bank’s question is shown, and its answer is asked for and never assumed', async () => {
    const { shop, browser, pay, answerAll } = createFixture('challenge_succeed');
    void pay().start(orderIds, 'card');
    await answerAll();
    expect(pay().state()).toMatchObject({ phase: 'action', action: { clientSecret: 'secret' } });
    pay().lookNow();
    await answerAll();
    expect(pay().state().phase).toBe('action');
    shop.settle();
    browser.tick(0);
    await answerAll();
    expect(pay().state().phase).toBe('paid');
  });

  test('A payment that waits for its customer can be called off', async () => {
    const { pay, answerAll } = createFixture('challenge_succeed');
    void pay().start(orderIds, 'card');
    await answerAll();
    void pay().giveUp();
    await answerAll();
    expect(pay().state().phase).toBe('cancelled');
    expect(pay().canPay(orderIds)).toBe(true);
  });

  test('A checkout of another browser is followed without a key', async () => {
    const { shop, browser, pay, answerAll } = createFixture('late_succeed');
    void pay(0).start(orderIds, 'card');
    await answerAll();
    browser.kept.clear();
    void pay(1).resume('checkout of key 1');
    await answerAll();
    expect(pay(1).state()).toMatchObject({ phase: 'confirming', attempt: null });
    shop.settle();
    browser.tick(1);
    await answerAll();
    expect(pay(1).state().phase).toBe('paid');
  });

  test('A provider that cannot be reached leaves the choice to stop', async () => {
    const { pay, answerAll } = createFixture('unavailable');
    void pay().start(orderIds, 'card');
    await answerAll();
    expect(pay().state()).toMatchObject({ phase: 'retrying', canStop: true, tries: 1 });
    expect(pay().canPay(orderIds)).toBe(false);
    await pay().stop();
    expect(pay().state().phase).toBe('stopped');
    expect(pay().canPay(orderIds)).toBe(true);
  });
});
