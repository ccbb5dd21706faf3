import { describe, expect, test } from 'bun:test';
import { createTokenCache } from '../../api/http/tokenCache.ts';

describe('The token cache', () => {
  test('The cache keeps a value until its expiry time', () => {
    const cache = createTokenCache<number>(2);
    cache.set('a', 1, 100);
    expect(cache.get('a', 99)).toBe(1);
    expect(cache.get('a', 100)).toBeNull();
    expect(cache.size()).toBe(0);
    expect(cache.get('b', 0)).toBeNull();
  });

  test('The cache evicts the least recently used value', () => {
    const cache = createTokenCache<number>(2);
    cache.set('a', 1, 100);
    cache.set('b', 2, 100);
    cache.get('a', 0);
    cache.set('c', 3, 100);
    expect([cache.get('a', 0), cache.get('b', 0), cache.get('c', 0)]).toEqual([1, null, 3]);
    expect(cache.size()).toBe(2);
  });

  test('A value that is set again gets the new expiry time', () => {
    const cache = createTokenCache<number>(2);
    cache.set('a', 1, 100);
    cache.set('a', 2, 200);
    expect(cache.get('a', 150)).toBe(2);
    expect(cache.size()).toBe(1);
  });
});
