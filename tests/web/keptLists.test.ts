import { expect, test } from 'bun:test';
import { keepList } from '../../web/console/useList.ts';
import type { List } from '../../web/shared/types.ts';

test('The lists that a page keeps for Back are bounded, and the oldest one is forgotten first', () => {
  const lists = new Map<string, List<unknown>>();
  const list: List<unknown> = { items: [], nextCursor: null };
  for (let number = 0; number < 20; number++) keepList(lists, `/orders?q=${number}`, list);
  keepList(lists, '/orders?q=0', list);
  keepList(lists, '/orders?q=20', list);
  expect(lists.size).toBe(20);
  expect(lists.has('/orders?q=0')).toBe(true);
  expect(lists.has('/orders?q=1')).toBe(false);
});
