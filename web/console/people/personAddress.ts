import { queryOf } from '../../shared/query.ts';

/** The id may have every visible character, so it is in the query. */
export const personPath = (customer: string): string => `/console/people${queryOf({ customer })}`;
export const ordersOfPersonPath = (customerId: string): string => `/console/orders${queryOf({ customerId })}`;
export const orderPath = (id: string): string => `/console/orders/${encodeURIComponent(id)}`;
export const erasuresPath = (target: string): string =>
  `/console/activity${queryOf({ action: 'customer.erase', target })}`;
