import { describe, expect, test } from 'bun:test';
import { currencies, decimalsOf, isCurrency } from '../../core/currency.ts';

describe('ISO 4217', () => {
  test('The list has 165 codes of three upper case letters, none twice', () => {
    expect(new Set(currencies).size).toBe(165);
    expect(currencies.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  });

  test.each([
    ['VND', 0],
    ['JPY', 0],
    ['KRW', 0],
    ['ISK', 0],
    ['UGX', 0],
    ['UYI', 0],
    ['USD', 2],
    ['EUR', 2],
    ['MGA', 2],
    ['MRU', 2],
    ['LAK', 2],
    ['SLE', 2],
    ['VED', 2],
    ['VES', 2],
    ['XCG', 2],
    ['ZWG', 2],
    ['BHD', 3],
    ['IQD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
  ])('%s is a currency with %d decimals', (code, decimals) => {
    expect(isCurrency(code)).toBe(true);
    expect(decimalsOf(code)).toBe(decimals);
  });

  test.each([
    ['no currency, and the code for tests', ['XXX', 'XTS']],
    ['metals', ['XAU', 'XAG', 'XPT', 'XPD']],
    ['units of account without a minor unit', ['XDR', 'XSU', 'XUA', 'XBA', 'XBB', 'XBC', 'XBD']],
    ['withdrawn currencies', ['DEM', 'ITL', 'HRK', 'ANG', 'BGN', 'CUC', 'SLL', 'ZWL', 'USS', 'VEF']],
    ['codes that only runtimes know', ['CNH', 'CNX', 'ESB']],
    ['what is no code', ['vnd', 'XX', '', 'DONG', 'VND ', 'constructor']],
  ])('Refused: %s', (_, codes) => {
    expect(codes.filter(isCurrency)).toEqual([]);
  });
});
