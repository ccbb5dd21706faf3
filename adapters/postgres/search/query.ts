import type { OrderQuery } from '../../../core/order.ts';
import type { SearchQuery, Token } from '../../../core/search.ts';

/**
 * The text of a tsquery. Tokens have letters, marks and digits only. So it is enough to quote them, and no text of a
 * user becomes an operator. A query without terms finds nothing, because no vector has the empty token `=`.
 */
const tsqueryOf = ({ terms }: SearchQuery, lexemeOf: (token: Token) => string): string =>
  terms
    .map(({ tokens, prefix }) => {
      const phrase = tokens.map((token) => `'${lexemeOf(token)}'`).join(' <-> ');
      return prefix ? `${phrase}:*` : `(${phrase})`;
    })
    .join(' & ') || `'='`;

/** The text of a tsquery that ignores accents. */
export const foldedQuery = (query: SearchQuery): string => tsqueryOf(query, ({ folded }) => folded);

/** The text of a tsquery with the accents as typed. In the vector, such a token has the prefix `=`. */
export const exactQuery = (query: SearchQuery): string => tsqueryOf(query, ({ exact }) => `=${exact}`);

/**
 * The text of a tsquery for the search and the type of orders. A type is the token `#<type>` (see the table
 * `product_snapshot`). Null: every order matches.
 */
export const orderText = ({ search, type }: Pick<OrderQuery, 'search' | 'type'>): string | null =>
  [
    ...(search === null ? [] : [foldedQuery(search)]),
    ...(type === null ? [] : [`'#${type.replace(/['\\]/g, '$&$&')}'`]),
  ].join(' & ') || null;
