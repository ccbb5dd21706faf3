import { err, ok, type Result } from 'neverthrow';
import { parseUuid } from '../../core/id.ts';

/**
 * Reads the id in a path, in lower case as stored. A malformed id is `not_found` too, because nothing has that
 * id. The router passes undefined if it cannot decode the path.
 */
export const idOf = (params: {
  readonly id?: string | undefined;
}): Result<string, { readonly kind: 'not_found' }> => {
  const id = parseUuid(params.id ?? '');
  return id === null ? err({ kind: 'not_found' }) : ok(id);
};
