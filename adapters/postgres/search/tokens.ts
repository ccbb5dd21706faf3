import { tokensOf } from '../../../core/search.ts';

/** What is stored of a name and a code to find them by; two spaces part them: see the function name_vector. */
export const storedTokens = (
  name: string,
  code: string,
): { readonly folded: string; readonly exact: string } => {
  const fields = [tokensOf(name), tokensOf(code)];
  const joined = (form: 'folded' | 'exact') =>
    fields.map((words) => words.map((word) => word[form]).join(' ')).join('  ');
  return { folded: joined('folded'), exact: joined('exact') };
};
