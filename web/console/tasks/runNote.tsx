import { FailureNote } from '../../frame/failureNote.tsx';
import { Button } from '../../parts/Button.tsx';
import { Note } from '../../parts/Note.tsx';
import type { RetryRuns, RetryState } from './retryRun.ts';
import { useTaskWords } from './taskWords.ts';

/** A retry of all that match: how far it is, and how it ended. */
export const RunNote = ({ runs }: { readonly runs: RetryRuns }) => {
  const state = runs.state.value;
  return (
    <div class="run" role="status" tabIndex={-1}>
      {state.kind === 'none' ? null : <Run runs={runs} state={state} />}
    </div>
  );
};

type RunProps = {
  readonly runs: RetryRuns;
  readonly state: Exclude<RetryState, { kind: 'none' }>;
};

const Run = ({ runs, state }: RunProps) => {
  const words = useTaskWords();
  const { counted } = state.run;
  const close = <Button onPress={runs.close}>{words.closeRun}</Button>;
  switch (state.kind) {
    case 'running':
    case 'watched':
      return (
        <Note tone="busy">
          <strong>{words.running(counted)}</strong>
          <Progress done={state.done} counted={counted} />
          <p>{state.kind === 'running' ? words.runningText : words.watchedText}</p>
        </Note>
      );
    case 'ended':
      return (
        <Note tone="good">
          <strong>{words.ended(state.retried)}</strong>
          {state.retried < counted ? <p>{words.endedLess(counted - state.retried)}</p> : null}
          {close}
        </Note>
      );
    case 'stopped':
      return (
        <Note tone="warn">
          <strong>{state.left === null ? words.stoppedUnknown : words.stopped(state.left)}</strong>
          <div class="row">
            <Button look="main" onPress={runs.goOn}>
              {words.goOn}
            </Button>
            {close}
          </div>
        </Note>
      );
    case 'refused':
      return (
        <>
          <FailureNote failure={state.failure} onRetry={runs.goOn} />
          {close}
        </>
      );
  }
};

const Progress = ({ done, counted }: { readonly done: number | null; readonly counted: number }) => {
  const words = useTaskWords();
  return (
    <>
      <progress
        aria-label={words.running(counted)}
        max={counted}
        {...(done === null ? {} : { value: done })}
      />
      {/* The line around it would say each number aloud. */}
      {done === null ? null : (
        <span class="small num" aria-hidden="true">
          {words.progress(done, counted)}
        </span>
      )}
    </>
  );
};
