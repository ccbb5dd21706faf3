import { useEffect, useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../frame/site.ts';
import { useConsole } from './console.ts';

type Asked<Value> = {
  /** Null before the first answer. The old one stays while a new one is asked for. */
  readonly value: Value | null;
  readonly isLoading: boolean;
  readonly failure: CallFailure | null;
  readonly load: () => Promise<void>;
};

/**
 * The answer to a question that a page shows beside the live numbers. It is asked again when `change` is another, when
 * the page comes back, and each `everyMs` while the page can be seen and the live numbers are not paused.
 */
export const useAsked = <Value>(
  path: string,
  { change = '', everyMs = null }: { readonly change?: string | number; readonly everyMs?: number | null },
): Asked<Value> => {
  const { call, live, pause, refreshes } = useConsole();
  const [state, show] = useState<Omit<Asked<Value>, 'load'>>({ value: null, isLoading: true, failure: null });
  const asking = useRef(new AbortController());
  // A command may end when the page shows something else by now.
  const latest = useRef(path);
  latest.current = path;

  const load = async (): Promise<void> => {
    asking.current.abort();
    const mine = new AbortController();
    asking.current = mine;
    show((last) => ({ ...last, isLoading: true }));
    const outcome = await call<Value>({ method: 'GET', path: latest.current, signal: mine.signal });
    if (mine.signal.aborted || outcome.kind === 'aborted') return;
    if (outcome.kind === 'ok') show({ value: outcome.value, isLoading: false, failure: null });
    else show((last) => ({ ...last, isLoading: false, failure: outcome }));
  };

  const refreshed = refreshes.value;
  useEffect(() => {
    void load();
  }, [path, change, refreshed]);
  useEffect(() => () => asking.current.abort(), []);
  const isPaused = live.isPaused.value;
  useEffect(() => {
    if (everyMs === null || isPaused) return;
    const ended = new AbortController();
    const repeat = async () => {
      for (;;) {
        await pause(everyMs, ended.signal);
        if (ended.signal.aborted) return;
        await load();
      }
    };
    void repeat();
    return () => ended.abort();
  }, [path, everyMs, isPaused]);
  return { ...state, load };
};
