import type { OrderStatus } from '../../../core/order.ts';
import type { SearchQuery, Token } from '../../../core/search.ts';
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
const prefixLengthMax = { product_search: 5, order_search: 12 } as const;
type Table = keyof typeof prefixLengthMax;

/** Positions of rows, below `below` and from `from`. */
export type RowWindow = { readonly below: number; readonly from: number };

/** A term of a query as the index stores it: lexemes between spaces. */
type StoredTerm = { readonly text: string; readonly prefix: boolean };

const storedTerms = ({ terms }: SearchQuery, form: keyof Token, archived = false): readonly StoredTerm[] =>
  terms.map(({ tokens, prefix }) => ({ text: joinTokens(tokens, form, archived), prefix }));

/** What FTS5 is asked for: a lexeme, or all lexemes with a prefix. */
const lexemesOf = (terms: readonly StoredTerm[], table: Table): readonly string[] =>
  terms.flatMap(({ text, prefix }) => {
    const lexemes = text.split(' ');
    const last = prefix ? [...(lexemes.pop() ?? '')].slice(0, prefixLengthMax[table]).join('') : null;
    return [...lexemes.map(quote), ...(last === null ? [] : [`${quote(last)} *`])];
  });

/**
 * A query as FTS5 text (https://www.sqlite.org/fts5.html#full_text_query_syntax). Lexemes contain only letters, marks,
 * digits and signs without a quote, so no user input becomes an operator.
 */
const quote = (lexeme: string): string => `"${lexeme}"`;

/**
 * The rows of a window that have all lexemes. FTS5 is asked for one at a time: asked for several at once, or for a
 * phrase, it reads on to the next row that has them all, however far that is outside of the window. The first lexeme
 * leads, so that the others are only read where it is found. A long word is rarer than a short one.
 */
const hasLexemes = (
  table: Table,
  facets: readonly string[],
  lexemes: readonly string[],
  { below, from }: RowWindow,
): readonly Condition[] => {
  const inWindow = 'rowid < cast(? as integer) and s.rowid >= cast(? as integer)';
  const [first, ...others] = new Set([
    ...facets.map(quote),
    ...lexemes.toSorted((a, b) => b.length - a.length),
  ]);
  return [
    [`s.${table} match ? and s.${inWindow}`, first ?? matchNothing, below, from],
    ...others.map(
      (lexeme): Condition => [
        // The plus: otherwise the planner asks FTS5 anew for each of these rows.
        `+s.rowid in (select s.rowid from ${table} s where s.${table} match ? and s.${inWindow})`,
        ...[lexeme, below, from],
      ],
    ),
  ];
};

/** An empty phrase matches nothing, like a query without a token. */
const matchNothing = '""';

const tokenColumns = { folded: ['name', 'code'], exact: ['exact_name', 'exact_code'] } as const;

/** Compares terms with the stored tokens, because FTS5 was asked for lexemes. The two spaces are in no term. */
const compareTerms = (
  has: 'all' | 'not all',
  terms: readonly StoredTerm[],
  form: keyof Token,
): readonly Condition[] => {
  const [name, code] = tokenColumns[form];
  const missing = `select 1 from json_each(?) t where instr(' ' || s.${name} || '  ' || s.${code} || ' ', t.value) = 0`;
  const texts = terms.map(({ text, prefix }) => ` ${text}${prefix ? '' : ' '}`);
  if (has === 'all' && terms.length === 0) return [];
  return [[`${has === 'all' ? 'not exists' : 'exists'} (${missing})`, JSON.stringify(texts)]];
};

/** Terms that are more than one whole lexeme. The others are compared by FTS5. */
const isCompound = ({ text, prefix }: StoredTerm): boolean => prefix || text.includes(' ');

/** Whether the matches have the accents that were typed. */
export type Accents = 'as typed' | 'different';

/** The products that contain all terms, with the accents as typed or with different ones. */
export const productMatch = (
  query: SearchQuery,
  accents: Accents,
  archived: boolean,
  window: RowWindow,
): readonly Condition[] => {
  const folded = storedTerms(query, 'folded', archived);
  const exact = storedTerms(query, 'exact', archived);
  const asked = lexemesOf(accents === 'as typed' ? exact : folded, 'product_search');
  return [
    ...hasLexemes('product_search', [], asked, window),
    ...(accents === 'as typed'
      ? [...compareTerms('all', exact.filter(isCompound), 'exact'), ...compareTerms('all', folded, 'folded')]
      : [
          ...compareTerms('all', folded.filter(isCompound), 'folded'),
          ...compareTerms('not all', exact, 'exact'),
        ]),
  ];
};

/** The orders that contain all terms with any accents, narrowed by facets. */
export const orderMatch = (query: SearchQuery, facets: Facets, window: RowWindow): readonly Condition[] => {
  const terms = storedTerms(query, 'folded');
  const lexemes = lexemesOf(terms, 'order_search');
  return [
    ...hasLexemes('order_search', lexemes.length === 0 ? [] : facetsOf(facets), lexemes, window),
    ...compareTerms('all', terms.filter(isCompound), 'folded'),
  ];
};

/** The same in orders that another index has found. FTS5 is not asked: it would be asked anew for each of them. */
export const ownOrderMatch = (query: SearchQuery, { below, from }: RowWindow): readonly Condition[] => [
  ['o.position < ? and o.position >= ?', below, from],
  // A query without a token finds nothing, as with FTS5.
  ...(query.terms.length === 0 ? [['false'] as const] : []),
  ...compareTerms('all', storedTerms(query, 'folded'), 'folded'),
];

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
