import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../frame/site.ts';
import type { List } from '../shared/types.ts';
import { useConsole } from './console.ts';

export type ListState<Item> = {
  /** Null before the first answer. The old ones stay while new ones are loaded, and where they do not come. */
  readonly items: readonly Item[] | null;
  readonly nextCursor: string | null;
  readonly isLoading: boolean;
  readonly failure: CallFailure | null;
};

/** As many questions as one goes back over. */
const keptMax = 20;

/** Keeps the last answer to a question, for Back. With too many, the one that was kept longest ago is forgotten. */
export const keepList = (lists: Map<string, List<unknown>>, address: string, list: List<unknown>): void => {
  lists.delete(address);
  lists.set(address, list);
  const [oldest = ''] = lists.keys();
  if (lists.size > keptMax) lists.delete(oldest);
};

/**
 * A list of the API by its path and question, such as `/queue/tasks?state=failed`. It is asked for when the path changes,
 * when the page comes back, and by `load`. The newest question wins.
 */
export const useList = <Item>(path: string): ListState<Item> & { readonly load: () => Promise<void> } => {
  const { call, lists, refreshes } = useConsole();
  const [state, show] = useState<ListState<Item>>({
    items: null,
    nextCursor: null,
    isLoading: true,
    failure: null,
  });
  const asking = useRef(new AbortController());
  // A command may end when the page shows another list by now.
  const latest = useRef(path);
  latest.current = path;

  const load = async (): Promise<void> => {
    asking.current.abort();
    const mine = new AbortController();
    asking.current = mine;
    show((last) => ({ ...last, isLoading: true, failure: null }));
    const asked = latest.current;
    const outcome = await call<List<Item>>({ method: 'GET', path: asked, signal: mine.signal });
    if (mine.signal.aborted || outcome.kind === 'aborted') return;
    if (outcome.kind !== 'ok') return show((last) => ({ ...last, isLoading: false, failure: outcome }));
    const { items, nextCursor } = outcome.value;
    keepList(lists, asked, outcome.value);
    show({ items, nextCursor, isLoading: false, failure: null });
  };

  // Before the page is drawn, so that what is known already is there at once.
  useLayoutEffect(() => {
    const known = lists.get(path) as List<Item> | undefined;
    if (known !== undefined)
      show({ items: known.items, nextCursor: known.nextCursor, isLoading: true, failure: null });
    void load();
  }, [path]);
  useEffect(() => () => asking.current.abort(), []);
  const refreshed = refreshes.value;
  useEffect(() => {
    if (refreshed > 0) void load();
  }, [refreshed]);
  return { ...state, load };
};
