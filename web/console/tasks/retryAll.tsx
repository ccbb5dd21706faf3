import { useEffect, useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../../frame/site.ts';
import { Note } from '../../parts/Note.tsx';
import { AskDialog } from './askDialog.tsx';
import { type Count, countMatching } from './counting.ts';
import type { RetryRuns } from './retryRun.ts';
import type { RetryFilter, TasksApi } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';

type RetryAllDialogProps = {
  readonly api: TasksApi;
  readonly runs: RetryRuns;
  /** Null while nothing is asked. */
  readonly filter: RetryFilter | null;
  readonly onClose: () => void;
};

/** Counts what matches, says the number, and asks. What was counted is what is retried. */
export const RetryAllDialog = ({ api, runs, filter, onClose }: RetryAllDialogProps) => {
  const words = useTaskWords();
  const { counted, count, failure } = useCount(api, filter);
  const isNone = count?.tasks === 0;
  const start = () => {
    if (filter === null || count === null || count.upTo === null) return;
    runs.start({ filter, upTo: count.upTo, counted: count.tasks });
    onClose();
  };
  return (
    <AskDialog
      isOpen={filter !== null}
      title={words.retryAll}
      act={count === null ? words.retry : words.retryChosen(count.tasks)}
      isBusy={false}
      failure={failure}
      onAct={count === null || isNone ? undefined : start}
      onClose={onClose}
    >
      <p role="status">
        {failure !== null
          ? ''
          : count === null
            ? words.counting(counted)
            : isNone
              ? words.retryAllNone
              : words.retryAllAsk(count.tasks)}
      </p>
      {filter === null ? null : (
        <ul class="small soft">
          <li>{words.states[filter.state]}</li>
          {filter.pipeline === null ? null : <li>{words.pipeline(filter.pipeline)}</li>}
          {filter.step === null ? null : <li>{words.step(filter.step)}</li>}
          {filter.error === null ? null : <li class="clip">{filter.error}</li>}
        </ul>
      )}
      {isNone ? <p>{words.retryAllNoneText}</p> : <p>{words.retryAllText}</p>}
      {count?.isCut === true ? <Note tone="warn">{words.retryAllCut(count.tasks)}</Note> : null}
    </AskDialog>
  );
};

const useCount = (api: TasksApi, filter: RetryFilter | null) => {
  const [counted, setCounted] = useState(0);
  const [count, setCount] = useState<Count | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const shown = useRef(filter);
  useEffect(() => {
    shown.current = filter;
    setCounted(0);
    setCount(null);
    setFailure(null);
    if (filter === null) return;
    const closed = new AbortController();
    void countMatching(api, filter, closed.signal, setCounted).then((outcome) => {
      if (shown.current !== filter || outcome.kind === 'aborted') return;
      if (outcome.kind === 'ok') setCount(outcome.value);
      else setFailure(outcome);
    });
    return () => closed.abort();
  }, [api, filter]);
  // What was counted for another filter says nothing of this one.
  const isOld = shown.current !== filter;
  return { counted: isOld ? 0 : counted, count: isOld ? null : count, failure: isOld ? null : failure };
};
