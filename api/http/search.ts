import { t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { parseQuery, queryLengthMax, type SearchQuery } from '../../core/search.ts';
import { type Invalid, invalid } from './check.ts';

/** Any text is a search; only its length is bounded. */
export const q = t.String({
  description: `Words of the product’s name or code, the last one may be only begun; "in quotes" a phrase. At most ${queryLengthMax} characters.`,
});

/** Null where nothing is searched for. */
export const readSearch = (text: string | undefined): Result<SearchQuery | null, Invalid> => {
  if (text === undefined) return ok(null);
  // No text of more than twice as many UTF-16 units needs to be cut into code points to be counted.
  const tooLong = text.length > 2 * queryLengthMax || [...text].length > queryLengthMax;
  if (!tooLong) return ok(parseQuery(text));
  return err(invalid([{ path: '/q', message: `Expected at most ${queryLengthMax} characters` }]));
};
