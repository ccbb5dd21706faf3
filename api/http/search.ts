import { t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { parseQuery, queryLengthMax, type SearchQuery } from '../../core/search.ts';
import { type ValidationFailure, validationFailure } from './check.ts';

/** Any text is a valid search. Only its length is limited. */
export const searchParameter = t.String({
  description: `Words of the product’s name or code. The last word may be a prefix. Words in quotes are a phrase. Equal words count once, and of more than 12 the first 12 are asked for. At most ${queryLengthMax} characters.`,
  documented: { maxLength: queryLengthMax },
});

/** Parses the search text. Null without one. */
export const readSearch = (text: string | undefined): Result<SearchQuery | null, ValidationFailure> => {
  if (text === undefined) return ok(null);
  // A code point has at most two UTF-16 units, so a very long text is rejected without counting its code
  // points.
  const tooLong = text.length > 2 * queryLengthMax || [...text].length > queryLengthMax;
  if (!tooLong) return ok(parseQuery(text));
  return err(validationFailure([{ path: '/q', message: `Expected at most ${queryLengthMax} characters` }]));
};
