import type { ProductDraft } from '../../core/product.ts';

/** Words that many names have, short ones, and a letter that decomposes into four words. */
const words = [
  ...[
    'áo',
    'thun',
    'nam',
    'nữ',
    'đồng',
    'hồ',
    'bò',
    'cà',
    'phê',
    'giày',
    'túi',
    'váy',
    'khăn',
    'kính',
    'bếp',
  ],
  ...[
    'samsung',
    'laptop',
    'electronics',
    'a',
    'b',
    'á',
    'ao',
    'zzz',
    '\ufdfa',
    'صلى',
    '日本',
    '本',
    'số',
    'tròn',
  ],
];

/** Always the same numbers from 0 to 1. */
const createNumbers = (): (() => number) => {
  let seed = 1;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
};

const wordsOf = (next: () => number, count: number, between: readonly string[]): string =>
  Array.from({ length: count }, () => pick(next, words) + pick(next, between)).join('');

const pick = (next: () => number, from: readonly string[]): string =>
  from[Math.floor(next() * from.length)] ?? '';

const firstCharacters = (text: string): string => [...text].slice(0, 200).join('');

/** Queries of up to 200 characters: common words, quotes, and one word many times. */
export const createHostileTexts = (count: number): readonly string[] => {
  const next = createNumbers();
  return Array.from({ length: count }, () =>
    firstCharacters(
      next() < 0.1
        ? `${next() < 0.5 ? '"' : ''}${pick(next, words).repeat(200)}`
        : wordsOf(next, 1 + Math.floor(next() * 25), [' ', ' ', ' ', '-', '"', '" "', '']),
    ),
  );
};

/** Names of the common words; one in ten is as long as a name can be, of letters or of U+FDFA. */
export const hostileProducts = (count: number): readonly ProductDraft[] => {
  const next = createNumbers();
  return Array.from({ length: count }, (_, index) => ({
    code: `ANY-${index}`,
    name: firstCharacters(
      index % 10 > 0 ? wordsOf(next, 12, [' ']) : index % 20 > 0 ? '\ufdfa'.repeat(200) : 'a b á '.repeat(40),
    ),
    type: 'physical',
    price: { amount: 1_000, currency: 'VND' },
    stock: null,
  }));
};
