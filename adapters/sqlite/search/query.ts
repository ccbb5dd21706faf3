import type { OrderStatus } from '../../../core/order.ts';
import type { SearchQuery, Token } from '../../../core/search.ts';

/** Words as they stand in the index: folded, or as written, behind a character that no word holds. */
const lexemes: Readonly<Record<keyof Token, (word: Token) => string>> = {
  folded: ({ folded }) => folded,
  exact: ({ exact }) => `\u{e000}${exact}`,
};

/** As FTS5 is to cut them again: at spaces. */
export const joined = (words: readonly Token[], form: keyof Token): string =>
  words.map(lexemes[form]).join(' ');

/**
 * Queries as FTS5 text (https://www.sqlite.org/fts5.html#full_text_query_syntax). Words hold letters, marks
 * and digits only and stand in quotes, so that no text of a user becomes an operator.
 */
const render = ({ terms }: SearchQuery, form: keyof Token): string =>
  terms.map(({ tokens: words, prefix }) => `"${joined(words, form)}"${prefix ? ' *' : ''}`).join(' AND ');

/** An empty phrase: what a query without a word finds. */
const nothing = '""';

/** Products that hold the words, whatever their accents; `exactly` with the accents as typed, or without. */
export const productText = (query: SearchQuery, exactly: boolean): string =>
  query.terms.length === 0
    ? nothing
    : `(${render(query, 'folded')}) ${exactly ? 'AND' : 'NOT'} (${render(query, 'exact')})`;

/** Orders that hold the words, whatever their accents, among those of a customer, of a type, or that ended so. */
export const orderText = (query: SearchQuery, facets: Facets): string =>
  query.terms.length === 0
    ? nothing
    : [...facetsOf(facets).map((facet) => `"${facet}"`), render(query, 'folded')].join(' AND ');

type Facets = {
  readonly customerId: string | null;
  readonly type: string | null;
  readonly status: OrderStatus | null;
};

/**
 * What an order's words are joined by, so that FTS5 meets only orders of that customer, of that type, or that
 * ended so: one character each, of those for private use, which no word holds. They only narrow: two customers
 * may share one, and the statement still compares the columns.
 */
export const facetsOf = ({ customerId, type, status }: Facets): readonly string[] => [
  ...(customerId === null ? [] : [privateUse(0xf0000, customerId)]),
  ...(type === null ? [] : [privateUse(0x100000, type)]),
  ...(status === null ? [] : ends[status]),
];

/** The trigger `orders_end` writes them: last, since an order's status changes and its other facets do not. */
const ends: Readonly<Record<OrderStatus, readonly string[]>> = {
  pending: [],
  paying: [],
  paid: [],
  completed: [],
  failed: ['\u{e001}'],
  cancelled: ['\u{e002}'],
  refunded: ['\u{e003}'],
};

/** One of the 65,534 characters of a plane for private use, by the FNV-1a hash of `text`. */
const privateUse = (plane: number, text: string): string => {
  let hash = 0x811c9dc5;
  for (const octet of new TextEncoder().encode(text)) hash = Math.imul(hash ^ octet, 0x01000193) >>> 0;
  return String.fromCodePoint(plane + (hash % 65_534));
};
