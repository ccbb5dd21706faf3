import { describe, expect, test } from 'bun:test';
import { browserPayPorts } from '../../web/shared/browserPay.ts';
import { createCall } from '../../web/shared/call.ts';
import { createKeep } from '../../web/shared/keepAttempts.ts';
import { isPaymentNews } from '../../web/shared/paymentNews.ts';
import type { Attempt } from '../../web/shared/payStates.ts';
import { createShopApi } from '../../web/shared/shopApi.ts';
import { createStore, windowStore } from '../../web/shared/store.ts';
import { memoryStore } from './ports.ts';

const attempt = (key: string, startedAtMs: number): Attempt => ({
  key,
  orderIds: ['o1', 'o2'],
  method: 'card',
  checkoutId: null,
  startedAtMs,
  unansweredAtMs: null,
  sends: 0,
});

describe('Kept attempts', () => {
  test('They are listed oldest first, and a saved one replaces itself', () => {
    const keep = createKeep(memoryStore(), 'ann');
    keep.save(attempt('new', 2));
    keep.save(attempt('old', 1));
    keep.save({ ...attempt('new', 2), checkoutId: 'c1' });
    expect(keep.list()).toEqual([attempt('old', 1), { ...attempt('new', 2), checkoutId: 'c1' }]);
    keep.drop('old');
    expect(keep.list().map(({ key }) => key)).toEqual(['new']);
  });

  test('Each customer has their own, and two windows never overwrite each other’s', () => {
    const store = memoryStore();
    createKeep(store, 'ann').save(attempt('k1', 1));
    createKeep(store, 'ann').save(attempt('k2', 2));
    createKeep(store, 'an').save(attempt('k3', 3));
    const keysOf = (customer: string) =>
      createKeep(store, customer)
        .list()
        .map(({ key }) => key);
    expect(keysOf('ann')).toEqual(['k1', 'k2']);
    expect(keysOf('an')).toEqual(['k3']);
  });

  test('Other windows hear of one that begins or ends, and not of each try', () => {
    const hears = (key: string | null, oldValue: string | null, newValue: string | null) =>
      isPaymentNews({ key, oldValue, newValue });
    expect(hears('cw.pay ann k1', null, '{}')).toBe(true);
    expect(hears('cw.pay ann k1', '{}', null)).toBe(true);
    expect(hears('cw.pay ann k1', '{}', '{"sends":1}')).toBe(false);
    expect(hears('cw.known', null, '1')).toBe(false);
    expect(hears(null, null, null)).toBe(false);
  });

  test.each(['', 'null', '{', '[]', '{"key":"k1"}', JSON.stringify({ ...attempt('k1', 1), orderIds: [] })])(
    'The entry %p is of nobody’s making, and breaks nothing',
    (text) => {
      const store = memoryStore();
      store.set('cw.pay ann k1', text);
      expect(createKeep(store, 'ann').list()).toEqual([]);
    },
  );

  test('A browser that refuses storage pays all the same', () => {
    const call = createCall({
      fetch: async () => new Response(),
      newId: () => 'id',
      token: { get: () => null, set: () => undefined },
      isOnline: () => true,
      language: () => 'vi',
      timeout: () => new AbortController().signal,
    });
    // There is neither a window nor storage in this test.
    Object.assign(globalThis, { window: new EventTarget(), document: new EventTarget() });
    try {
      const { keep, newKey } = browserPayPorts(createShopApi(call), 'ann');
      const key = newKey();
      keep.save(attempt(key, 1));
      expect(keep.list()).toEqual([attempt(key, 1)]);
      keep.drop(key);
      expect(keep.list()).toEqual([]);
    } finally {
      Reflect.deleteProperty(globalThis, 'window');
      Reflect.deleteProperty(globalThis, 'document');
    }
  });
});

describe('A store', () => {
  test('What fits is in the storage, and what does not fit is in memory until it fits', () => {
    const entries = new Map<string, string>();
    let isFull = true;
    const storage = {
      getItem: (name: string) => entries.get(name) ?? null,
      setItem: (name: string, value: string) => {
        if (isFull) throw new Error('QuotaExceededError');
        entries.set(name, value);
      },
      removeItem: (name: string) => entries.delete(name),
    } as unknown as Storage;
    const store = createStore(() => storage);
    store.set('a', '1');
    expect([store.get('a'), entries.get('a')]).toEqual(['1', undefined]);
    isFull = false;
    store.set('a', '2');
    expect([store.get('a'), entries.get('a')]).toEqual(['2', '2']);
    store.remove('a');
    expect(store.get('a')).toBeNull();
  });

  test('Without storage it is empty, and does not throw', () => {
    expect([windowStore().get('a'), windowStore().names()]).toEqual([null, []]);
  });
});
