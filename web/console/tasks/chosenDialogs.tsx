import { useSite } from '../../frame/site.ts';
import { Note } from '../../parts/Note.tsx';
import type { Outcome } from '../../shared/outcome.ts';
import { useCommand } from '../useCommand.ts';
import { AskDialog } from './askDialog.tsx';
import { canRetry, canSkip } from './movable.ts';
import type { Task, TasksApi } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';
import { useReason } from './useReason.tsx';

type ChosenDialogProps = {
  readonly api: TasksApi;
  /** Null while nothing is asked. */
  readonly tasks: readonly Task[] | null;
  readonly onClose: () => void;
  /** These have moved on, or others were quicker: the list is old. */
  readonly onDone: (tasks: readonly Task[]) => void;
};

/** What became of the tasks that were asked for: another operator may have been quicker with some. */
const useReport = () => {
  const { toast } = useSite();
  const words = useTaskWords();
  return (done: string, others: number): void =>
    toast.say(others === 0 ? done : `${done} ${words.othersMoved(others)}`);
};

export const RetryDialog = ({ api, tasks, onClose, onDone }: ChosenDialogProps) => {
  const words = useTaskWords();
  const report = useReport();
  const command = useCommand();
  const retried = tasks?.filter(canRetry) ?? [];
  const retry = async () => {
    const done = await command.run(() => api.retry(retried.map(({ id }) => id)));
    if (done === null) return;
    report(words.retried(done.retried), retried.length - done.retried);
    onDone(retried);
  };
  return (
    <AskDialog
      isOpen={tasks !== null}
      title={words.retryAsk(retried.length)}
      act={words.retry}
      isBusy={command.isBusy}
      failure={command.failure}
      onAct={() => void retry()}
      onClose={() => {
        command.forget();
        onClose();
      }}
    >
      <p>{words.retryText}</p>
    </AskDialog>
  );
};

export const SkipDialog = ({ api, tasks, onClose, onDone }: ChosenDialogProps) => {
  const words = useTaskWords();
  const report = useReport();
  const command = useCommand();
  const isOpen = tasks !== null;
  const reason = useReason(isOpen);
  const skipped = tasks?.filter(canSkip) ?? [];
  const skip = async () => {
    const text = reason.read();
    if (text === null) return;
    const done = await command.run(() => skipSteps(api, skipped, text));
    if (done === null) return;
    report(words.skipped(done), skipped.length - done);
    onDone(skipped);
  };
  const { failure } = command;
  const isRefused = failure?.kind === 'problem' && failure.problem.code === 'validation_failed';
  const steps = [...new Set(skipped.map(({ step }) => step))];
  return (
    <AskDialog
      isOpen={isOpen}
      title={words.skipAsk(skipped.length)}
      act={words.skip}
      look="danger"
      isBusy={command.isBusy}
      failure={isRefused ? null : failure}
      onAct={() => void skip()}
      onClose={() => {
        command.forget();
        onClose();
      }}
    >
      <p>{words.skipText}</p>
      <Note tone="warn">{words.skipDanger}</Note>
      <p class="small soft">{steps.map(words.step).join(', ')}</p>
      {reason.field}
      {isRefused ? (
        <Note tone="bad" isAlert>
          {words.notSkippable(steps.map(words.step).join(', '))}
        </Note>
      ) : null}
    </AskDialog>
  );
};

/** Names the step with the tasks, so that one that another operator has moved on meanwhile keeps its next step. */
const skipSteps = async (
  api: Pick<TasksApi, 'skip'>,
  tasks: readonly Task[],
  reason: string,
): Promise<Outcome<number>> => {
  let skipped = 0;
  let last: Outcome<{ readonly skipped: number }> = { kind: 'aborted' };
  for (const step of new Set(tasks.map((task) => task.step))) {
    const ids = tasks.filter((task) => task.step === step).map(({ id }) => id);
    last = await api.skip(ids, step, reason);
    if (last.kind !== 'ok') return last;
    skipped += last.value.skipped;
  }
  return last.kind === 'ok' ? { ...last, value: skipped } : last;
};
