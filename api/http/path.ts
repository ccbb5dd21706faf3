import { err, ok, type Result } from 'neverthrow';
import { parseUuid } from '../../core/id.ts';

/**
 * The id in a path, in the form that it is stored in. What is no id names nothing, so it is `not_found` too;
 * the router gives undefined for what cannot be decoded.
 */
export const idOf = (params: {
  readonly id?: string | undefined;
}): Result<string, { readonly kind: 'not_found' }> => {
  const id = parseUuid(params.id ?? '');
  return id === null ? err({ kind: 'not_found' }) : ok(id);
};
