import { describe, expect, test } from 'bun:test';
import { completeDrafts, judgeStockChange, stockMax } from '../../core/productChange.ts';

describe('A change of a stock', () => {
  test.each([
    [5, { add: 3 }, 8],
    [5, { add: -5 }, 0],
    [5, { add: 0 }, 5],
    [5, { set: 2, was: 5 }, 2],
    [5, { set: null, was: 5 }, null],
    [null, { set: 5, was: null }, 5],
    [stockMax - 1, { add: 1 }, stockMax],
  ])('A stock of %p changed by %p is %p', (stock, change, after) => {
    expect(judgeStockChange(stock, change)._unsafeUnwrap()).toBe(after);
  });

  test.each([
    [5, { add: -6 }],
    [null, { add: 1 }],
    [5, { set: 9, was: 4 }],
    [5, { set: 9, was: null }],
    [null, { set: 9, was: 0 }],
    [0, { set: 9, was: null }],
  ])('A stock of %p refuses %p and names the stock that is', (stock, change) => {
    expect(judgeStockChange(stock, change)._unsafeUnwrapErr()).toEqual({ kind: 'stock_changed', stock });
  });

  test('A stock over the largest one is refused', () => {
    expect(judgeStockChange(stockMax, { add: 1 })._unsafeUnwrapErr()).toEqual({ kind: 'stock_too_large' });
  });
});

describe('Drafts', () => {
  const draft = { code: 'A', name: 'Áo', type: 'physical', price: { amount: 1, currency: 'VND' } };
  const imageUrl = 'https://example.com/a.jpg';

  test('A draft leaves alone what it does not name', () => {
    const known = new Map([['A', { imageUrl }]]);
    expect(completeDrafts([draft], known)._unsafeUnwrap()).toEqual([{ ...draft, imageUrl }]);
    const named = { ...draft, stock: null, imageUrl: null };
    expect(completeDrafts([named], known)._unsafeUnwrap()).toEqual([named]);
  });

  test('A new product needs a stock and has no picture by default', () => {
    const drafts = [
      { ...draft, stock: 0 },
      { ...draft, code: 'B' },
      { ...draft, code: 'C', stock: undefined },
    ];
    expect(completeDrafts(drafts, new Map())._unsafeUnwrapErr()).toEqual({
      kind: 'stock_missing',
      codes: ['B', 'C'],
    });
    expect(completeDrafts(drafts.slice(0, 1), new Map())._unsafeUnwrap()).toEqual([
      { ...draft, stock: 0, imageUrl: null },
    ]);
  });
});
