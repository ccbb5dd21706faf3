import { useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../../frame/site.ts';
import type { Outcome } from '../../shared/outcome.ts';

/** Something that a press does once. What did not work is shown by the button that was pressed. */
export const useAction = () => {
  const isRunning = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  return {
    isBusy,
    failure,
    clear: () => setFailure(null),
    /** Null if it is under way already, or did not work. A second press can come before the first is drawn. */
    run: async <Value>(work: () => Promise<Outcome<Value>>): Promise<Value | null> => {
      if (isRunning.current) return null;
      isRunning.current = true;
      setBusy(true);
      setFailure(null);
      const outcome = await work();
      isRunning.current = false;
      setBusy(false);
      if (outcome.kind !== 'ok' && outcome.kind !== 'aborted') setFailure(outcome);
      // An answer without content is no failure.
      return outcome.kind === 'ok' ? (outcome.value ?? (true as Value)) : null;
    },
  };
};
