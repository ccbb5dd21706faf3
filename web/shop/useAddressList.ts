import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { useLocation } from '../frame/location.tsx';
import type { Outcome } from '../shared/outcome.ts';
import { queryOf } from '../shared/query.ts';
import { createSearch, type Question, type SearchState } from '../shared/search.ts';
import type { List } from '../shared/types.ts';
import { useShop } from './shop.ts';

type AddressListOptions<Item> = {
  /** The path of the page, and the name of its filter in the address. */
  readonly path: string;
  readonly filterName: string;
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Outcome<List<Item>>>;
  /** False while it is not known who asks. */
  readonly isReady?: boolean;
};

/** A list whose question stands in the address, so that Back, reload and a sent link show the same. */
export const useAddressList = <Item>({ path, filterName, ask, isReady = true }: AddressListOptions<Item>) => {
  const { lists, refreshes } = useShop();
  const { query: address, route } = useLocation();
  const question: Question = {
    query: address.q ?? '',
    filter: address[filterName] ?? '',
    cursor: address.cursor ?? null,
  };
  const addressOf = ({ query, filter, cursor }: Question): string =>
    path + queryOf({ q: query, [filterName]: filter, cursor });
  const [state, show] = useState<SearchState<Item> | null>(null);
  const search = useMemo(
    () =>
      createSearch<Item>({
        ask: async (asked, signal) => {
          const outcome = await ask(asked, signal);
          if (outcome.kind === 'ok') keep(lists, addressOf(asked), outcome.value);
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
    if (isReady) void search.open(question);
  }, [isReady, question.query, question.filter, question.cursor]);
  const refreshed = refreshes.value;
  useEffect(() => {
    if (refreshed > 0 && isReady) void search.load();
  }, [refreshed]);
  return { state: state ?? search.state(), search, question, addressOf };
};

/** More than a customer goes back over. */
const keptMax = 20;

const keep = (lists: Map<string, List<unknown>>, address: string, list: List<unknown>): void => {
  lists.delete(address);
  lists.set(address, list);
  const oldest = lists.keys().next().value;
  if (lists.size > keptMax && oldest !== undefined) lists.delete(oldest);
};
