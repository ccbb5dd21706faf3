import { type SearchQuery, type Term, type Token, tokensOf } from '../../core/search.ts';

/** A phrase must match within one of the two. */
export type SearchTokens = { readonly name: readonly Token[]; readonly code: readonly Token[] };

export const searchTokensOf = (name: string, code: string): SearchTokens => ({
  name: tokensOf(name),
  code: tokensOf(code),
});

/** Ignores accents. A query without a token matches nothing. */
export const matchesSearch = ({ terms }: SearchQuery, tokens: SearchTokens): boolean =>
  terms.length > 0 && terms.every((term) => matchesTerm(tokens, term, 'folded'));

/** See `ProductKey`. */
export const tierOf = ({ terms }: SearchQuery, tokens: SearchTokens): number =>
  terms.every((term) => matchesTerm(tokens, term, 'exact')) ? 1 : 0;

type Form = keyof Token;

const matchesTerm = ({ name, code }: SearchTokens, term: Term, form: Form): boolean =>
  [name, code].some((tokens) => tokens.some((_, at) => matchesAt(tokens, at, term, form)));

const matchesAt = (
  tokens: readonly Token[],
  at: number,
  { tokens: searched, prefix }: Term,
  form: Form,
): boolean =>
  searched.every((token, offset) => {
    const found = tokens[at + offset]?.[form];
    const isPrefix = prefix && offset === searched.length - 1;
    return isPrefix ? found?.startsWith(token[form]) : found === token[form];
  });
