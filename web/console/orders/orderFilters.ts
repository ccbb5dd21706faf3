import { queryOf } from '../../shared/query.ts';

/** The filters of a list, as they stand in the address of its page and in the query of the API. */
export type Filters<Name extends string> = Readonly<Record<Name, string>>;

export const orderFilterNames = ['status', 'type', 'from', 'to', 'number', 'customerId'] as const;

export const refundFilterNames = ['status', 'orderId', 'refund'] as const;

/** One text for all filters, in one order, so that equal filters are equal texts. */
export const writeFilters = <Name extends string>(
  names: readonly Name[],
  filters: Partial<Filters<Name>>,
): string =>
  queryOf(Object.fromEntries(names.map((name) => [name, (filters[name] ?? '').trim()]))).replace(/^\?/, '');

/** What an address says. What is missing is empty, and what is no filter is left out. */
export const readFilters = <Name extends string>(
  names: readonly Name[],
  query: string | Readonly<Record<string, string | undefined>>,
): Filters<Name> => {
  const values = typeof query === 'string' ? Object.fromEntries(new URLSearchParams(query)) : query;
  return Object.fromEntries(names.map((name) => [name, values[name] ?? ''])) as Filters<Name>;
};
