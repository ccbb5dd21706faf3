import { useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../../frame/site.ts';
import type { Outcome } from '../../shared/outcome.ts';

/** A command that is sent once at a time, and what came of it. */
export const useCommand = () => {
  // The second of two presses comes before anything is drawn.
  const isRunning = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  return {
    isBusy,
    failure,
    run: async <Value>(
      send: () => Promise<Outcome<Value>>,
      onDone: (value: Value) => void,
      /** True if the page says by itself what failed. */
      onRefused: (failure: CallFailure) => boolean = () => false,
    ): Promise<void> => {
      if (isRunning.current) return;
      isRunning.current = true;
      setBusy(true);
      setFailure(null);
      const outcome = await send();
      isRunning.current = false;
      setBusy(false);
      if (outcome.kind === 'ok') onDone(outcome.value);
      else if (outcome.kind !== 'aborted' && !onRefused(outcome)) setFailure(outcome);
    },
  };
};
