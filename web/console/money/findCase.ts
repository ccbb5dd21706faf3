import type { Outcome } from '../../shared/outcome.ts';
import type { List } from '../../shared/types.ts';
import type { MoneyCase } from './moneyApi.ts';

/** More pages than new cases can push a case down while a dialog is open. */
const pagesMax = 20;

/**
 * The case as it is now. Null if the check does not have it, undefined if that is not known. The API has no call for one
 * case; its list is in the order of the ids, so a page that goes past the id says that the case is gone.
 */
export const findCase = async (
  ask: (cursor: string | null) => Promise<Outcome<List<MoneyCase>>>,
  from: string | null,
  caseId: string,
): Promise<MoneyCase | null | undefined> => {
  let cursor = from;
  for (let page = 1; page <= pagesMax; page++) {
    const outcome = await ask(cursor);
    if (outcome.kind !== 'ok') return undefined;
    const { items, nextCursor } = outcome.value;
    const found = items.find(({ id }) => id === caseId);
    if (found !== undefined) return found;
    const isPast = items.some(({ id }) => id > caseId);
    if (isPast || nextCursor === null) return null;
    cursor = nextCursor;
  }
  return undefined;
};
