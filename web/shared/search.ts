import type { Outcome, Refused, SignedOut, Unanswered } from './outcome.ts';
import type { List } from './types.ts';

/** What is asked for. All of it stands in the address of the page. */
export type Question = {
  readonly query: string;
  /** One of the page's filters, such as a status. Empty for all. */
  readonly filter: string;
  /** Of a further page. Null for the first one. */
  readonly cursor: string | null;
};

export type SearchPorts<Item> = {
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Outcome<List<Item>>>;
  readonly setTimer: (work: () => void, ms: number) => () => void;
  readonly show: (state: SearchState<Item>) => void;
  /** A question that was typed is asked now, so the address has to say so. */
  readonly onAsk?: (question: Question) => void;
  /** The last answer to this question, so that a page that one comes back to is there at once. */
  readonly recall?: (question: Question) => List<Item> | null;
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
export const createSearch = <Item>(ports: SearchPorts<Item>) => {
  const { ask, setTimer, show, onAsk, recall } = ports;
  let question: Question = { query: '', filter: '', cursor: null };
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

  const load = async (): Promise<void> => {
    clearTimer();
    current.abort();
    const mine = new AbortController();
    current = mine;
    change({ isLoading: true, failure: null });
    const outcome = await ask(question, mine.signal);
    if (current !== mine || outcome.kind === 'aborted') return;
    if (outcome.kind !== 'ok') return change({ isLoading: false, failure: outcome });
    const { items, nextCursor } = outcome.value;
    change({ items, nextCursor, isLoading: false });
  };

  const loadTyped = (): Promise<void> => {
    const query = state.query.slice(0, queryMax).trim();
    if (query !== question.query) {
      question = { ...question, query, cursor: null };
      onAsk?.(question);
    }
    return load();
  };

  return {
    state: (): SearchState<Item> => state,

    /** The field has another text. Asks when the typist pauses. */
    type: (query: string): void => {
      if (query === state.query) return;
      clearTimer();
      current.abort();
      change({ query, isLoading: true, failure: null });
      clearTimer = setTimer(() => void loadTyped(), typingPauseMs);
    },

    /** Asks at once: on Enter, and to try again. */
    load: loadTyped,

    /** The address has this question: at the start, after Back, and after a link to a filter or a page. */
    open: (next: Question): Promise<void> => {
      const isSame =
        next.query === question.query && next.filter === question.filter && next.cursor === question.cursor;
      // What was typed last has written the address itself.
      if (isSame && (state.items !== null || state.isLoading)) return Promise.resolve();
      question = next;
      const known = recall?.(next) ?? null;
      change({ query: next.query, ...(known ?? {}) });
      return load();
    },

    close: (): void => {
      clearTimer();
      current.abort();
      current = new AbortController();
    },
  };
};
