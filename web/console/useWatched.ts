import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../frame/site.ts';
import { createNewest } from '../shared/newest.ts';
import type { Outcome } from '../shared/outcome.ts';
import { startWatch } from '../shared/watch.ts';
import { useConsole } from './console.ts';

/**
 * Something that is asked for again and again while the page is seen, because others work on it too. What was known stays
 * while it is asked for. `subject` names what it is; another one begins anew.
 */
export const useWatched = <Value>(
  subject: string,
  ask: (signal?: AbortSignal) => Promise<Outcome<Value>>,
) => {
  const { pause, refreshes } = useConsole();
  const [shown, setShown] = useState<{ readonly subject: string; readonly value: Value } | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const [isLoading, setLoading] = useState(true);
  const last = useRef('');
  // What is asked after a command may be answered before what was asked earlier.
  const begin = useMemo(createNewest, []);
  // A command may end when the page shows another subject by now.
  const latest = useRef({ subject, ask });
  latest.current = { subject, ask };

  const load = async (signal?: AbortSignal): Promise<Outcome<Value>> => {
    const isNews = begin();
    const asked = latest.current;
    const outcome = await asked.ask(signal);
    if (outcome.kind === 'aborted' || !isNews()) return outcome;
    setLoading(false);
    setFailure(outcome.kind === 'ok' ? null : outcome);
    if (outcome.kind === 'ok') setShown({ subject: asked.subject, value: outcome.value });
    return outcome;
  };
  const look = async (signal: AbortSignal): Promise<'changed' | 'same' | 'settled'> => {
    const outcome = await load(signal);
    if (outcome.kind === 'problem') return outcome.problem.status < 500 ? 'settled' : 'same';
    if (outcome.kind === 'signed_out') return 'settled';
    const text = outcome.kind === 'ok' ? JSON.stringify(outcome.value) : last.current;
    const isSame = text === last.current;
    last.current = text;
    return isSame ? 'same' : 'changed';
  };
  const refreshed = refreshes.value;
  useEffect(() => {
    setLoading(true);
    return startWatch(look, pause).stop;
  }, [subject, refreshed]);
  return {
    /** Null before the first answer. */
    value: shown?.subject === subject ? shown.value : null,
    failure,
    isLoading,
    reload: (): Promise<Outcome<Value>> => {
      setLoading(true);
      return load();
    },
  };
};
