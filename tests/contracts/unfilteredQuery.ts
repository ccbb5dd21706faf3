import type { OrderQuery } from '../../core/order.ts';

/** The first 100 orders, whatever they are. */
export const unfilteredQuery: OrderQuery = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  number: null,
  after: null,
  limit: 100,
};
