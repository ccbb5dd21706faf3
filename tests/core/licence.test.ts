import { expect, test } from 'bun:test';
import { invoiceNumber } from '../../core/invoice.ts';
import { licenceKey } from '../../core/licence.ts';
import { createTestWorld } from '../world.ts';

test('A licence key has twenty characters that are hard to misread, all equally likely', () => {
  const { random } = createTestWorld(0, 1);
  const keys = Array.from({ length: 2_000 }, () => licenceKey(random));
  for (const key of keys) expect(key).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(keys).size).toBe(keys.length);
  const seen = Map.groupBy(keys.join('').replaceAll('-', ''), (character) => character);
  expect(seen.size).toBe(32);
  // 1,250 of each are expected, with a standard deviation of 35. The limits are ten times that away.
  for (const occurrences of seen.values()) expect(occurrences.length).toBeWithin(900, 1_600);
});

test('An invoice number has its year and at least six digits', () => {
  expect(invoiceNumber(2026, 1)).toBe('2026-000001');
  expect(invoiceNumber(2026, 1_234_567)).toBe('2026-1234567');
});
