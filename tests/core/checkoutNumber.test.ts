import { describe, expect, test } from 'bun:test';
import {
  firstCheckoutSequence,
  formatCheckoutNumber,
  isNumberPrefix,
  parseCheckoutNumber,
} from '../../core/checkoutNumber.ts';

describe('Numbers of checkouts', () => {
  test.each(['', 'CW-', 'A', '2026-', 'SHOP7-'])(
    'A number with the prefix %p is read as it was made',
    (prefix) => {
      expect(isNumberPrefix(prefix)).toBe(true);
      for (const sequence of [1, firstCheckoutSequence, 999_999_999_999_999])
        expect(parseCheckoutNumber(formatCheckoutNumber({ prefix, sequence }))).toEqual({ prefix, sequence });
    },
  );

  test.each(['7', 'A1', 'cw-', 'Á-', 'A B-', 'AAAAAAAAAAAA-'])('%p is not a prefix', (text) => {
    expect(isNumberPrefix(text)).toBe(false);
  });

  test.each(['', 'CW-', 'CW-0', '12345678901234567890', 'á1', 'A B-1', "'1", '1\n2', '-1e5x'])(
    'No checkout has the number %p',
    (text) => {
      expect(parseCheckoutNumber(text)).toBeNull();
    },
  );

  test('Small letters and spaces around a number do not matter', () => {
    expect(parseCheckoutNumber(' cw-100421 ')).toEqual({ prefix: 'CW-', sequence: 100_421 });
  });
});
