import { parseQuery, type SearchQuery } from '../../core/search.ts';

/** One question as each side is asked it. The names are those of `tests/postgres/volume.ts`. */
export type Asked = {
  readonly search: SearchQuery | null;
  /** Of a tsquery. */
  readonly text: string;
  /** Patterns that all have to match, in a name that begins and ends with a space. */
  readonly patterns: readonly string[];
};

/** A kind of question: terms rotate, so that no page is asked for twice in a row. */
export type Kind = { readonly name: string; readonly ask: (turn: number, products: number) => Asked };

const word = (text: string): Asked => ({
  search: parseQuery(`"${text}"`),
  text: `'${text}'`,
  patterns: [`% ${text} %`],
});

const both = (a: string, b: string): Asked => ({
  search: parseQuery(`"${a}" "${b}"`),
  text: `'${a}' & '${b}'`,
  patterns: [`% ${a} %`, `% ${b} %`],
});

const phrase = (a: string, b: string): Asked => ({
  search: parseQuery(`"${a} ${b}"`),
  text: `'${a}' <-> '${b}'`,
  patterns: [`% ${a} ${b} %`],
});

const begun = (text: string): Asked => ({
  search: parseQuery(text),
  text: `'${text}':*`,
  patterns: [`% ${text}%`],
});

/** Counts are of a million orders. */
export const kinds: readonly Kind[] = [
  { name: 'word in 200', ask: (turn, products) => word(`ma${(turn * 37) % (products / 10)}`) },
  { name: 'word in 10k', ask: (turn) => word(`hieu${(turn * 37) % 100}`) },
  { name: 'word in 300k', ask: (turn) => word(`loai${turn % 3}`) },
  { name: 'two words', ask: (turn) => both(`hieu${(turn * 37) % 100}`, `loai${turn % 3}`) },
  { name: 'phrase', ask: (turn) => phrase(`loai${turn % 3}`, `hieu${(turn * 37) % 100}`) },
  { name: 'begun word', ask: (turn) => begun(`ma${10 + ((turn * 37) % 90)}`) },
  { name: 'old word in 10k', ask: (turn) => word(`xua${(turn * 7) % 30}`) },
];
