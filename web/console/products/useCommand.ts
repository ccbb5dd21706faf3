import { useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../../frame/site.ts';
import type { Outcome } from '../../shared/outcome.ts';

/** It may have been done all the same, and what the page shows is then old. */
const mayBeDone = (failure: CallFailure): boolean =>
  failure.kind === 'problem' ? failure.problem.status >= 500 : failure.kind !== 'signed_out';

/** A command that is sent once at a time, and what came of it. `onDoubt`: it may have been done. */
export const useCommand = (onDoubt: () => void = () => undefined) => {
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
      if (outcome.kind === 'ok') return onDone(outcome.value);
      if (outcome.kind === 'aborted') return;
      if (mayBeDone(outcome)) onDoubt();
      if (!onRefused(outcome)) setFailure(outcome);
    },
  };
};
