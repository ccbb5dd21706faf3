import { useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../frame/site.ts';
import type { Outcome } from '../shared/outcome.ts';

/** A command that one press sends. The second press of a double click comes before anything is drawn again. */
export const useCommand = () => {
  const isRunning = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  return {
    isBusy,
    failure,
    forget: (): void => setFailure(null),
    /** Null if one is under way already, or if it failed. */
    run: async <Value>(work: () => Promise<Outcome<Value>>): Promise<Value | null> => {
      if (isRunning.current) return null;
      isRunning.current = true;
      setBusy(true);
      setFailure(null);
      const outcome = await work();
      isRunning.current = false;
      setBusy(false);
      // A response without content succeeded too.
      if (outcome.kind === 'ok') return outcome.value ?? (true as Value);
      if (outcome.kind !== 'aborted') setFailure(outcome);
      return null;
    },
  };
};
