import { describe, expect, test } from 'bun:test';
import { chooseLanguage, chosenLanguage } from '../../web/shared/language.ts';
import { readPageSettings } from '../../web/shared/pageSettings.ts';
import { orderPath, pageOf, shopScope, signInPath } from '../../web/shop/addresses.ts';
import { timelineOf } from '../../web/shop/orderTimeline.ts';
import { loadMessages } from '../../web/words/messages.ts';
import { memoryStore } from './ports.ts';

await Promise.all((['vi', 'en'] as const).map(loadMessages));

const id = '01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34';

describe('The address of a page of the shop', () => {
  test('Each page has its address', () => {
    expect(pageOf('/shop')).toEqual({ kind: 'find' });
    expect(pageOf('/shop/orders')).toEqual({ kind: 'orders' });
    expect(pageOf(orderPath(id))).toEqual({ kind: 'order', id });
    expect(pageOf('/shop/sign-in')).toEqual({ kind: 'sign_in' });
  });

  test.each([
    '/shop/orders/%E0%A4%A',
    '/shop/orders/..',
    '/shop/orders/1',
    `/shop/orders/${id}/x`,
    '/shop/sign-in/x',
    '/shop/x',
    '/console',
    '',
  ])('The address %p is no page, and breaks nothing', (path) => {
    expect(pageOf(path)).toEqual({ kind: 'unknown' });
  });

  test.each([
    ['/shop', true],
    ['/shop?q=a', true],
    ['/shop/orders?cursor=c', true],
    [`/shop/orders/${id}`, true],
    ['/shop/pay', false],
    ['/shop/pay?orders=1', false],
    [`/shop/checkouts/${id}`, false],
    ['/shop/paying', true],
    ['/shopping', false],
    ['/console', false],
    [`/checkouts/${id}/invoice`, false],
  ])('A link to %p stays in the document: %p', (href, stays) => {
    expect(shopScope.test(href)).toBe(stays);
  });

  test('The link to sign in names where one was, but not the sign-in page itself', () => {
    expect(signInPath('/shop?q=áo')).toBe('/shop/sign-in?back=%2Fshop%3Fq%3D%C3%A1o');
    expect(signInPath('/shop/sign-in?back=%2Fshop')).toBe('/shop/sign-in');
  });
});

describe('What the document tells its page', () => {
  const read = (signIn: string | null) =>
    readPageSettings((name) => (name === 'sign-in' ? signIn : 'Áo & Co')).signIn;

  test('It has the shop’s name, and how one signs in', () => {
    expect(readPageSettings((name) => (name === 'application-name' ? 'Áo & Co' : null))).toEqual({
      shopName: 'Áo & Co',
      signIn: { kind: 'none' },
    });
    expect(read('demo')).toEqual({ kind: 'demo' });
    expect(read('https://id.example/in?x=1')).toEqual({
      kind: 'provider',
      url: 'https://id.example/in?x=1',
    });
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', '/relative', 'https://', ''])(
    'The address %p is no way to sign in',
    (address) => expect(read(address)).toEqual({ kind: 'none' }),
  );
});

describe('The language of a page', () => {
  test('It is the chosen one, and before a choice that of the browser', () => {
    const shared = memoryStore();
    expect(chosenLanguage(shared, ['en-GB', 'vi'])).toBe('en');
    chooseLanguage(shared, 'vi');
    expect(chosenLanguage(shared, ['en-GB'])).toBe('vi');
    shared.set('cw.language', 'tlh');
    expect(chosenLanguage(shared, ['en-GB'])).toBe('en');
  });
});

describe('The timeline of an order', () => {
  const at = '2026-11-26T07:00:00.000Z';
  const states = (...names: readonly (readonly [string, string | null])[]) =>
    names.map(([state, detail], index) => ({ seq: index + 1, state, detail, at }));

  test('Only what nothing has come after is under way', () => {
    const paying = timelineOf(states(['pending', null], ['paying', null]), 'paying', 'en');
    expect(paying.map(({ tone }) => tone)).toEqual(['calm', 'busy']);
    const paid = timelineOf(states(['pending', null], ['paying', null], ['paid', null]), 'completed', 'en');
    expect(paid.map(({ tone }) => tone)).toEqual(['calm', 'good', 'good']);
  });

  test('A paid order shows what is still to come', () => {
    expect(timelineOf(states(['paid', null]), 'paid', 'en').at(-1)).toMatchObject({
      title: 'Completed',
      at: null,
    });
    expect(timelineOf(states(['paid', null]), 'refunded', 'en')).toHaveLength(1);
  });

  test('It shows amounts as money, and the number of the invoice', () => {
    const items = timelineOf(
      states(['invoiced', '2026-000117'], ['partially_refunded', '1299000 VND']),
      'completed',
      'vi',
    );
    expect(items.map(({ detail }) => detail)).toEqual(['2026-000117', '1.299.000\u00a0₫']);
  });

  test('The shop’s own reasons are not shown to customers', () => {
    const items = timelineOf(
      states(['failed', 'connect ECONNREFUSED 10.0.0.7'], ['disputed', 'fraud'], ['refunded', 'odd text']),
      'failed',
      'en',
    );
    expect(items.map(({ detail }) => detail)).toEqual([undefined, undefined, undefined]);
    expect(items[0]?.tone).toBe('warn');
  });
});
