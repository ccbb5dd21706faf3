import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { useLocation } from '../../frame/location.tsx';
import type { Outcome } from '../../shared/outcome.ts';
import { queryOf } from '../../shared/query.ts';
import { createSearch, type Question, type SearchState } from '../../shared/search.ts';
import type { List } from '../../shared/types.ts';
import { useConsole } from '../console.ts';
import { keepList } from '../useList.ts';
import { type Filters, readFilters, writeFilters } from './orderFilters.ts';

type FilteredListOptions<Item, Name extends string> = {
  readonly path: string;
  readonly names: readonly Name[];
  readonly ask: (
    query: Filters<Name> & { readonly q: string; readonly cursor: string | null },
    signal: AbortSignal,
  ) => Promise<Outcome<List<Item>>>;
};

/** A list whose text, filters and cursor stand in the address, so that Back, reload and a sent link show the same. */
export const useFilteredList = <Item, Name extends string>({
  path,
  names,
  ask,
}: FilteredListOptions<Item, Name>) => {
  const { lists, refreshes } = useConsole();
  const { query: address, route } = useLocation();
  const filters = readFilters(names, address);
  const question: Question = {
    query: address.q ?? '',
    filter: writeFilters(names, filters),
    cursor: address.cursor ?? null,
  };
  const addressOf = ({ query, filter, cursor }: Question): string =>
    path + queryOf({ q: query, ...readFilters(names, filter), cursor });
  const [state, show] = useState<SearchState<Item> | null>(null);
  const search = useMemo(
    () =>
      createSearch<Item>({
        ask: async (asked, signal) => {
          const outcome = await ask(
            { ...readFilters(names, asked.filter), q: asked.query, cursor: asked.cursor },
            signal,
          );
          if (outcome.kind === 'ok') keepList(lists, addressOf(asked), outcome.value);
          return outcome;
        },
        setTimer: (work, ms) => {
          const timer = setTimeout(work, ms);
          return () => clearTimeout(timer);
        },
        show,
        onAsk: (asked) => route(addressOf(asked), true),
        recall: (asked) => (lists.get(addressOf(asked)) as List<Item> | undefined) ?? null,
      }),
    [],
  );
  useEffect(() => search.close, [search]);
  // Before the page is drawn, so that what is known already is there at once.
  useLayoutEffect(() => {
    void search.open(question);
  }, [question.query, question.filter, question.cursor]);
  const refreshed = refreshes.value;
  useEffect(() => {
    if (refreshed > 0) void search.load();
  }, [refreshed]);
  return {
    ...(state ?? search.state()),
    search,
    filters,
    cursor: question.cursor,
    isFiltered: question.query !== '' || question.filter !== '',
    /** The first page of the list with one filter changed. */
    filter: (name: Name, value: string): void => {
      const filter = writeFilters(names, { ...filters, [name]: value });
      if (filter !== question.filter) route(addressOf({ ...question, filter, cursor: null }));
    },
    pageAddress: (cursor: string | null): string => addressOf({ ...question, cursor }),
  };
};
