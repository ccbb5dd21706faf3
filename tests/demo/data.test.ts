import { describe, expect, test } from 'bun:test';
import { isCurrency, orderAmountMax } from '../../core/money.ts';
import { pipelines } from '../../core/pipelines/index.ts';
import { demoProducts } from '../../demo/loadProducts.ts';

const share = (rows: number): number => rows / demoProducts.length;

describe('the catalogue', () => {
  test('is a shop full of products', () => {
    expect(demoProducts.length).toBeGreaterThanOrEqual(300);
  });

  test('names each product once, by code and by name', () => {
    expect(new Set(demoProducts.map(({ code }) => code)).size).toBe(demoProducts.length);
    expect(new Set(demoProducts.map(({ name }) => name.toLowerCase())).size).toBe(demoProducts.length);
  });

  test('has codes that can be read out', () => {
    expect(demoProducts.filter(({ code }) => !/^[A-Z]{2,5}-[A-Z]{0,2}\d{1,3}$/.test(code))).toEqual([]);
  });

  test('has names in NFC, with no stray space', () => {
    const untidy = demoProducts.filter(
      ({ name }) => name !== name.normalize('NFC').trim().replace(/\s+/g, ' '),
    );
    expect(untidy).toEqual([]);
  });

  test('has products of every type, and of no other', () => {
    expect(new Set(demoProducts.map(({ type }) => type))).toEqual(new Set(pipelines.keys()));
  });

  test('has whole prices in real currencies, most of them in đồng', () => {
    const sound = demoProducts.filter(
      ({ price: { amount, currency } }) =>
        Number.isInteger(amount) && amount > 0 && amount < orderAmountMax / 100 && isCurrency(currency),
    );
    expect(sound).toHaveLength(demoProducts.length);
    const inCurrency = (code: string) => demoProducts.filter(({ price }) => price.currency === code).length;
    expect(share(inCurrency('VND'))).toBeGreaterThan(0.8);
    expect(inCurrency('USD')).toBeGreaterThanOrEqual(30);
    expect(inCurrency('EUR')).toBeGreaterThan(0);
  });

  test('prices đồng as a Vietnamese shop does: in thousands, the cheapest something small', () => {
    const odd = demoProducts.filter(
      ({ price }) => price.currency === 'VND' && (price.amount % 1000 !== 0 || price.amount < 10_000),
    );
    expect(odd).toEqual([]);
  });

  test('counts what stands on a shelf and the places of a service; most of what is digital cannot run out', () => {
    const counted = demoProducts.filter(
      ({ stock }) => stock !== null && Number.isInteger(stock) && stock > 0,
    );
    const endless = demoProducts.filter(({ stock }) => stock === null);
    expect(counted.length + endless.length).toBe(demoProducts.length);
    expect(new Set(endless.map(({ type }) => type))).toEqual(new Set(['digital']));
    expect(endless.length * 2).toBeGreaterThan(demoProducts.filter(({ type }) => type === 'digital').length);
  });
});
