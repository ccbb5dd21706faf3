import { queryOf } from '../../shared/query.ts';

export const ordersPath = '/console/orders';
export const orderPath = (id: string): string => `${ordersPath}/${encodeURIComponent(id)}`;
export const ordersOfCustomerPath = (customerId: string): string => ordersPath + queryOf({ customerId });
/** The orders of a checkout, by its number for people. */
export const ordersOfNumberPath = (number: string): string => ordersPath + queryOf({ number });
/** What the shop holds of a person. The id may have every visible character, so it is in the query. */
export const personPath = (customer: string): string => `/console/people${queryOf({ customer })}`;
export const refundsPath = '/console/refunds';
export const refundPath = (id: string): string => refundsPath + queryOf({ refund: id });
export const casesPath = (check: string): string => `/console/money/${encodeURIComponent(check)}`;
