import { useEffect, useState } from 'preact/hooks';
import type { PayState } from '../shared/payStates.ts';

/** An answer that comes sooner than this is no news of its own. */
const steadyForMs = 500;

/**
 * The state to show. A new try is shown only where it takes its time: otherwise the text would flash, and the buttons
 * would go and come back under the customer's finger.
 */
export const useSteady = (state: PayState): PayState => {
  const [shown, setShown] = useState(state);
  const isRetry = state.phase === 'asking' && state.tries > 0 && shown.phase === 'retrying';
  useEffect(() => {
    if (!isRetry) return setShown(state);
    const timer = setTimeout(() => setShown(state), steadyForMs);
    return () => clearTimeout(timer);
  }, [state]);
  return isRetry ? shown : state;
};

/** The state with the rest of its pause, second by second, so that a customer sees when the next try comes. */
export const useCountdown = (state: PayState): PayState => {
  const [passed, setPassed] = useState({ state, ms: 0 });
  useEffect(() => {
    if (state.phase !== 'retrying') return;
    const startedAtMs = performance.now();
    const timer = setInterval(() => setPassed({ state, ms: performance.now() - startedAtMs }), 1_000);
    return () => clearInterval(timer);
  }, [state]);
  if (state.phase !== 'retrying' || passed.state !== state) return state;
  return { ...state, pauseMs: Math.max(0, state.pauseMs - passed.ms) };
};
