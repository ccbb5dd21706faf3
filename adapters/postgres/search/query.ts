import type { OrderQuery } from '../../../core/order.ts';
import type { SearchQuery, Token } from '../../../core/search.ts';

/**
 * The text of a tsquery. Words hold letters, marks and digits only, so that quoting them is enough, and no
 * text of a user becomes an operator. A query without terms finds nothing: no vector holds the empty word `=`.
 */
const render = ({ terms }: SearchQuery, lexeme: (word: Token) => string): string =>
  terms
    .map(({ tokens: words, prefix }) => {
      const phrase = words.map((word) => `'${lexeme(word)}'`).join(' <-> ');
      return prefix ? `${phrase}:*` : `(${phrase})`;
    })
    .join(' & ') || `'='`;

/** Finds the words whatever their accents. */
export const foldedQuery = (query: SearchQuery): string => render(query, ({ folded }) => folded);

/** Finds them with the accents that were typed: such words stand in the vector behind a `=`. */
export const exactQuery = (query: SearchQuery): string => render(query, ({ exact }) => `=${exact}`);

/** What an order's words must hold, the type among them (see the table `label`); null where all will do. */
export const orderText = ({ search, type }: Pick<OrderQuery, 'search' | 'type'>): string | null =>
  [
    ...(search === null ? [] : [foldedQuery(search)]),
    ...(type === null ? [] : [`'#${type.replace(/['\\]/g, '$&$&')}'`]),
  ].join(' & ') || null;
