import { tokensOf } from '../../../core/search.ts';

/** The stored tokens of a name and a code. Two spaces separate the two; see the SQL function `name_vector`. */
export const storedTokens = (
  name: string,
  code: string,
): { readonly folded: string; readonly exact: string } => {
  const fields = [tokensOf(name), tokensOf(code)];
  const joined = (form: 'folded' | 'exact') =>
    fields.map((tokens) => tokens.map((token) => token[form]).join(' ')).join('  ');
  return { folded: joined('folded'), exact: joined('exact') };
};
