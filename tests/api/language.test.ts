import { expect, test } from 'bun:test';
import { preferredLanguage, primaryLanguage } from '../../api/http/language.ts';

test.each([
  ['vi', 'vi'],
  ['en-GB', 'en'],
  ['EN_us', 'en'],
  ['fr', null],
  ['', null],
  ['english', null],
])('The primary language of %p is %p', (tag, language) => {
  expect(primaryLanguage(tag)).toBe(language);
});

test.each([
  [null, null],
  ['', null],
  ['*', null],
  ['vi', 'vi'],
  ['vi-VN,vi;q=0.9,en-US;q=0.8', 'vi'],
  ['vi;q=0.5, en', 'en'],
  ['de, fr;q=0.9, en;q=0.1', 'en'],
  ['en;q=0', null],
  ['en;q=nonsense, vi;q=0.1', 'vi'],
  ['en;Q=0.1;x=y , vi ; q = 0.2', 'vi'],
  [`${'de,'.repeat(10_000)}en`, null],
])('The Accept-Language header %p prefers the mail language %p', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});
