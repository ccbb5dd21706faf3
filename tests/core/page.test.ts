import { expect, test } from 'bun:test';
import { pageOf } from '../../core/page.ts';

test('The extra row is not on the page, and only says that there is another page', () => {
  const keyOf = (row: number) => `key ${row}`;
  expect(pageOf([1, 2, 3], 2, keyOf)).toEqual({ items: [1, 2], next: 'key 2' });
  expect(pageOf([1, 2], 2, keyOf)).toEqual({ items: [1, 2], next: null });
  expect(pageOf([1], 2, keyOf)).toEqual({ items: [1], next: null });
  expect(pageOf([], 2, keyOf)).toEqual({ items: [], next: null });
});
