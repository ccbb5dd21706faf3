import type { OrderStatus } from '../../../core/order.ts';
import type { SearchQuery, Token } from '../../../core/search.ts';

/** Tokens as the index stores them: folded, or as written after a character that no token contains. */
const lexemes: Readonly<Record<keyof Token, (token: Token) => string>> = {
  folded: ({ folded }) => folded,
  exact: ({ exact }) => `\u{e000}${exact}`,
};

/** The prefix of each token of an archived product, so that only a search of archived products reads it. */
const archivedMark = '\u{e004}';

/** FTS5 splits the text at the spaces again. */
export const joinTokens = (tokens: readonly Token[], form: keyof Token, archived = false): string =>
  tokens.map((token) => `${archived ? archivedMark : ''}${lexemes[form](token)}`).join(' ');

/**
 * Queries as FTS5 text (https://www.sqlite.org/fts5.html#full_text_query_syntax). Tokens contain only letters, marks
 * and digits and are quoted, so no user input becomes an operator.
 */
const render = ({ terms }: SearchQuery, form: keyof Token, archived = false): string =>
  terms
    .map(({ tokens, prefix }) => `"${joinTokens(tokens, form, archived)}"${prefix ? ' *' : ''}`)
    .join(' AND ');

/** An empty phrase matches nothing, like a query without a token. */
const matchNothing = '""';

/** Whether the matches have the accents that were typed. */
export type Accents = 'as typed' | 'different';

/** The products that contain all terms, with the accents as typed or with different ones. */
export const productText = (query: SearchQuery, accents: Accents, archived: boolean): string => {
  if (query.terms.length === 0) return matchNothing;
  const [folded, exact] = [render(query, 'folded', archived), render(query, 'exact', archived)];
  return `(${folded}) ${accents === 'as typed' ? 'AND' : 'NOT'} (${exact})`;
};

/** The orders that contain all terms with any accents, narrowed by facets. */
export const orderText = (query: SearchQuery, facets: Facets): string =>
  query.terms.length === 0
    ? matchNothing
    : [...facetsOf(facets).map((facet) => `"${facet}"`), render(query, 'folded')].join(' AND ');

type Facets = {
  readonly customerId: string | null;
  readonly type: string | null;
  readonly status: OrderStatus | null;
};

/**
 * Extra tokens of an order for its customer, its type and its rare status, so that FTS5 reads only matching rows. Each
 * is one private-use character, which no other token contains. A facet only narrows: two customers may share one, so
 * the statement compares the columns too.
 */
export const facetsOf = ({ customerId, type, status }: Facets): readonly string[] => [
  ...(customerId === null ? [] : [privateUse(0xf0000, customerId)]),
  ...(type === null ? [] : [privateUse(0x100000, type)]),
  ...(status === null ? [] : statusFacets[status]),
];

/** The trigger `orders_end` writes them too. The status is the last facet, because only the status changes. */
const statusFacets: Readonly<Record<OrderStatus, readonly string[]>> = {
  pending: [],
  paying: [],
  paid: [],
  completed: [],
  failed: ['\u{e001}'],
  cancelled: ['\u{e002}'],
  refunded: ['\u{e003}'],
};

/** One of the 65,534 characters of a private-use plane, chosen by the FNV-1a hash of `text`. */
const privateUse = (plane: number, text: string): string => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return String.fromCodePoint(plane + (hash % 65_534));
};
