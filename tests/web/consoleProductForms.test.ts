import { describe, expect, test } from 'bun:test';
import { assert, constantFrom, integer, oneof, property } from 'fast-check';
import { currencies } from '../../core/currency.ts';
import { judgeStockChange } from '../../core/productChange.ts';
import { productAddress, readProductAddress } from '../../web/console/products/productAddress.ts';
import { createProductApi, productListPath } from '../../web/console/products/productApi.ts';
import {
  emptyForm,
  formOf,
  readChanges,
  readDraft,
  refusedFields,
} from '../../web/console/products/productForm.ts';
import { readWish } from '../../web/console/products/stockForm.ts';
import type { Call } from '../../web/shared/call.ts';
import type { Product } from '../../web/shared/types.ts';

const product: Product = {
  id: '01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34',
  code: 'A-1',
  name: 'Áo thun',
  type: 'physical',
  price: { amount: 199_000, currency: 'VND' },
  stock: 12,
  imageUrl: null,
  archived: false,
};

describe('A change of the stock', () => {
  test.each([
    ['add', '5', 12, { add: 5 }, 17],
    ['add', '-12', 12, { add: -12 }, 0],
    ['add', '−3', 12, { add: -3 }, 9],
    ['add', '+1 000', 12, { add: 1_000 }, 1_012],
    ['set', '20', 12, { set: 20, was: 12 }, 20],
    ['set', '0', null, { set: 0, was: null }, 0],
    ['endless', '', 12, { set: null, was: 12 }, null],
  ] as const)('%s “%s” at %p is %p', (mode, text, stock, change, next) => {
    expect(readWish({ mode, text }, stock)).toEqual({ kind: 'change', change, next });
  });

  test.each([
    ['add', '', 12, 'invalid_by'],
    ['add', '1.5', 12, 'invalid_by'],
    ['add', '0', 12, 'zero'],
    ['add', '-13', 12, 'below'],
    ['add', '1', null, 'endless_now'],
    ['add', '1000000000', 1, 'too_many'],
    ['set', '-1', 12, 'invalid_to'],
    ['set', '', 12, 'invalid_to'],
    ['set', '1000000001', 12, 'invalid_to'],
    ['set', '12', 12, 'same'],
    ['endless', '', null, 'same'],
  ] as const)('%s “%s” at %p is no change: %s', (mode, text, stock, problem) => {
    expect(readWish({ mode, text }, stock)).toEqual({ kind: 'problem', problem });
  });

  test('What is sent does what was shown, as long as nobody else changes the stock', () => {
    const stocks = oneof(integer({ min: 0, max: 1_000_000_000 }), constantFrom(null, 0, 1));
    const modes = constantFrom('add' as const, 'set' as const, 'endless' as const);
    assert(
      property(stocks, modes, integer({ min: -1_100_000_000, max: 1_100_000_000 }), (stock, mode, number) => {
        const read = readWish({ mode, text: String(number) }, stock);
        if (read.kind === 'change')
          expect(judgeStockChange(stock, read.change)._unsafeUnwrap()).toBe(read.next);
      }),
    );
  });
});

describe('The fields of a product', () => {
  test('They show the product, and what is the same is not sent', () => {
    const form = formOf(product);
    expect(form).toMatchObject({ name: 'Áo thun', price: '199000', currency: 'VND', imageUrl: '' });
    expect(readChanges(form, product)).toEqual({ kind: 'value', value: {} });
    expect(readChanges({ ...form, name: ' Áo thun ', price: '199.000 ₫' }, product)).toEqual({
      kind: 'value',
      value: {},
    });
  });

  test('A price has the decimals of its currency, and another currency is another price', () => {
    const book = { ...product, price: { amount: 990, currency: 'USD' }, imageUrl: '/images/tea.svg' };
    expect(formOf(book).price).toBe('9.90');
    expect(readChanges({ ...formOf(book), price: '10', imageUrl: '' }, book)).toEqual({
      kind: 'value',
      value: { price: { amount: 1_000, currency: 'USD' }, imageUrl: null },
    });
    expect(readChanges({ ...formOf(book), currency: 'eur' }, book)).toEqual({
      kind: 'value',
      value: { price: { amount: 990, currency: 'EUR' } },
    });
  });

  test('A price is read as the field itself writes it, whatever the decimals of its currency', () => {
    for (const currency of currencies)
      for (const amount of [0, 1, 999, 1_000, 1_299, 999_999, 1_299_000, 12_345_678]) {
        const priced = { ...product, price: { amount, currency } };
        expect(readChanges(formOf(priced), priced)).toEqual({ kind: 'value', value: {} });
      }
    const dear = { ...product, price: { amount: 1_000, currency: 'KWD' } };
    expect(readChanges({ ...formOf(dear), price: '1,299' }, dear).kind).toBe('problems');
  });

  test('Each field that is not possible is named', () => {
    const form = { ...emptyForm, price: '1.299', currency: 'usd', imageUrl: 'x', stock: '-1' };
    const read = readDraft(form);
    expect(read.kind === 'problems' && [...read.problems].toSorted()).toEqual([
      'code',
      'imageUrl',
      'name',
      'price',
      'stock',
      'type',
    ]);
  });

  test('A new product without a stock cannot run out', () => {
    const form = { ...formOf(product), code: ' N-1 ' };
    expect(readDraft(form)).toMatchObject({ kind: 'value', value: { code: 'N-1', stock: null } });
    expect(readDraft({ ...form, stock: '3' })).toMatchObject({ value: { stock: 3 } });
  });

  test('The fields that the API refuses are found by its paths', () => {
    const errors = ['/price/amount', '/0/name', '/imageUrl', '/archived', ''].map((path) => ({
      path,
      message: '',
    }));
    expect([...refusedFields({ errors })]).toEqual(['price', 'name', 'imageUrl']);
    expect([...refusedFields({})]).toEqual([]);
  });
});

describe('The address of the products', () => {
  test('It holds the question and the open product, and nothing that is empty', () => {
    const address = { q: 'áo', type: 'digital', isArchived: true, cursor: 'c', open: 'new' };
    const url = new URL(productAddress(address), 'http://x');
    expect(readProductAddress(Object.fromEntries(url.searchParams))).toEqual(address);
    const nothing = { q: '', type: '', isArchived: false, cursor: null, open: null };
    expect(productAddress(nothing)).toBe('/console/products');
    expect(readProductAddress({ cursor: '', open: '' })).toEqual(nothing);
    expect(productListPath({ ...nothing, isArchived: true })).toBe('/products?archived=true&limit=25');
  });
});

describe('A product with a code', () => {
  const find = (code: string, onSale: readonly Product[], archived: readonly Product[]) => {
    const asked: string[] = [];
    const call: Call = async ({ path }) => {
      asked.push(path);
      const items = path.includes('archived') ? archived : onSale;
      const value = { items, nextCursor: null } as never;
      return { kind: 'ok', value, status: 200, requestId: 'r', replayed: false };
    };
    return createProductApi(call)
      .findByCode(code)
      .then((outcome) => ({ found: outcome.kind === 'ok' ? outcome.value : outcome, asked }));
  };

  test('It is found in any form of the code, also where it is archived, and a name with it is none', async () => {
    expect((await find(' A\u200b-1 ', [product], [])).found).toEqual(product);
    expect((await find('A-1', [{ ...product, code: 'A-10', name: 'A-1' }], [product])).found).toEqual(
      product,
    );
    const none = await find('A-1', [], []);
    expect([none.found, none.asked.length]).toEqual([null, 2]);
  });
});
