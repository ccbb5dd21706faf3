import { expect, test } from 'bun:test';
import { invoiceNumber, invoiceYear } from '../../core/invoice.ts';
import { licenceKey } from '../../core/licence.ts';
import { testWorld } from '../world.ts';

test('a licence key is twenty characters that nobody misreads, any of them as likely as another', () => {
  const { random } = testWorld(0, 1);
  const keys = Array.from({ length: 2_000 }, () => licenceKey(random));
  for (const key of keys) expect(key).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(keys).size).toBe(keys.length);
  const seen = Map.groupBy(keys.join('').replaceAll('-', ''), (character) => character);
  expect(seen.size).toBe(32);
  // 1,250 of each are expected, give or take 35; ten times that is far from luck.
  for (const some of seen.values()) expect(some.length).toBeWithin(900, 1_600);
});

test('an invoice number has its year, in universal time, and six digits at least', () => {
  expect(invoiceYear(Date.UTC(2026, 11, 31, 23, 59, 59, 999))).toBe(2026);
  expect(invoiceYear(Date.UTC(2027, 0, 1))).toBe(2027);
  expect(invoiceNumber(2026, 1)).toBe('2026-000001');
  expect(invoiceNumber(2026, 1_234_567)).toBe('2026-1234567');
});
