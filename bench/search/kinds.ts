import { parseQuery, type SearchQuery } from '../../core/search.ts';

/** One query, in the form that each contender needs. The words are those of `tests/postgres/volume.ts`. */
export type SearchTerms = {
  readonly search: SearchQuery | null;
  /** The same, as a client writes it. */
  readonly q: string;
  /** The text of a tsquery. */
  readonly text: string;
  /** ILIKE patterns that must all match a name with a space before and after it. */
  readonly patterns: readonly string[];
};

/** A kind of query. Its terms rotate, so that no page is read twice in a row. */
export type QueryKind = {
  readonly name: string;
  readonly termsAt: (turn: number, products: number) => SearchTerms;
};

const typed = (q: string) => ({ q, search: parseQuery(q) });

const word = (text: string): SearchTerms => ({
  ...typed(`"${text}"`),
  text: `'${text}'`,
  patterns: [`% ${text} %`],
});

const both = (a: string, b: string): SearchTerms => ({
  ...typed(`"${a}" "${b}"`),
  text: `'${a}' & '${b}'`,
  patterns: [`% ${a} %`, `% ${b} %`],
});

const phrase = (a: string, b: string): SearchTerms => ({
  ...typed(`"${a} ${b}"`),
  text: `'${a}' <-> '${b}'`,
  patterns: [`% ${a} ${b} %`],
});

const prefix = (text: string): SearchTerms => ({
  ...typed(text),
  text: `'${text}':*`,
  patterns: [`% ${text}%`],
});

/** The counts in the names are for a million orders. */
export const queryKinds: readonly QueryKind[] = [
  { name: 'word in 200', termsAt: (turn, products) => word(`ma${(turn * 37) % (products / 10)}`) },
  { name: 'word in 10k', termsAt: (turn) => word(`hieu${(turn * 37) % 100}`) },
  { name: 'word in 300k', termsAt: (turn) => word(`loai${turn % 3}`) },
  { name: 'two words', termsAt: (turn) => both(`hieu${(turn * 37) % 100}`, `loai${turn % 3}`) },
  { name: 'phrase', termsAt: (turn) => phrase(`loai${turn % 3}`, `hieu${(turn * 37) % 100}`) },
  { name: 'word prefix', termsAt: (turn) => prefix(`ma${10 + ((turn * 37) % 90)}`) },
  { name: 'old word in 10k', termsAt: (turn) => word(`xua${(turn * 7) % 30}`) },
];
