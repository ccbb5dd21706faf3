import { type SearchQuery, type Term, type Token, tokensOf } from '../../core/search.ts';

/** What a product or an order is found by. A phrase lies within one of the two. */
export type Findable = { readonly name: readonly Token[]; readonly code: readonly Token[] };

export const findableBy = (name: string, code: string): Findable => ({
  name: tokensOf(name),
  code: tokensOf(code),
});

/** Accents do not matter. A query without a word finds nothing. */
export const finds = ({ terms }: SearchQuery, findable: Findable): boolean =>
  terms.length > 0 && terms.every((term) => holds(findable, term, 'folded'));

/** As in `ProductKey`. */
export const tierOf = ({ terms }: SearchQuery, findable: Findable): number =>
  terms.every((term) => holds(findable, term, 'exact')) ? 1 : 0;

type Form = keyof Token;

const holds = ({ name, code }: Findable, term: Term, form: Form): boolean =>
  [name, code].some((words) => words.some((_, at) => standsAt(words, at, term, form)));

const standsAt = (
  words: readonly Token[],
  at: number,
  { tokens: wanted, prefix }: Term,
  form: Form,
): boolean =>
  wanted.every((want, offset) => {
    const word = words[at + offset]?.[form];
    const begun = prefix && offset === wanted.length - 1;
    return begun ? word?.startsWith(want[form]) : word === want[form];
  });
