import { expect, test } from 'bun:test';
import { createNewest } from '../../web/shared/newest.ts';

test('An answer is news unless a newer question was answered before it', () => {
  const ask = createNewest();
  const [first, second, third] = [ask(), ask(), ask()];
  expect([first(), third(), second(), ask()()]).toEqual([true, true, false, true]);
});
