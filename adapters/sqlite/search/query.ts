import type { OrderStatus } from '../../../core/order.ts';
import type { SearchQuery, Term, Token } from '../../../core/search.ts';
import type { Condition } from '../select.ts';

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

/** The longest prefix, in characters, that each index finds at once; see `prefix` in the tables. */
const prefixLengthMax = { products: 5, orders: 12 } as const;

/** A term as the index stores it. FTS5 looks for `indexed`. If that is shorter, `text` must be compared as well. */
type Lexemes = { readonly text: string; readonly indexed: string; readonly prefix: boolean };

const lexemesOf = (
  { tokens, prefix }: Term,
  form: keyof Token,
  lengthMax: number,
  archived = false,
): Lexemes => {
  const text = joinTokens(tokens, form, archived);
  const lastLength = [...text.slice(text.lastIndexOf(' ') + 1)].length;
  const cut = prefix ? Math.max(0, lastLength - lengthMax) : 0;
  return { text, indexed: cut === 0 ? text : [...text].slice(0, -cut).join(''), prefix };
};

/**
 * Queries as FTS5 text (https://www.sqlite.org/fts5.html#full_text_query_syntax). Tokens contain only letters, marks
 * and digits and are quoted, so no user input becomes an operator.
 */
const render = (terms: readonly Lexemes[]): string =>
  terms.map(({ indexed, prefix }) => `"${indexed}"${prefix ? ' *' : ''}`).join(' AND ');

/** An empty phrase matches nothing, like a query without a token. */
const matchNothing = '""';

const isCut = ({ text, indexed }: Lexemes): boolean => text !== indexed;

/**
 * The names and codes that have a term, compared with their stored tokens. FTS5 would read all tokens with a prefix
 * that it has not indexed, again for each slice. The two spaces are in no term.
 */
const containsTerm = (columns: TokenColumns, { text, prefix }: Lexemes): [sql: string, value: string] => [
  `instr(' ' || s.${columns[0]} || '  ' || s.${columns[1]} || ' ', ?) > 0`,
  ` ${text}${prefix ? '' : ' '}`,
];

type TokenColumns = readonly [name: string, code: string];
const tokenColumns: Readonly<Record<keyof Token, TokenColumns>> = {
  folded: ['name', 'code'],
  exact: ['exact_name', 'exact_code'],
};

const cutTerms = (terms: readonly Lexemes[], form: keyof Token): readonly Condition[] =>
  terms.filter(isCut).map((term) => containsTerm(tokenColumns[form], term));

/** Whether the matches have the accents that were typed. */
export type Accents = 'as typed' | 'different';

/** The products that contain all terms, with the accents as typed or with different ones. */
export const productMatch = (
  query: SearchQuery,
  accents: Accents,
  archived: boolean,
): readonly Condition[] => {
  const match = (text: string): Condition => ['s.product_search match ?', text];
  if (query.terms.length === 0) return [match(matchNothing)];
  const termsIn = (form: keyof Token) =>
    query.terms.map((term) => lexemesOf(term, form, prefixLengthMax.products, archived));
  const [folded, exact] = [termsIn('folded'), termsIn('exact')];
  const inFolded = cutTerms(folded, 'folded');
  if (accents === 'as typed')
    return [match(`(${render(folded)}) AND (${render(exact)})`), ...inFolded, ...cutTerms(exact, 'exact')];
  if (!exact.some(isCut)) return [match(`(${render(folded)}) NOT (${render(exact)})`), ...inFolded];
  const inExact = exact.map((term) => containsTerm(tokenColumns.exact, term));
  const others: Condition = [
    `not (${inExact.map(([text]) => text).join(' and ')})`,
    ...inExact.map(([, value]) => value),
  ];
  return [match(render(folded)), ...inFolded, others];
};

/** The orders that contain all terms with any accents, narrowed by facets. */
export const orderMatch = (query: SearchQuery, facets: Facets): readonly Condition[] => {
  const match = (text: string): Condition => ['s.order_search match ?', text];
  if (query.terms.length === 0) return [match(matchNothing)];
  const terms = query.terms.map((term) => lexemesOf(term, 'folded', prefixLengthMax.orders));
  const text = [...facetsOf(facets).map((facet) => `"${facet}"`), render(terms)].join(' AND ');
  return [match(text), ...cutTerms(terms, 'folded')];
};

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
