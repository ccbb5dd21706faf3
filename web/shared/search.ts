import type { Outcome, Refused, SignedOut, Unanswered } from './outcome.ts';
import type { List } from './types.ts';

export type SearchPorts<Item> = {
  readonly ask: (query: string, cursor: string | null, signal: AbortSignal) => Promise<Outcome<List<Item>>>;
  readonly setTimer: (work: () => void, ms: number) => () => void;
  readonly show: (state: SearchState<Item>) => void;
};

export type SearchState<Item> = {
  /** What stands in the field. */
  readonly query: string;
  /** Null before the first answer. The old ones stay while new ones are loaded. */
  readonly items: readonly Item[] | null;
  readonly nextCursor: string | null;
  readonly isLoading: boolean;
  readonly failure: Refused | SignedOut | Unanswered | null;
};

/** Short enough to feel immediate, and long enough not to ask for each letter of a fast typist. */
const typingPauseMs = 150;

/** Longer ones are refused by the API. */
const queryMax = 200;

/**
 * A list that is searched as one types. The newest question wins: an older one is aborted, and its answer is not shown
 * even where it comes later.
 */
export const createSearch = <Item>({ ask, setTimer, show }: SearchPorts<Item>) => {
  let state: SearchState<Item> = {
    query: '',
    items: null,
    nextCursor: null,
    isLoading: false,
    failure: null,
  };
  let current = new AbortController();
  let clearTimer = () => {};

  const change = (next: Partial<SearchState<Item>>): void => {
    state = { ...state, ...next };
    show(state);
  };

  const load = async (cursor: string | null): Promise<void> => {
    clearTimer();
    current.abort();
    const mine = new AbortController();
    current = mine;
    change({ isLoading: true, failure: null });
    const outcome = await ask(state.query.slice(0, queryMax).trim(), cursor, mine.signal);
    if (current !== mine || outcome.kind === 'aborted') return;
    if (outcome.kind !== 'ok') return change({ isLoading: false, failure: outcome });
    const { items, nextCursor } = outcome.value;
    const before = cursor === null ? [] : (state.items ?? []);
    change({ items: [...before, ...items], nextCursor, isLoading: false });
  };

  return {
    state: (): SearchState<Item> => state,

    /** The field has another text. Asks when the typist pauses. */
    type: (query: string): void => {
      if (query === state.query) return;
      clearTimer();
      current.abort();
      change({ query, isLoading: true, failure: null });
      clearTimer = setTimer(() => void load(null), typingPauseMs);
    },

    /** Asks at once: on Enter, at the start, and to try again. */
    load: (): Promise<void> => load(null),

    /** Adds the next page. */
    more: (): Promise<void> =>
      state.nextCursor === null || state.isLoading ? Promise.resolve() : load(state.nextCursor),

    close: (): void => {
      clearTimer();
      current.abort();
      current = new AbortController();
    },
  };
};
