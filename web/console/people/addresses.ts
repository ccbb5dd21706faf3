import { queryOf } from '../../shared/query.ts';

/** The erasures of a person, in the activity. */
export const erasuresPath = (target: string): string =>
  `/console/activity${queryOf({ action: 'customer.erase', target })}`;
