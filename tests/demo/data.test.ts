import { describe, expect, test } from 'bun:test';
import { isCurrency } from '../../core/currency.ts';
import { orderAmountMax } from '../../core/money.ts';
import { pipelines } from '../../core/pipelines/index.ts';
import { normalizeCode, normalizeName } from '../../core/text.ts';
import { demoProducts } from '../../demo/loadProducts.ts';

const share = (rows: number): number => rows / demoProducts.length;

describe('the demo products', () => {
  test('There are at least 300 demo products', () => {
    expect(demoProducts.length).toBeGreaterThanOrEqual(300);
  });

  test('Every demo product has a unique code and a unique name', () => {
    expect(new Set(demoProducts.map(({ code }) => code)).size).toBe(demoProducts.length);
    expect(new Set(demoProducts.map(({ name }) => name.toLowerCase())).size).toBe(demoProducts.length);
  });

  test('Every code has letters, a dash and digits', () => {
    expect(demoProducts.filter(({ code }) => !/^[A-Z]{2,5}-[A-Z]{0,2}\d{1,3}$/.test(code))).toEqual([]);
  });

  test('Every code and name is in the form that the API stores', () => {
    expect(
      demoProducts.filter(({ code, name }) => code !== normalizeCode(code) || name !== normalizeName(name)),
    ).toEqual([]);
  });

  test('Every name is in NFC, without superfluous spaces', () => {
    const untidy = demoProducts.filter(
      ({ name }) => name !== name.normalize('NFC').trim().replace(/\s+/g, ' '),
    );
    expect(untidy).toEqual([]);
  });

  test('There are demo products of exactly the types that have a pipeline', () => {
    expect(new Set(demoProducts.map(({ type }) => type))).toEqual(new Set(pipelines.keys()));
  });

  test('Every price is an integer in a real currency, most of them in đồng', () => {
    const valid = demoProducts.filter(
      ({ price: { amount, currency } }) =>
        Number.isInteger(amount) && amount > 0 && amount < orderAmountMax / 100 && isCurrency(currency),
    );
    expect(valid).toHaveLength(demoProducts.length);
    const inCurrency = (code: string) => demoProducts.filter(({ price }) => price.currency === code).length;
    expect(share(inCurrency('VND'))).toBeGreaterThan(0.8);
    expect(inCurrency('USD')).toBeGreaterThanOrEqual(30);
    expect(inCurrency('EUR')).toBeGreaterThan(0);
  });

  test('Every price in đồng is a multiple of 1,000 and at least 10,000', () => {
    const unusual = demoProducts.filter(
      ({ price }) => price.currency === 'VND' && (price.amount % 1000 !== 0 || price.amount < 10_000),
    );
    expect(unusual).toEqual([]);
  });

  test('Physical products and services have a stock; most digital products have none', () => {
    const withStock = demoProducts.filter(
      ({ stock = null }) => stock !== null && Number.isInteger(stock) && stock > 0,
    );
    const withoutStock = demoProducts.filter(({ stock }) => stock === null);
    expect(withStock.length + withoutStock.length).toBe(demoProducts.length);
    expect(new Set(withoutStock.map(({ type }) => type))).toEqual(new Set(['digital']));
    expect(withoutStock.length * 2).toBeGreaterThan(
      demoProducts.filter(({ type }) => type === 'digital').length,
    );
  });
});
